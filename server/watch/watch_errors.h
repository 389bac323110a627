#ifndef GCJOBS_SERVER_WATCH_WATCH_ERRORS_H_
#define GCJOBS_SERVER_WATCH_WATCH_ERRORS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "server/store/write.h"

namespace gcjobs {

// How watch streams are refused and ended. JOB_NOT_FOUND and
// REVISION_COMPACTED are the store's (store_errors.h).

// INVALID_ARGUMENT/REVISION_IN_FUTURE.
absl::Status RevisionInFutureError(Revision after, Revision head);

// UNAVAILABLE/SERVER_DRAINING, with RetryInfo.
absl::Status WatchDrainingError();

// RESOURCE_EXHAUSTED/TOO_MANY_WATCHES, with RetryInfo.
absl::Status TooManyWatchesError(size_t limit);

// RESOURCE_EXHAUSTED/SERVER_BUSY, with RetryInfo: too many streams wait
// for the store.
absl::Status ReadsBusyError();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_WATCH_WATCH_ERRORS_H_
