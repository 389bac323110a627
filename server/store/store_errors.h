#ifndef GCJOBS_SERVER_STORE_STORE_ERRORS_H_
#define GCJOBS_SERVER_STORE_STORE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/store/write.h"

namespace gcjobs {

// The errors that store.h promises, so that all stores word them alike; for
// JOB_NOT_FOUND see common/errors.h.

absl::Status DocumentNotFoundError(absl::string_view name);
absl::Status RevisionCompactedError(Revision after, Revision oldest);
absl::Status CommitQueueFullError();
absl::Status StoreClosedError();
absl::Status StoreFailedError(absl::string_view cause);
absl::Status StoreCorruptError(absl::string_view what);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_ERRORS_H_
