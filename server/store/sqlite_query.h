#ifndef GCJOBS_SERVER_STORE_SQLITE_QUERY_H_
#define GCJOBS_SERVER_STORE_SQLITE_QUERY_H_

#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// One SQL statement, a constant beside the code that runs it.
struct SqlText {
  const char* step;   // for error messages: what the statement is for
  const char* text;   // the SQL
  const char* index;  // how it finds its rows, as EXPLAIN QUERY PLAN words it; null = no rows
};

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

  // SQLite's extended code of the last step: tells which constraint was broken.
  int extended_code() const { return code_; }

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
  int code_ = SQLITE_OK;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_QUERY_H_
