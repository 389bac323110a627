#include "server/store/sqlite_handle.h"

#include <utility>

namespace gcjobs {
namespace {

sqlite3_stmt* PrepareStatement(sqlite3* db, absl::string_view sql, unsigned flags, int* code) {
  sqlite3_stmt* statement = nullptr;
  *code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), flags, &statement, nullptr);
  return statement;
}

}  // namespace

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
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return *row ? query.Int(0) : 0;
}

absl::StatusOr<std::string> SqliteHandle::ReadText(const std::string& sql) {
  SqliteQuery query = Prepare(sql, sql);
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return *row ? std::string(query.Text(0)) : "";
}

}  // namespace gcjobs
