#include "server/store/sqlite_store.h"

#include <utility>
#include <variant>

#include "common/errors.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/store/commit_judge.h"
#include "server/store/sqlite_reader.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

constexpr char kStampName[] = "gcjobs.db.revision";

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(Options options) {
  const bool lasts = !options.data_dir.empty();
  ASSIGN_OR_RETURN(auto dir, lasts ? DataDir::Open(options.data_dir) : DataDir::OpenScratch());
  ASSIGN_OR_RETURN(std::string file, dir->CreateFile(kFileName));
  ASSIGN_OR_RETURN(auto writer,
                   SqliteWriter::Open(file, lasts ? SqliteWriter::Durability::kSync
                                                  : SqliteWriter::Durability::kNoSync));
  std::string stamp_file;
  if (lasts) {
    ASSIGN_OR_RETURN(stamp_file, dir->CreateFile(kStampName));
  }
  RevisionStamp stamp(std::move(stamp_file));
  const Revision stamped = stamp.Read();
  // Of a damaged database whoever reads what is damaged is told.
  const Revision head = writer->ReadHead().value_or(stamped);
  const bool is_restored = options.restored || stamped > head;
  if (is_restored) {
    RETURN_IF_ERROR(writer->SkipLostRevisions(stamped));
    Log(LogLevel::kWarning, "store_restored", {{"head", head}, {"head_before", stamped}});
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(dir), std::move(file),
                                                      std::move(writer), std::move(stamp),
                                                      is_restored, std::move(options)));
}

SqliteStore::SqliteStore(std::unique_ptr<DataDir> dir, std::string file,
                         std::unique_ptr<SqliteWriter> writer, RevisionStamp stamp,
                         bool is_restored, Options options)
    : dir_(std::move(dir)),
      file_(std::move(file)),
      options_(std::move(options)),
      queue_(options_.limits, options_.metrics),
      writer_(std::move(writer)),
      stamp_(std::move(stamp)),
      is_restored_(is_restored) {
  if (options_.writer == Writer::kThread) {
    MutexLock lock(&close_mu_);
    thread_ = std::make_unique<Thread>("gcj-writer", [this] { RunWriter(); });
  }
}

SqliteStore::~SqliteStore() { Close(); }

void SqliteStore::Commit(Write write, CommitDone done) {
  queue_.Push(std::move(write), std::move(done));
}

void SqliteStore::TrimEvents(absl::Time before, TrimDone done) {
  queue_.Push({before, /*dropped=*/0, std::move(done)});
}

absl::StatusOr<std::unique_ptr<StoreReader>> SqliteStore::OpenReader() {
  return SqliteReader::Open(file_);
}

void SqliteStore::Close() {
  MutexLock lock(&close_mu_);
  queue_.Close();
  thread_.reset();
  if (options_.writer == Writer::kTestOnlyByHand) TestOnlyCommitQueued();
  if (head_ > 0) stamp_.Write(head_);
}

void SqliteStore::TestOnlyCommitQueued() {
  while (auto group = queue_.TakeGroup()) Process(*std::move(group));
}

void SqliteStore::RunWriter() {
  while (auto group = queue_.WaitForGroup()) Process(*std::move(group));
}

void SqliteStore::Process(CommitQueue::Group group) {
  if (auto* trim = std::get_if<CommitQueue::QueuedTrim>(&group)) {
    TrimOnce(std::move(*trim));
  } else {
    CommitGroup(std::get<CommitQueue::Writes>(std::move(group)));
  }
  if (!failed_.ok()) return;
  if (absl::Status status = writer_->Maintain(); !status.ok()) Fail(status);
  if (head_ > 0) stamp_.MayWrite(head_, options_.clock->MonotonicNow());
}

