#ifndef GCJOBS_SERVER_STORE_SQLITE_WRITER_H_
#define GCJOBS_SERVER_STORE_SQLITE_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "server/store/commit_judge.h"
#include "server/store/sqlite_handle.h"
#include "server/store/write.h"

namespace gcjobs {

// The one connection that writes. It stores what it is told: who may write and
// which revision comes next is for the CommitJudge, the order of things for
// SqliteStore.
//
// Used by one thread at a time, in this order:
//   Begin ReadHead (Meet Make)... (Commit | Rollback)
//   Begin Trim (Commit | Rollback)
// After any error only Rollback may follow, and the caller gives the store up.
class SqliteWriter {
 public:
  enum class Durability {
    kSync,    // a commit survives power loss
    kNoSync,  // it survives the process, not the machine
  };

  // Opens the file and gives it its schema, if it is empty. Errors: as
  // SqliteHandle and EnsureSchema.
  static absl::StatusOr<std::unique_ptr<SqliteWriter>> Open(const std::string& path,
                                                            Durability durability);

  // The transaction. Nothing of it is visible to readers before Commit returns
  // OK; it is then durable. A failed Commit leaves the state on disk unknown.
  absl::Status Begin();
  absl::Status Commit();
  void Rollback();

  // The last revision given out.
  absl::StatusOr<Revision> ReadHead();

  // The store was restored from a backup: revisions after the head have been given
  // out, up to `last_lost` at least. The next revision will be far beyond. A
  // transaction of its own.
  absl::Status SkipLostRevisions(Revision last_lost);

  // What the write meets, with the transaction's own writes made.
  absl::StatusOr<Met> Meet(const Write& write);

  // Stores what was judged. REQUIRES: the outcome is Committed.
  absl::Status Make(const Write& write, const Judgement& judged);

  // Drops the events of some jobs whose DELETED event is older than `before`:
  // of so many that the writer is not held up for long. `more` when others may
  // be left.
  struct TrimStep {
    int64_t dropped = 0;
    bool more = false;
  };
  absl::StatusOr<TrimStep> Trim(absl::Time before);

  // Moves what is committed from the write-ahead log to the database, once the
  // log has grown. To be called between transactions, after the callers were
  // answered: SQLite's own checkpoint would come before that.
  absl::Status Maintain();

  // Its statements that look for rows; for the test of their plans.
  static absl::Span<const SqlText* const> TestOnlyStatements();

 private:
  explicit SqliteWriter(std::unique_ptr<SqliteHandle> handle);
  absl::Status Configure(Durability durability);
  absl::StatusOr<bool> MayExist(const std::string& job_id);
  absl::Status InsertRow(const store::StoredJob& job);
  absl::Status ReplaceRow(const store::StoredJob& job);
  absl::Status AppendEvent(const v1::JobEvent& event);
  absl::Status Checkpoint(int mode);

  const std::unique_ptr<SqliteHandle> handle_;
  int wal_pages_ = 0;                     // in the log after the last commit
  std::optional<std::string> newest_id_;  // no job has a greater id; null: not yet read
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_WRITER_H_
