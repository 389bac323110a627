#ifndef GCJOBS_SERVER_STORE_SQLITE_WRITER_H_
#define GCJOBS_SERVER_STORE_SQLITE_WRITER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "server/store/sqlite_handle.h"
#include "server/store/store_backend.h"

namespace gcjobs {

// The one connection that writes. Used by one thread at a time.
class SqliteWriter : public StoreBackend {
 public:
  // Opens the file, which may be empty, and brings its schema up to date.
  // Errors: as SqliteHandle and Migrate.
  static absl::StatusOr<std::unique_ptr<SqliteWriter>> Open(const std::string& path);

  absl::Status Begin() override;
  absl::Status Commit() override;
  void Rollback() override;
  absl::StatusOr<Revision> ReadHead() override;
  absl::StatusOr<JobHead> FindHead(absl::string_view job_id) override;
  absl::StatusOr<store::StoredJob> FindJob(absl::string_view job_id) override;
  absl::Status InsertJob(const store::StoredJob& job, const store::Submission& submission) override;
  absl::Status ReplaceJob(const store::StoredJob& job) override;
  absl::Status RemoveJob(absl::string_view job_id) override;
  absl::Status AppendEvent(const EventPtr& event) override;
  absl::Status PutDocument(const std::string& name, const std::string& bytes) override;
  absl::StatusOr<TrimStep> Trim(absl::Time before) override;

  // Moves what is committed from the write-ahead log to the database, once the
  // log has grown: after the callers were answered instead of, as SQLite's own
  // checkpoint, before.
  absl::Status Maintain() override;

  // Its statements that look for rows; for the test of their plans.
  static absl::Span<const SqlText* const> Statements();

 private:
  explicit SqliteWriter(std::unique_ptr<SqliteHandle> handle);
  absl::Status Configure();
  absl::Status InsertRow(const store::StoredJob& job);
  absl::Status RequestConflict(const v1::Job& job);
  absl::Status Checkpoint(int mode);

  const std::unique_ptr<SqliteHandle> handle_;
  int wal_pages_ = 0;  // in the log after the last commit
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_WRITER_H_
