#include "server/store/sqlite_handle.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_macros.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

sqlite3_stmt* PrepareStatement(sqlite3* db, absl::string_view sql, unsigned flags, int* code) {
  sqlite3_stmt* statement = nullptr;
  *code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &statement, nullptr);
  return statement;
}

}  // namespace

absl::Status SqliteError(sqlite3* db, int code, absl::string_view step) {
  const char* file = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
  const std::string message =
      absl::StrCat(file == nullptr ? "sqlite" : file, ": ", step, ": ",
                   db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db), " (", code, ")");
  const int primary = code & 0xff;
  const bool damaged = primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
  return damaged ? StoreCorruptError(message) : StoreFailedError(message);
}

SqliteQuery::SqliteQuery(sqlite3_stmt* statement, AtEnd at_end, absl::string_view step,
                         absl::Status error)
    : statement_(statement), at_end_(at_end), step_(step), error_(std::move(error)) {}

SqliteQuery::SqliteQuery(SqliteQuery&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      at_end_(other.at_end_),
      step_(other.step_),
      error_(std::move(other.error_)),
      parameters_(other.parameters_) {}

SqliteQuery::~SqliteQuery() {
  if (statement_ == nullptr) return;
  // Both give the error of the last step again, which the caller has seen.
  if (at_end_ == AtEnd::kFinalize) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);  // what was bound may go now
}

void SqliteQuery::Note(int code) {
  if (code == SQLITE_OK || !error_.ok()) return;
  error_ = SqliteError(sqlite3_db_handle(statement_), code, step_);
}

SqliteQuery& SqliteQuery::Bind(int64_t value) {
  if (error_.ok()) Note(sqlite3_bind_int64(statement_, ++parameters_, value));
  return *this;
}

SqliteQuery& SqliteQuery::Bind(absl::string_view text) {
  // An empty view may have a null pointer, which SQLite would take as NULL.
  const char* data = text.empty() ? "" : text.data();
  if (error_.ok()) {
    Note(sqlite3_bind_text64(statement_, ++parameters_, data, text.size(), SQLITE_STATIC,
                             SQLITE_UTF8));
  }
  return *this;
}

SqliteQuery& SqliteQuery::BindBlob(absl::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  if (error_.ok()) {
    Note(sqlite3_bind_blob64(statement_, ++parameters_, data, bytes.size(), SQLITE_STATIC));
  }
  return *this;
}

SqliteQuery& SqliteQuery::BindNull() {
  if (error_.ok()) Note(sqlite3_bind_null(statement_, ++parameters_));
  return *this;
}

absl::StatusOr<bool> SqliteQuery::Step() {
  if (!error_.ok()) return error_;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Note(sqlite3_extended_errcode(sqlite3_db_handle(statement_)));
  return error_;
}

absl::Status SqliteQuery::Run() {
  absl::StatusOr<bool> row = Step();
  while (row.ok() && *row) row = Step();
  return row.status();
}

int64_t SqliteQuery::Int(int column) const { return sqlite3_column_int64(statement_, column); }

absl::string_view SqliteQuery::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {text, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

absl::string_view SqliteQuery::Blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

absl::StatusOr<std::unique_ptr<SqliteHandle>> SqliteHandle::Open(const std::string& path,
                                                                 Access access) {
  sqlite3* db = nullptr;
  const int mode = access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  // NOMUTEX: one thread at a time is our own contract.
  const int code = sqlite3_open_v2(path.c_str(), &db, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    absl::Status error = SqliteError(db, code, "open");
    sqlite3_close(db);
    return error;
  }
  sqlite3_extended_result_codes(db, 1);
  std::unique_ptr<SqliteHandle> handle(new SqliteHandle(db));
  handle->SetBusyTimeout(kBusyTimeout);
  return handle;
}

SqliteHandle::~SqliteHandle() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void SqliteHandle::SetBusyTimeout(absl::Duration timeout) {
  sqlite3_busy_timeout(db_, static_cast<int>(absl::ToInt64Milliseconds(timeout)));
}

absl::Status SqliteHandle::Execute(absl::string_view step, const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : SqliteError(db_, code, step);
}

SqliteQuery SqliteHandle::Use(const SqlText& sql) {
  sqlite3_stmt*& statement = statements_[&sql];
  absl::Status error;
  if (statement == nullptr) {
    int code = SQLITE_OK;
    statement = PrepareStatement(db_, sql.text, SQLITE_PREPARE_PERSISTENT, &code);
    if (code != SQLITE_OK) error = SqliteError(db_, code, sql.step);
  }
  return SqliteQuery(statement, SqliteQuery::AtEnd::kReset, sql.step, std::move(error));
}

SqliteQuery SqliteHandle::Prepare(absl::string_view step, absl::string_view sql) {
  int code = SQLITE_OK;
  sqlite3_stmt* statement = PrepareStatement(db_, sql, 0, &code);
  absl::Status error;
  if (code != SQLITE_OK) error = SqliteError(db_, code, step);
  return SqliteQuery(statement, SqliteQuery::AtEnd::kFinalize, step, std::move(error));
}

absl::StatusOr<int64_t> SqliteHandle::ReadInt(const std::string& sql) {
  SqliteQuery query = Prepare(sql, sql);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.Int(0) : 0;
}

absl::StatusOr<std::string> SqliteHandle::ReadText(const std::string& sql) {
  SqliteQuery query = Prepare(sql, sql);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? std::string(query.Text(0)) : "";
}

}  // namespace gcjobs
