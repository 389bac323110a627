#ifndef GCJOBS_SERVER_STORE_SQLITE_STORE_H_
#define GCJOBS_SERVER_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "server/store/data_dir.h"
#include "server/store/group_commit.h"
#include "server/store/sqlite_reader_pool.h"
#include "server/store/sqlite_writer.h"
#include "server/store/store.h"

namespace gcjobs {

// The embedded store: one SQLite file, one writer, a few readers. See store.h
// for what it promises; reads work until it is destroyed, also after Close.
class SqliteStore : public Store {
 public:
  struct Options {
    // Where the file is. Created when missing; one store at a time.
    std::string data_dir;

    // Reads at the same time; each costs a connection with its cache (some
    // MiB at most). A read beyond it waits.
    int readers = 2;

    GroupCommitOptions commit;
  };

  // Opens or creates the store.
  //
  // FAILED_PRECONDITION: DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, SCHEMA_TOO_NEW;
  // DATA_LOSS/STORE_CORRUPT: the file is damaged or no database;
  // UNAVAILABLE/STORE_FAILED: the disk failed.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(Options options);

  void Commit(Write write, CommitDone done) override;
  absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) const override;
  absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) const override;
  absl::StatusOr<std::string> GetDocument(absl::string_view name) const override;
  absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) const override;
  // A job that changes meanwhile is given as it is when its turn comes.
  absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) const override;
  absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now, size_t limit) const override;
  absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, ReadLimit limit) const override;
  absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id, Revision after,
                                                      ReadLimit limit) const override;
  absl::StatusOr<RevisionRange> GetRevisionRange() const override;
  absl::StatusOr<int64_t> TrimEvents(absl::Time before) override;
  void Close() override;

  // For tests: as GroupCommit::CommitQueued. REQUIRES: CommitMode::kManual.
  void CommitQueued() { group_commit_.CommitQueued(); }

 private:
  SqliteStore(std::unique_ptr<DataDir> dir, std::unique_ptr<SqliteWriter> writer,
              std::unique_ptr<SqliteReaderPool> readers, GroupCommitOptions options);

  // Destroyed from the last to the first: the writer thread ends, then the
  // readers close, then the writer, which as the last connection tidies up the
  // log, and then another store may have the directory.
  const std::unique_ptr<DataDir> dir_;
  const std::unique_ptr<SqliteWriter> writer_;
  const std::unique_ptr<SqliteReaderPool> readers_;
  GroupCommit group_commit_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_STORE_H_
