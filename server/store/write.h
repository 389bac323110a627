#ifndef GCJOBS_SERVER_STORE_WRITE_H_
#define GCJOBS_SERVER_STORE_WRITE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <google/protobuf/map.h>

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
  // UPDATED: the labels before, if they changed.
  google::protobuf::Map<std::string, std::string> previous_labels = {};
};

// Adds a job. The store assigns its revision and sequence.
struct InsertJob {
  store::StoredJob job;
  store::Submission submission;
  EventDraft event;
};

// Replaces a job's record. With an event the job gets its revision and the next
// sequence; without one both stay.
// REQUIRES: org, request_id, kind and create_time are as inserted.
struct UpdateJob {
  store::StoredJob job;
  Revision expected_revision = 0;  // the job's, as last read
  std::optional<EventDraft> event;
};

// Removes a job's record and submission. Its events, and the DELETED event that
// this makes, stay until they are trimmed.
struct DeleteJob {
  std::string job_id;
  Revision expected_revision = 0;  // the job's, as last read
  absl::Time time;                 // of the event
};

// Keeps bytes under a name, replacing what was there; see
// StoreReader::GetDocument. Makes no event.
struct PutDocument {
  std::string name;
  std::string bytes;
};

// One change, made whole or not at all.
using Write = std::variant<InsertJob, UpdateJob, DeleteJob, PutDocument>;

// What became of a write: it is durable, or one of the reasons for which it was
// refused and changed nothing.

struct Committed {
  // The record as committed, with its revision and sequence; for a DeleteJob,
  // the record as it was before; for a PutDocument, empty.
  store::StoredJob job;
};
// An insert's (org, request_id) belongs to another job.
struct RequestIdTaken {
  std::string job_id;  // that job
};
// An insert's job id belongs to another job.
struct JobIdTaken {};
// An update or delete expected another revision.
struct Stale {
  Revision revision = 0;  // the job's now
};
// An update or delete of a job that does not exist.
struct Missing {};

using CommitOutcome = std::variant<Committed, RequestIdTaken, JobIdTaken, Stale, Missing>;

// For logs and for errors of callers who expected another outcome: "stale: the
// job is at revision 7".
std::string Describe(const CommitOutcome& outcome);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_WRITE_H_
