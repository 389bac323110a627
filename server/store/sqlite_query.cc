#include "server/store/sqlite_query.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "server/store/store_errors.h"

namespace gcjobs {

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
      parameters_(other.parameters_),
      code_(other.code_) {}

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
  code_ = sqlite3_step(statement_);
  if (code_ == SQLITE_ROW) return true;
  if (code_ == SQLITE_DONE) return false;
  code_ = sqlite3_extended_errcode(sqlite3_db_handle(statement_));
  Note(code_);
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

}  // namespace gcjobs
