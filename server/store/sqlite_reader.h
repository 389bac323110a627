#ifndef GCJOBS_SERVER_STORE_SQLITE_READER_H_
#define GCJOBS_SERVER_STORE_SQLITE_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/store/sqlite_handle.h"
#include "server/store/store.h"

namespace gcjobs {

// The reads of store.h over a read-only connection to an SQLite file, which
// sees what the writer has committed.
class SqliteReader final : public StoreReader {
 public:
  // REQUIRES: the file has its schema.
  static absl::StatusOr<std::unique_ptr<SqliteReader>> Open(const std::string& path);

  absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) override;
  absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) override;
  absl::StatusOr<std::string> GetDocument(absl::string_view name) override;
  absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) override;
  absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) override;
  absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now, size_t limit) override;
  absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, ReadLimit limit) override;
  absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id, Revision after,
                                                      ReadLimit limit) override;
  absl::StatusOr<RevisionRange> GetRevisionRange() override;

 private:
  explicit SqliteReader(std::unique_ptr<SqliteHandle> handle) : handle_(std::move(handle)) {}

  template <typename Message>
  absl::StatusOr<Message> Get(const SqlText& sql, absl::string_view job_id);
  absl::StatusOr<std::vector<store::StoredJob>> ListLive(const JobQuery::Position& after);
  absl::Status CheckNotLost(Revision after) const;

  const std::unique_ptr<SqliteHandle> handle_;
  // The revisions between these were lost, see SqliteWriter::SkipLostRevisions.
  // Constant once open: it happens before there is a reader.
  Revision lost_after_ = 0;
  Revision lost_before_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_READER_H_
