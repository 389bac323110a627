#ifndef GCJOBS_SERVER_STORE_WRITE_BATCH_H_
#define GCJOBS_SERVER_STORE_WRITE_BATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// The store's commit number: a total order of events.
using Revision = int64_t;

// The event that a write makes; the store adds job, revision and sequence.
struct EventDraft {
  v1::EventType type = v1::EVENT_TYPE_TRANSITION;
  v1::JobState previous_state = v1::JOB_STATE_UNSPECIFIED;
  absl::Time time;
};

// What is committed together: whole or not at all.
class WriteBatch {
 public:
  struct Insert {
    store::StoredJob job;
    store::Submission submission;
    EventDraft event;
  };
  // Replaces the record. With an event the job gets its revision and the next
  // sequence; without one both stay. `expected_revision` is the job's revision
  // as last read. REQUIRES: org, request_id, kind, action_id and create_time
  // are as inserted.
  struct Update {
    store::StoredJob job;
    Revision expected_revision = 0;
    std::optional<EventDraft> event;
  };
  // Removes record and submission; its events, and the DELETED event that this
  // makes, stay until they are trimmed.
  struct Delete {
    std::string job_id;
    Revision expected_revision = 0;
    absl::Time time;
  };
  // Keeps bytes under a name, in place of what was there; see
  // Store::GetDocument. Makes no event.
  struct PutDocument {
    std::string name;
    std::string bytes;
  };
  struct Write {  // exactly one is set
    std::optional<Insert> insert;
    std::optional<Update> update;
    std::optional<Delete> erase;
    std::optional<PutDocument> document;
  };

  void Add(Insert insert) { writes_.push_back({std::move(insert), {}, {}, {}}); }
  void Add(Update update) { writes_.push_back({{}, std::move(update), {}, {}}); }
  void Add(Delete erase) { writes_.push_back({{}, {}, std::move(erase), {}}); }
  void Add(PutDocument document) { writes_.push_back({{}, {}, {}, std::move(document)}); }

  const std::vector<Write>& writes() const { return writes_; }
  std::vector<Write>& writes() { return writes_; }

 private:
  std::vector<Write> writes_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_WRITE_BATCH_H_
