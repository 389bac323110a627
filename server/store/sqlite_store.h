#ifndef GCJOBS_SERVER_STORE_SQLITE_STORE_H_
#define GCJOBS_SERVER_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "server/store/commit_queue.h"
#include "server/store/data_dir.h"
#include "server/store/revision_stamp.h"
#include "server/store/sqlite_writer.h"
#include "server/store/store.h"

namespace gcjobs {

// The embedded store: one SQLite file, one thread that writes, readers on
// connections of their own. See store.h for what it promises.
class SqliteStore final : public Store {
 public:
  // The database, in Options::data_dir.
  static constexpr char kFileName[] = "gcjobs.db";

  // Who commits what is queued.
  enum class Writer {
    kThread,          // a thread of its own, `gcj-writer`
    kTestOnlyByHand,  // the test, by TestOnlyCommitQueued()
  };

  struct Options {
    // Where the file is. Created when missing; one store at a time. Empty: in
    // memory, or where temporary files are, and gone with the store. Then
    // nothing is synced, and all else is as store.h says.
    std::string data_dir;

    // The database comes from a backup. One that was copied over its successor
    // is recognised as well.
    bool restored = false;

    CommitQueue::Limits limits;
    Listener listener;                 // may be null
    Metrics* metrics = nullptr;        // may be null; else outlives the store
    const Clock* clock = RealClock();  // outlives the store
    Writer writer = Writer::kThread;
  };

  // Opens or creates the store.
  //
  // FAILED_PRECONDITION: DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, SCHEMA_TOO_NEW;
  // DATA_LOSS/STORE_CORRUPT: the file is damaged or no database;
  // UNAVAILABLE/STORE_FAILED: the disk failed.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(Options options);
  ~SqliteStore() override;  // as Close()

  // Whether jobs and events are missing that were there before this start: the
  // database was restored from a backup. Their revisions are not given out again.
  bool is_restored() const { return is_restored_; }

  void Commit(Write write, CommitDone done) override;
  void TrimEvents(absl::Time before, TrimDone done) override;
  absl::StatusOr<std::unique_ptr<StoreReader>> OpenReader() override;
  void Close() override ABSL_LOCKS_EXCLUDED(close_mu_);

  // Commits all that is queued, in as many groups as it takes. One thread at a
  // time, not from a callback. REQUIRES: Writer::kTestOnlyByHand.
  void TestOnlyCommitQueued();

 private:
  SqliteStore(std::unique_ptr<DataDir> dir, std::string file, std::unique_ptr<SqliteWriter> writer,
              RevisionStamp stamp, bool is_restored, Options options);

  // The writer's steps.
  void RunWriter();
  void Process(CommitQueue::Group group);
  void CommitGroup(CommitQueue::Writes group);
  absl::Status CommitWrites(CommitQueue::Writes* group, std::vector<CommitOutcome>* outcomes,
                            std::vector<EventPtr>* events);
  void TrimOnce(CommitQueue::QueuedTrim trim);
  absl::StatusOr<SqliteWriter::TrimStep> CommitTrim(absl::Time before);
  absl::Status CommitTransaction();
  void Fail(const absl::Status& cause);

  // Destroyed from the last to the first: the writer thread ends, then the
  // writer closes, which as the last connection tidies up the log, and then
  // another store may have the directory.
  const std::unique_ptr<DataDir> dir_;
  const std::string file_;
  Options options_;  // constant, but for the listener: writer only
  CommitQueue queue_;
  const std::unique_ptr<SqliteWriter> writer_;  // writer only
  absl::Status failed_;                         // writer only: not OK once the writer failed
  Revision head_ = 0;                           // writer only: the last that is durable
  RevisionStamp stamp_;                         // writer only
  const bool is_restored_;

  Mutex close_mu_;                                             // taken before the queue's
  std::unique_ptr<Thread> thread_ ABSL_GUARDED_BY(close_mu_);  // last: uses the members above
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_STORE_H_
