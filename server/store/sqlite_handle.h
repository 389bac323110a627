#ifndef GCJOBS_SERVER_STORE_SQLITE_HANDLE_H_
#define GCJOBS_SERVER_STORE_SQLITE_HANDLE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/store/store_sql.h"

namespace gcjobs {

// The absl::Status of an SQLite result code: names the step, the file and
// SQLite's own words. DATA_LOSS/STORE_CORRUPT when the file is damaged or no
// database, else UNAVAILABLE/STORE_FAILED.
absl::Status SqliteError(sqlite3* db, int code, absl::string_view step);

// One run of a prepared statement. Parameters are bound from left to right;
// what is bound is not copied and must live until the last Step. Used by the
// thread that has the connection.
class SqliteQuery {
 public:
  enum class AtEnd { kReset, kFinalize };

  // `error` not OK: the statement could not be prepared, which Step tells.
  SqliteQuery(sqlite3_stmt* statement, AtEnd at_end, absl::string_view step, absl::Status error);
  ~SqliteQuery();
  SqliteQuery(SqliteQuery&& other) noexcept;
  SqliteQuery& operator=(SqliteQuery&&) = delete;

  SqliteQuery& Bind(int64_t value);
  SqliteQuery& Bind(absl::string_view text);
  SqliteQuery& Bind(const char* text) { return Bind(absl::string_view(text)); }
  SqliteQuery& Bind(std::string&& text) = delete;  // would dangle
  SqliteQuery& BindBlob(absl::string_view bytes);
  SqliteQuery& BindNull();

  // Goes to the next row; false when there is none.
  absl::StatusOr<bool> Step();

  // Runs a statement to its end, for what it does.
  absl::Status Run();

  // Columns of the current row; views live until the next Step.
  int64_t Int(int column) const;
  absl::string_view Text(int column) const;
  absl::string_view Blob(int column) const;

 private:
  void Note(int code);

  sqlite3_stmt* statement_;
  const AtEnd at_end_;
  const absl::string_view step_;
  absl::Status error_;  // the first that was met
  int parameters_ = 0;  // bound so far
};

// One connection to an SQLite file and its prepared statements. Used by one
// thread at a time. Errors are those of SqliteError.
class SqliteHandle {
 public:
  enum class Access { kReadWrite, kReadOnly };

  // How long a connection that meets a lock waits for it. The data directory
  // has one owner, so that only our own connections compete, for the length
  // of a checkpoint at most.
  static constexpr absl::Duration kBusyTimeout = absl::Seconds(5);

  // Opens a file that exists.
  static absl::StatusOr<std::unique_ptr<SqliteHandle>> Open(const std::string& path, Access access);
  ~SqliteHandle();
  SqliteHandle(const SqliteHandle&) = delete;
  SqliteHandle& operator=(const SqliteHandle&) = delete;

  // Runs statements that give no rows and take no parameters: schema, pragmas.
  absl::Status Execute(absl::string_view step, const std::string& sql);

  // A statement that is prepared once and kept. `sql` is a constant that lives
  // as long as this; only one run of it at a time. An error of preparing shows
  // at the query's first step.
  SqliteQuery Use(const SqlText& sql);

  // A statement for one run. `step` outlives the query.
  SqliteQuery Prepare(absl::string_view step, absl::string_view sql);

  // A pragma's value, or the first column of the first row of any query.
  absl::StatusOr<int64_t> ReadInt(const std::string& sql);
  absl::StatusOr<std::string> ReadText(const std::string& sql);

  // Rows that the last statement changed.
  int64_t changes() const { return sqlite3_changes64(db_); }

  // Inside of BEGIN. SQLite ends a transaction by itself on some errors.
  bool InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

  void SetBusyTimeout(absl::Duration timeout);

  sqlite3* db() { return db_; }

 private:
  explicit SqliteHandle(sqlite3* db) : db_(db) {}

  sqlite3* const db_;
  absl::flat_hash_map<const SqlText*, sqlite3_stmt*> statements_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_HANDLE_H_
