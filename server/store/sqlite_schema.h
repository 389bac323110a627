#ifndef GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_
#define GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "server/store/sqlite_handle.h"

namespace gcjobs {

// One step of the schema's history: brings a file from version N - 1 to N,
// where N is its place in the list, counted from 1. A step that was released
// is never changed.
struct Migration {
  const char* description;
  const char* sql;
};

// The history up to now.
absl::Span<const Migration> SchemaMigrations();

// Brings the file to the last version, each step in a transaction of its own,
// so that a crash leaves some whole version. The version is in the file's
// `user_version`; 0 is an empty file.
//
// FAILED_PRECONDITION/SCHEMA_TOO_NEW when a newer program wrote the file.
absl::Status Migrate(absl::Span<const Migration> migrations, SqliteHandle* handle);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_
