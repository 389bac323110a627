#include "tests/fakes/faulty_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <map>

namespace gcjobs::testing {
namespace {

std::atomic<bool> fail_syncs{false};
std::atomic<bool> fail_writes{false};

sqlite3_vfs* base = nullptr;  // the real one
sqlite3_vfs faulty;           // a copy of it, but for xOpen

// The methods of an open file, with ours in the place of some. SQLite's unix
// files have one of a few constant tables; each gets its copy.
struct Methods {
  sqlite3_io_methods table;  // first: a file's pMethods points here
  const sqlite3_io_methods* real;
};

const Methods& MethodsOf(sqlite3_file* file) {
  return *reinterpret_cast<const Methods*>(file->pMethods);
}

int Sync(sqlite3_file* file, int flags) {
  if (fail_syncs) return SQLITE_IOERR_FSYNC;
  return MethodsOf(file).real->xSync(file, flags);
}

int Write(sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
  if (fail_writes) return SQLITE_FULL;
  return MethodsOf(file).real->xWrite(file, data, amount, offset);
}

const sqlite3_io_methods* Wrap(const sqlite3_io_methods* real) {
  static auto* const wrapped = new std::map<const sqlite3_io_methods*, Methods>;
  auto [entry, is_new] = wrapped->try_emplace(real, Methods{*real, real});
  if (is_new) {
    entry->second.table.xSync = Sync;
    entry->second.table.xWrite = Write;
  }
  return &entry->second.table;
}

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int code = base->xOpen(base, name, file, flags, out_flags);
  if (code == SQLITE_OK && file->pMethods != nullptr) file->pMethods = Wrap(file->pMethods);
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  base = sqlite3_vfs_find(nullptr);
  faulty = *base;
  faulty.zName = "faulty";
  faulty.xOpen = Open;
  sqlite3_vfs_register(&faulty, /*makeDflt=*/1);
}

FaultyVfs::~FaultyVfs() {
  FailSyncs(false);
  FailWrites(false);
  sqlite3_vfs_unregister(&faulty);
  sqlite3_vfs_register(base, /*makeDflt=*/1);
}

void FaultyVfs::FailSyncs(bool fail) { fail_syncs = fail; }
void FaultyVfs::FailWrites(bool fail) { fail_writes = fail; }

}  // namespace gcjobs::testing
