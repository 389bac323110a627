#include "server/store/sqlite_reader_pool.h"

#include <algorithm>
#include <utility>

namespace gcjobs {

absl::StatusOr<std::unique_ptr<SqliteReaderPool>> SqliteReaderPool::Open(const std::string& path,
                                                                         int size) {
  auto pool = std::make_unique<SqliteReaderPool>();
  for (int i = 0; i < std::max(size, 1); ++i) {
    auto reader = SqliteReader::Open(path);
    if (!reader.ok()) return reader.status();
    pool->Return(reader->get());
    pool->readers_.push_back(*std::move(reader));
  }
  return pool;
}

SqliteReader* SqliteReaderPool::Take() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &SqliteReaderPool::HasFreeLocked));
  SqliteReader* reader = free_.back();
  free_.pop_back();
  return reader;
}

void SqliteReaderPool::Return(SqliteReader* reader) {
  MutexLock lock(&mu_);
  free_.push_back(reader);
}

}  // namespace gcjobs
