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

#include "server/store/sqlite_query.h"

namespace gcjobs {

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
