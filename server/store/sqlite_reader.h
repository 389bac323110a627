#ifndef GCJOBS_SERVER_STORE_SQLITE_READER_H_
#define GCJOBS_SERVER_STORE_SQLITE_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "server/store/job_query.h"
#include "server/store/sqlite_handle.h"
#include "server/store/store.h"

namespace gcjobs {

// The reads of store.h on a connection of its own, which sees what the writer
// has committed. Used by one thread at a time.
class SqliteReader {
 public:
  // The file has its schema.
  static absl::StatusOr<std::unique_ptr<SqliteReader>> Open(const std::string& path);

  absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id);
  absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id);
  absl::StatusOr<std::string> GetDocument(absl::string_view name);
  absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query);
  // Live jobs in order of creation, after `after`.
  absl::StatusOr<std::vector<store::StoredJob>> ListLive(const JobQuery::Position& after,
                                                         size_t limit);
  absl::StatusOr<std::vector<Store::ExpiredJob>> ListExpired(absl::Time now, size_t limit);
  absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, Store::ReadLimit limit);
  absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id, Revision after,
                                                      Store::ReadLimit limit);
  absl::StatusOr<RevisionRange> GetRevisionRange();

  // All constant statements; for the test of their plans.
  static absl::Span<const SqlText* const> Statements();

 private:
  explicit SqliteReader(std::unique_ptr<SqliteHandle> handle) : handle_(std::move(handle)) {}

  template <typename Message>
  absl::StatusOr<Message> Get(const SqlText& sql, absl::string_view job_id);

  const std::unique_ptr<SqliteHandle> handle_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_READER_H_