// Group commit: a sync costs some milliseconds, however much it makes durable,
// so all writes that were queued while the last group synced share the next.
//
// 1. Begin a transaction and read the head, the last revision given out. No
//    other connection writes, so the head stays until the transaction's end.
// 2. Take the writes in their order. Each is judged by what it meets with the
//    earlier ones made; one that is refused has made nothing and costs no
//    revision, so that it fails alone and nothing need be taken back.
// 3. Commit: SQLite writes the log and syncs it once. From here on the group is
//    durable and visible to readers, whole.
// 4. Tell the listener the group's events, in order of revision, and only then
//    answer each caller, in the order of the writes: who is answered finds the
//    events already on their way to the watchers.
//
// If any step before 4 fails, for another reason than a write's own, what is on
// disk is unknown: after a failed sync the kernel may have dropped the pages,
// and a second sync would report success. So the store fails for good, and each
// caller of this and every later group is told; a restart reads what is there.
void SqliteStore::CommitGroup(CommitQueue::Writes group) {
  std::vector<CommitOutcome> outcomes;
  std::vector<EventPtr> events;
  if (failed_.ok()) {
    if (absl::Status status = CommitWrites(&group, &outcomes, &events); !status.ok()) {
      writer_->Rollback();
      Fail(status);
    }
  }
  if (!failed_.ok()) {
    for (const auto& queued : group) queued->done(failed_);
    return;
  }
  if (!events.empty()) head_ = events.back()->revision();
  if (options_.listener && !events.empty()) options_.listener(events);
  for (size_t i = 0; i < group.size(); ++i) group[i]->done(std::move(outcomes[i]));
}

// Steps 1 to 3.
absl::Status SqliteStore::CommitWrites(CommitQueue::Writes* group,
                                       std::vector<CommitOutcome>* outcomes,
                                       std::vector<EventPtr>* events) {
  RETURN_IF_ERROR(writer_->Begin());
  ASSIGN_OR_RETURN(const Revision head, writer_->ReadHead());
  CommitJudge judge(head);
  outcomes->reserve(group->size());
  for (const auto& queued : *group) {
    ASSIGN_OR_RETURN(Met met, writer_->Meet(queued->write));
    Judgement judged = judge.Judge(std::move(met), &queued->write);
    if (std::holds_alternative<Committed>(judged.outcome)) {
      RETURN_IF_ERROR(writer_->Make(queued->write, judged));
      if (judged.event != nullptr) events->push_back(std::move(judged.event));
    }
    outcomes->push_back(std::move(judged.outcome));
  }
  return CommitTransaction();
}

void SqliteStore::TrimOnce(CommitQueue::QueuedTrim trim) {
  if (!failed_.ok()) return trim.done(failed_);
  const absl::StatusOr<SqliteWriter::TrimStep> step = CommitTrim(trim.before);
  if (!step.ok()) {
    writer_->Rollback();
    Fail(step.status());
    return trim.done(failed_);
  }
  trim.dropped += step->dropped;
  if (!step->more) return trim.done(trim.dropped);
  queue_.Push(std::move(trim));  // behind the writes that came meanwhile
}

absl::StatusOr<SqliteWriter::TrimStep> SqliteStore::CommitTrim(absl::Time before) {
  RETURN_IF_ERROR(writer_->Begin());
  ASSIGN_OR_RETURN(const SqliteWriter::TrimStep step, writer_->Trim(before));
  GCJOBS_FAILPOINT("store.trim");
  RETURN_IF_ERROR(CommitTransaction());
  return step;
}

absl::Status SqliteStore::CommitTransaction() {
  GCJOBS_FAILPOINT("store.before_commit");
  const absl::Time start = options_.clock->MonotonicNow();
  absl::Status status = writer_->Commit();
  if (options_.metrics != nullptr) {
    const absl::Duration taken = options_.clock->MonotonicNow() - start;
    options_.metrics->CommitDuration().Observe(absl::ToDoubleSeconds(taken));
  }
  GCJOBS_FAILPOINT("store.after_commit");
  return status;
}

void SqliteStore::Fail(const absl::Status& cause) {
  failed_ = HasReason(cause, errors::kStoreFailed) ? cause : StoreFailedError(cause.message());
  Log(LogLevel::kError, "store_failed", {{"error", cause}});
}

}  // namespace gcjobs
