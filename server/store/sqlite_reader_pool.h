#ifndef GCJOBS_SERVER_STORE_SQLITE_READER_POOL_H_
#define GCJOBS_SERVER_STORE_SQLITE_READER_POOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "common/mutex.h"
#include "server/store/sqlite_reader.h"

namespace gcjobs {

// A few readers for any number of threads: each waits until one is free.
// Thread-safe.
class SqliteReaderPool {
 public:
  // Opens `size` readers; at least one.
  static absl::StatusOr<std::unique_ptr<SqliteReaderPool>> Open(const std::string& path, int size);

  // Runs `read(reader)` and gives what it returns. `read` must not use the
  // pool: it might wait for itself.
  template <typename Read>
  auto With(const Read& read) ABSL_LOCKS_EXCLUDED(mu_) {
    const Lease lease(this);
    return read(*lease.reader);
  }

 private:
  struct Lease {
    explicit Lease(SqliteReaderPool* owner) : pool(owner), reader(owner->Take()) {}
    ~Lease() { pool->Return(reader); }
    SqliteReaderPool* const pool;
    SqliteReader* const reader;
  };

  SqliteReader* Take() ABSL_LOCKS_EXCLUDED(mu_);
  void Return(SqliteReader* reader) ABSL_LOCKS_EXCLUDED(mu_);
  bool HasFreeLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !free_.empty(); }

  std::vector<std::unique_ptr<SqliteReader>> readers_;  // constant once open
  Mutex mu_;
  std::vector<SqliteReader*> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_READER_POOL_H_
