#ifndef GCJOBS_SERVER_STORE_MEMORY_TABLES_H_
#define GCJOBS_SERVER_STORE_MEMORY_TABLES_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/store/job_query.h"
#include "server/store/store.h"
#include "server/store/stored_job.pb.h"
#include "server/store/write.h"

namespace gcjobs {

// Jobs and events in memory, with the reads of store.h. What is in the tables
// is immutable and shared, so that two tables that hold the same cost little.
// Not thread-safe.
class MemoryTables {
 public:
  struct Row {
    store::StoredJob job;
    std::shared_ptr<const store::Submission> submission;
  };
  using RowPtr = std::shared_ptr<const Row>;

  using DocumentPtr = std::shared_ptr<const std::string>;

  // One step forward, or back: a job's row (null = none), an event or a
  // document (which has no job id).
  struct Change {
    std::string job_id;
    RowPtr before;
    RowPtr after;
    EventPtr event;
    std::string document_name = {};
    DocumentPtr document_before = nullptr;
    DocumentPtr document_after = nullptr;
  };
  void Apply(const Change& change);
  void Undo(const Change& change);

  // The events that a trim at `before` drops, in order of revision.
  std::vector<EventPtr> FindTrimmable(absl::Time before) const;
  void DropEvents(const std::vector<EventPtr>& events);

  // Null when there is none.
  RowPtr Find(absl::string_view job_id) const;
  // Empty when the request id is free.
  std::string FindRequest(const std::string& org, const std::string& request_id) const;
  std::vector<RowPtr> FindLive() const;  // in order of creation
  // Null when there is none.
  DocumentPtr FindDocument(absl::string_view name) const;

  std::vector<v1::Job> ListJobs(const JobQuery& query) const;
  std::vector<Store::ExpiredJob> ListExpired(absl::Time now, size_t limit) const;
  absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, Store::ReadLimit limit) const;
  std::vector<EventPtr> ReadJobEvents(absl::string_view job_id, Revision after,
                                      Store::ReadLimit limit) const;
  RevisionRange range() const { return {compacted_ + 1, head_}; }

 private:
  void SetRow(const std::string& job_id, const RowPtr& from, const RowPtr& to);
  void SetDocument(const std::string& name, const DocumentPtr& to);

  std::map<std::string, RowPtr, std::less<>> jobs_;
  std::map<std::pair<std::string, std::string>, std::string> requests_;  // to the job's id
  std::map<Revision, EventPtr> events_;
  std::map<std::string, DocumentPtr, std::less<>> documents_;
  Revision head_ = 0;
  Revision compacted_ = 0;  // the newest event that was trimmed
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_MEMORY_TABLES_H_
