#include "server/store/sqlite_writer.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/errors.h"
#include "common/failpoint.h"
#include "common/job_state.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job.pb.h"
#include "server/store/sqlite_schema.h"
#include "server/store/store_errors.h"
#include "server/store/store_sql.h"

namespace gcjobs {
namespace {

// 16 MiB of log. More means fewer writes to the database, since later versions
// of a page replace earlier ones, and a longer recovery.
constexpr int kCheckpointPages = 4000;

// Readers can keep a checkpoint from starting the log anew. Beyond this many
// pages the writer waits for them, but not for long: commits wait meanwhile.
constexpr int kRestartLogPages = 10 * kCheckpointPages;
constexpr absl::Duration kRestartWait = absl::Milliseconds(100);

// More than a backup can be behind, at 100,000 events a second for four months; a
// JSON reader's integers (2^53) bear thousands of such steps.
constexpr Revision kMostLostRevisions = 1'000'000'000'000;

// Deleted jobs whose events one trim step drops: some 10 ms of work.
constexpr int64_t kTrimJobs = 500;

constexpr SqlText kBegin{"begin", "BEGIN IMMEDIATE", nullptr};
constexpr SqlText kCommit{"commit", "COMMIT", nullptr};
constexpr SqlText kRollback{"rollback", "ROLLBACK", nullptr};

constexpr SqlText kFindNewestId{"find newest job", "SELECT max(job_id) FROM jobs", "SEARCH jobs"};
constexpr SqlText kFindHead{
    "find job's head", "SELECT revision, last_sequence FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kFindRequest{
    "find request id",
    "SELECT job_id FROM jobs WHERE org = ? AND request_id = ? AND request_id <> ''",
    "jobs_by_request"};

constexpr SqlText kInsertJob{"insert job",
                             "INSERT INTO jobs (job_id, org, request_id, kind, state, action_id,"
                             " create_time, update_time, expire_time, revision, last_sequence,"
                             " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                             nullptr};
constexpr SqlText kInsertSubmission{
    "insert submission", "INSERT INTO submissions (job_id, submission) VALUES (?, ?)", nullptr};
constexpr SqlText kInsertEvent{"insert event",
                               "INSERT INTO events (revision, job_id, sequence, type, time, event)"
                               " VALUES (?, ?, ?, ?, ?, ?)",
                               nullptr};
// What makes a job the same job (org, request id, kind, creation) never changes.
constexpr SqlText kReplaceJob{"update job",
                              "UPDATE jobs SET state = ?, action_id = ?,"
                              " update_time = ?, expire_time = ?,"
                              " revision = ?, last_sequence = ?, record = ? WHERE job_id = ?",
                              "PRIMARY KEY"};
constexpr SqlText kDeleteJob{"delete job", "DELETE FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kDeleteSubmission{"delete submission", "DELETE FROM submissions WHERE job_id = ?",
                                    "PRIMARY KEY"};

constexpr SqlText kPutDocument{
    "put document", "INSERT OR REPLACE INTO documents (name, bytes) VALUES (?, ?)", nullptr};

// 4 is EVENT_TYPE_DELETED, spelt out as the partial index is.
static_assert(v1::EVENT_TYPE_DELETED == 4, "the index events_deleted says so");
constexpr SqlText kFindDeleted{"find deleted jobs",
                               "SELECT job_id, revision FROM events WHERE type = 4 AND time < ?"
                               " ORDER BY time, revision LIMIT ?",
                               "events_deleted"};
constexpr SqlText kDropEvents{
    "drop events", "DELETE FROM events WHERE job_id = ? AND revision <= ?", "events_by_job"};
constexpr SqlText kSetCompacted{"set compacted revision",
                                "UPDATE meta SET compacted = max(compacted, ?) WHERE id = 1",
                                "SEARCH meta"};

// Those between two restorations may have been lost by the second as well: they
// count as lost, which only makes a watcher begin anew.
constexpr SqlText kSetLost{"skip lost revisions",
                           "UPDATE meta SET lost_after = iif(lost_before = 0, ?, lost_after),"
                           " lost_before = ? WHERE id = 1",
                           "SEARCH meta"};

constexpr const SqlText* kStatements[] = {
    &kFindNewestId,     &kFindHead,    &kFindRequest, &kReplaceJob,   &kDeleteJob,
    &kDeleteSubmission, &kFindDeleted, &kDropEvents,  &kSetCompacted, &kSetLost};

int RecordLogPages(void* wal_pages, sqlite3* /*db*/, const char* /*name*/, int pages) {
  *static_cast<int*>(wal_pages) = pages;
  return SQLITE_OK;
}

void BindExpireTime(const v1::Job& job, SqliteQuery* query) {
  if (!IsTerminal(job.state()) || !job.has_expire_time()) {
    query->BindNull();
  } else {
    query->Bind(ToColumn(FromProto(job.expire_time())));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Open(const std::string& path,
                                                                 Durability durability) {
  ASSIGN_OR_RETURN(auto handle, SqliteHandle::Open(path, SqliteHandle::Access::kReadWrite));
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(std::move(handle)));
  RETURN_IF_ERROR(writer->Configure(durability));
  RETURN_IF_ERROR(EnsureSchema(writer->handle_.get()));
  return writer;
}

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteHandle> handle) : handle_(std::move(handle)) {}

absl::Status SqliteWriter::Configure(Durability durability) {
  ASSIGN_OR_RETURN(const std::string mode, handle_->ReadText("PRAGMA journal_mode = WAL"));
  if (mode != "wal") return StoreFailedError("the file system cannot keep a write-ahead log");
  // Replaces SQLite's own checkpoint: see Maintain.
  sqlite3_wal_hook(handle_->db(), RecordLogPages, &wal_pages_);
  const bool sync = durability == Durability::kSync;
  return handle_->Execute("configure",
                          absl::StrCat("PRAGMA synchronous = ", sync ? "FULL" : "OFF",
                                       ";"
                                       // Overwriting what is deleted doubles the writes.
                                       "PRAGMA secure_delete = OFF;"
                                       "PRAGMA temp_store = MEMORY;"
                                       "PRAGMA cache_size = -32768;"
                                       "PRAGMA journal_size_limit = 67108864"));
}

absl::Status SqliteWriter::Begin() { return handle_->Use(kBegin).Run(); }

absl::Status SqliteWriter::Commit() { return handle_->Use(kCommit).Run(); }

void SqliteWriter::Rollback() {
  if (!handle_->InTransaction()) return;  // SQLite did it
  if (absl::Status status = handle_->Use(kRollback).Run(); !status.ok()) {
    Log(LogLevel::kError, "store_rollback_failed", {{"error", status}});
  }
}

absl::StatusOr<Revision> SqliteWriter::ReadHead() {
  SqliteQuery query = handle_->Use(sql::kReadRange);
  RETURN_IF_ERROR(query.Step().status());
  return std::max({query.Int(0), query.Int(1), query.Int(2)});
}

absl::Status SqliteWriter::SkipLostRevisions(Revision last_lost) {
  RETURN_IF_ERROR(Begin());
  ASSIGN_OR_RETURN(const Revision head, ReadHead());
  const Revision next = std::max(head, last_lost) + kMostLostRevisions;
  RETURN_IF_ERROR(handle_->Use(kSetLost).Bind(head).Bind(next).Run());
  return Commit();
}

absl::StatusOr<Met> SqliteWriter::Meet(const Write& write) {
  Met met;
  if (const auto* erase = std::get_if<DeleteJob>(&write)) {
    SqliteQuery job = handle_->Use(sql::kGetJob);
    ASSIGN_OR_RETURN(const bool found, job.Bind(erase->job_id).Step());
    if (!found) return met;
    ASSIGN_OR_RETURN(auto record, ParseColumn<store::StoredJob>(job.Blob(0), erase->job_id));
    met.head = JobHead{record.job().revision(), record.last_sequence()};
    met.record = std::make_unique<store::StoredJob>(std::move(record));
    return met;
  }
  const auto* insert = std::get_if<InsertJob>(&write);
  const auto* update = std::get_if<UpdateJob>(&write);
  if (insert == nullptr && update == nullptr) return met;

  const v1::Job& shown = insert != nullptr ? insert->job.job() : update->job.job();
  ASSIGN_OR_RETURN(const bool may_exist, MayExist(shown.id()));
  if (may_exist) {
    SqliteQuery head = handle_->Use(kFindHead);
    ASSIGN_OR_RETURN(const bool found, head.Bind(shown.id()).Step());
    if (found) met.head = JobHead{head.Int(0), head.Int(1)};
  }
  if (insert == nullptr || shown.request_id().empty()) return met;

  SqliteQuery owner = handle_->Use(kFindRequest);
  ASSIGN_OR_RETURN(const bool taken, owner.Bind(shown.org()).Bind(shown.request_id()).Step());
  if (taken) met.request_owner = std::string(owner.Text(0));
  return met;
}

// Ids grow with time: that a new one is not taken is mostly known without looking.
absl::StatusOr<bool> SqliteWriter::MayExist(const std::string& job_id) {
  if (!newest_id_) {
    SqliteQuery newest = handle_->Use(kFindNewestId);
    RETURN_IF_ERROR(newest.Step().status());
    newest_id_ = std::string(newest.Text(0));
  }
  return job_id <= *newest_id_;
}

absl::Status SqliteWriter::Make(const Write& write, const Judgement& judged) {
  const store::StoredJob& job = std::get<Committed>(judged.outcome).job;
  if (const auto* insert = std::get_if<InsertJob>(&write)) {
    RETURN_IF_ERROR(InsertRow(job));
    const std::string bytes = insert->submission.SerializeAsString();
    RETURN_IF_ERROR(handle_->Use(kInsertSubmission).Bind(job.job().id()).BindBlob(bytes).Run());
  } else if (std::holds_alternative<UpdateJob>(write)) {
    RETURN_IF_ERROR(ReplaceRow(job));
  } else if (const auto* erase = std::get_if<DeleteJob>(&write)) {
    RETURN_IF_ERROR(handle_->Use(kDeleteJob).Bind(erase->job_id).Run());
    RETURN_IF_ERROR(handle_->Use(kDeleteSubmission).Bind(erase->job_id).Run());
  } else {
    const auto& document = std::get<PutDocument>(write);
    RETURN_IF_ERROR(handle_->Use(kPutDocument).Bind(document.name).BindBlob(document.bytes).Run());
  }
  return judged.event == nullptr ? absl::OkStatus() : AppendEvent(*judged.event);
}

absl::Status SqliteWriter::InsertRow(const store::StoredJob& job) {
  const v1::Job& shown = job.job();
  const std::string record = job.SerializeAsString();
  SqliteQuery query = handle_->Use(kInsertJob);
  query.Bind(shown.id()).Bind(shown.org()).Bind(shown.request_id()).Bind(shown.kind());
  query.Bind(int64_t{shown.state()}).Bind(shown.action_id());
  query.Bind(ToColumn(FromProto(shown.create_time())));
  query.Bind(ToColumn(FromProto(shown.update_time())));
  BindExpireTime(shown, &query);
  if (shown.id() > *newest_id_) newest_id_ = shown.id();
  return query.Bind(shown.revision()).Bind(job.last_sequence()).BindBlob(record).Run();
}

absl::Status SqliteWriter::ReplaceRow(const store::StoredJob& job) {
  const v1::Job& shown = job.job();
  const std::string record = job.SerializeAsString();
  SqliteQuery query = handle_->Use(kReplaceJob);
  query.Bind(int64_t{shown.state()}).Bind(shown.action_id());
  query.Bind(ToColumn(FromProto(shown.update_time())));
  BindExpireTime(shown, &query);
  query.Bind(shown.revision()).Bind(job.last_sequence()).BindBlob(record).Bind(shown.id());
  return query.Run();
}

absl::Status SqliteWriter::AppendEvent(const v1::JobEvent& event) {
  const std::string bytes = event.SerializeAsString();
  SqliteQuery query = handle_->Use(kInsertEvent);
  query.Bind(event.revision()).Bind(event.job().id()).Bind(event.sequence());
  query.Bind(int64_t{event.type()}).Bind(ToColumn(FromProto(event.time()))).BindBlob(bytes);
  return query.Run();
}

absl::StatusOr<SqliteWriter::TrimStep> SqliteWriter::Trim(absl::Time before) {
  struct DeletedJob {
    std::string job_id;
    Revision revision;  // of its DELETED event, which is its last
  };
  std::vector<DeletedJob> deleted;
  {
    SqliteQuery query = handle_->Use(kFindDeleted);
    query.Bind(ToColumn(before)).Bind(kTrimJobs);
    for (;;) {
      ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) break;
      deleted.push_back({std::string(query.Text(0)), query.Int(1)});
    }
  }
  TrimStep step;
  if (deleted.empty()) return step;
  step.more = static_cast<int64_t>(deleted.size()) == kTrimJobs;
  Revision newest = 0;
  for (const DeletedJob& job : deleted) {
    RETURN_IF_ERROR(handle_->Use(kDropEvents).Bind(job.job_id).Bind(job.revision).Run());
    step.dropped += handle_->changes();
    newest = std::max(newest, job.revision);
  }
  RETURN_IF_ERROR(handle_->Use(kSetCompacted).Bind(newest).Run());
  return step;
}

absl::Status SqliteWriter::Maintain() {
  if (wal_pages_ < kCheckpointPages) return absl::OkStatus();
  GCJOBS_FAILPOINT("store.checkpoint");
  const bool wait_for_readers = wal_pages_ >= kRestartLogPages;
  wal_pages_ = 0;  // the next commit tells anew
  if (!wait_for_readers) return Checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  handle_->SetBusyTimeout(kRestartWait);
  absl::Status status = Checkpoint(SQLITE_CHECKPOINT_RESTART);
  handle_->SetBusyTimeout(SqliteHandle::kBusyTimeout);
  return status;
}

absl::Status SqliteWriter::Checkpoint(int mode) {
  const int code = sqlite3_wal_checkpoint_v2(handle_->db(), nullptr, mode, nullptr, nullptr);
  // Busy: readers are in the way, and a later one will do.
  if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY) return absl::OkStatus();
  return SqliteError(handle_->db(), code, "checkpoint");
}

absl::Span<const SqlText* const> SqliteWriter::TestOnlyStatements() { return kStatements; }

}  // namespace gcjobs
