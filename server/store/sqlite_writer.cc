#include "server/store/sqlite_writer.h"

#include <utility>

#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/store/job_state.h"
#include "server/store/sqlite_rows.h"
#include "server/store/sqlite_schema.h"
#include "server/store/sqlite_trim.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

// 16 MiB of log. More means fewer writes to the database, since later versions
// of a page replace earlier ones, and a longer recovery.
constexpr int kCheckpointPages = 4000;

// Readers can keep a checkpoint from starting the log anew. Beyond this many
// pages the writer waits for them, but not for long: commits wait meanwhile.
constexpr int kRestartLogPages = 10 * kCheckpointPages;
constexpr absl::Duration kRestartWait = absl::Milliseconds(100);

constexpr SqlText kBegin{"begin", "BEGIN IMMEDIATE", nullptr};
constexpr SqlText kCommit{"commit", "COMMIT", nullptr};
constexpr SqlText kRollback{"rollback", "ROLLBACK", nullptr};

constexpr SqlText kReadHead{
    "read head", "SELECT max(compacted, ifnull((SELECT max(revision) FROM events), 0)) FROM meta",
    "SEARCH events"};
constexpr SqlText kFindHead{
    "find job's head", "SELECT revision, last_sequence FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kFindJob{"find job", "SELECT record FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
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
// What makes a job the same job (org, request id, kind, action, creation)
// never changes.
constexpr SqlText kReplaceJob{"update job",
                              "UPDATE jobs SET state = ?, update_time = ?, expire_time = ?,"
                              " revision = ?, last_sequence = ?, record = ? WHERE job_id = ?",
                              "PRIMARY KEY"};
constexpr SqlText kDeleteJob{"delete job", "DELETE FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kDeleteSubmission{"delete submission", "DELETE FROM submissions WHERE job_id = ?",
                                    "PRIMARY KEY"};

constexpr SqlText kPutDocument{
    "put document", "INSERT OR REPLACE INTO documents (name, bytes) VALUES (?, ?)", nullptr};

constexpr const SqlText* kStatements[] = {&kReadHead,        &kFindHead,   &kFindJob,
                                          &kFindRequest,     &kReplaceJob, &kDeleteJob,
                                          &kDeleteSubmission};

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

absl::StatusOr<std::unique_ptr<SqliteWriter>> SqliteWriter::Open(const std::string& path) {
  auto handle = SqliteHandle::Open(path, SqliteHandle::Access::kReadWrite);
  if (!handle.ok()) return handle.status();
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(*std::move(handle)));
  if (absl::Status status = writer->Configure(); !status.ok()) return status;
  if (absl::Status status = Migrate(SchemaMigrations(), writer->handle_.get()); !status.ok()) {
    return status;
  }
  return writer;
}

SqliteWriter::SqliteWriter(std::unique_ptr<SqliteHandle> handle) : handle_(std::move(handle)) {}

absl::Status SqliteWriter::Configure() {
  const auto mode = handle_->ReadText("PRAGMA journal_mode = WAL");
  if (!mode.ok()) return mode.status();
  if (*mode != "wal") return StoreFailedError("the file system cannot keep a write-ahead log");
  absl::Status status = handle_->Execute("configure",
                                         "PRAGMA synchronous = FULL;"
                                         // Overwriting what is deleted doubles the writes.
                                         "PRAGMA secure_delete = OFF;"
                                         "PRAGMA temp_store = MEMORY;"
                                         "PRAGMA cache_size = -32768;"
                                         "PRAGMA journal_size_limit = 67108864");
  // Replaces SQLite's own checkpoint: see Maintain.
  sqlite3_wal_hook(handle_->db(), RecordLogPages, &wal_pages_);
  return status;
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
  SqliteQuery query = handle_->Use(kReadHead);
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return query.Int(0);
}

absl::StatusOr<StoreBackend::JobHead> SqliteWriter::FindHead(absl::string_view job_id) {
  SqliteQuery query = handle_->Use(kFindHead);
  const absl::StatusOr<bool> row = query.Bind(job_id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return JobNotFoundError(job_id);
  return JobHead{query.Int(0), query.Int(1)};
}

absl::StatusOr<store::StoredJob> SqliteWriter::FindJob(absl::string_view job_id) {
  SqliteQuery query = handle_->Use(kFindJob);
  const absl::StatusOr<bool> row = query.Bind(job_id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return JobNotFoundError(job_id);
  return ParseColumn<store::StoredJob>(query.Blob(0), job_id);
}

absl::Status SqliteWriter::InsertJob(const store::StoredJob& job,
                                     const store::Submission& submission) {
  if (absl::Status status = InsertRow(job); !status.ok()) return status;
  const std::string bytes = submission.SerializeAsString();
  return handle_->Use(kInsertSubmission).Bind(job.job().id()).BindBlob(bytes).Run();
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
  query.Bind(shown.revision()).Bind(job.last_sequence()).BindBlob(record);

  absl::Status status = query.Run();
  if (query.extended_code() == SQLITE_CONSTRAINT_PRIMARYKEY) return JobExistsError(shown.id());
  if (query.extended_code() == SQLITE_CONSTRAINT_UNIQUE) return RequestConflict(shown);
  return status;
}

absl::Status SqliteWriter::RequestConflict(const v1::Job& job) {
  SqliteQuery query = handle_->Use(kFindRequest);
  const absl::StatusOr<bool> row = query.Bind(job.org()).Bind(job.request_id()).Step();
  if (!row.ok()) return row.status();
  if (!*row) return StoreCorruptError("the index jobs_by_request contradicts its table");
  return RequestIdExistsError(job.org(), job.request_id(), query.Text(0));
}

absl::Status SqliteWriter::ReplaceJob(const store::StoredJob& job) {
  const v1::Job& shown = job.job();
  const std::string record = job.SerializeAsString();
  SqliteQuery query = handle_->Use(kReplaceJob);
  query.Bind(int64_t{shown.state()}).Bind(ToColumn(FromProto(shown.update_time())));
  BindExpireTime(shown, &query);
  query.Bind(shown.revision()).Bind(job.last_sequence()).BindBlob(record).Bind(shown.id());
  return query.Run();
}

absl::Status SqliteWriter::RemoveJob(absl::string_view job_id) {
  absl::Status status = handle_->Use(kDeleteJob).Bind(job_id).Run();
  return status.ok() ? handle_->Use(kDeleteSubmission).Bind(job_id).Run() : status;
}

absl::Status SqliteWriter::AppendEvent(const EventPtr& event) {
  const std::string bytes = event->SerializeAsString();
  SqliteQuery query = handle_->Use(kInsertEvent);
  query.Bind(event->revision()).Bind(event->job().id()).Bind(event->sequence());
  query.Bind(int64_t{event->type()}).Bind(ToColumn(FromProto(event->time()))).BindBlob(bytes);
  return query.Run();
}

absl::Status SqliteWriter::PutDocument(const std::string& name, const std::string& bytes) {
  return handle_->Use(kPutDocument).Bind(name).BindBlob(bytes).Run();
}

absl::StatusOr<StoreBackend::TrimStep> SqliteWriter::Trim(absl::Time before) {
  return TrimSome(before, handle_.get());
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

absl::Span<const SqlText* const> SqliteWriter::Statements() { return kStatements; }

}  // namespace gcjobs
