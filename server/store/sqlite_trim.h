#ifndef GCJOBS_SERVER_STORE_SQLITE_TRIM_H_
#define GCJOBS_SERVER_STORE_SQLITE_TRIM_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "server/store/sqlite_handle.h"
#include "server/store/store_backend.h"

namespace gcjobs {

// One step of StoreBackend::Trim, in the open transaction of `handle`.
absl::StatusOr<StoreBackend::TrimStep> TrimSome(absl::Time before, SqliteHandle* handle);

// Its statements; for the test of their plans.
absl::Span<const SqlText* const> TrimStatements();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_SQLITE_TRIM_H_
