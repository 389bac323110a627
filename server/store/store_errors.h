#ifndef GCJOBS_SERVER_STORE_STORE_ERRORS_H_
#define GCJOBS_SERVER_STORE_STORE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/errors.h"
#include "server/store/write_batch.h"

namespace gcjobs {

// The errors that store.h promises, so that all stores word them alike.

absl::Status DocumentNotFoundError(absl::string_view name);
absl::Status JobExistsError(absl::string_view job_id);
absl::Status StaleRevisionError(absl::string_view job_id, Revision expected, Revision actual);
absl::Status RequestIdExistsError(absl::string_view org, absl::string_view request_id,
                                  absl::string_view job_id);
absl::Status RevisionCompactedError(Revision after, Revision oldest);
absl::Status CommitQueueFullError();
absl::Status StoreClosedError();
absl::Status StoreFailedError(absl::string_view cause);
absl::Status StoreCorruptError(absl::string_view what);

// Whether `status` concerns one batch alone: the batch is wrong, the store is
// not. Any other error means that the store's state is in doubt.
bool IsBatchError(const absl::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_ERRORS_H_
