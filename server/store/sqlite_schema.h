#ifndef GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_
#define GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_

#include "absl/status/status.h"

#include "server/store/sqlite_handle.h"

namespace gcjobs {

// Gives an empty file its tables, in one transaction, so that a crash leaves
// all of them or none. The schema's version is in the file's `user_version`; 0
// is an empty file.
//
// FAILED_PRECONDITION/SCHEMA_TOO_NEW when a newer program wrote the file.
absl::Status EnsureSchema(SqliteHandle* handle);

// Whether EnsureSchema would take the file; changes nothing.
absl::Status CheckSchemaVersion(SqliteHandle* handle);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_SCHEMA_H_
