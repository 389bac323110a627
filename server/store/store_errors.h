#ifndef GCJOBS_SERVER_STORE_STORE_ERRORS_H_
#define GCJOBS_SERVER_STORE_STORE_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/errors.h"
#include "server/store/write.h"

namespace gcjobs {

// The errors that store.h promises, so that all stores word them alike.

absl::Status DocumentNotFoundError(absl::string_view name);
absl::Status JobExistsError(absl::string_view job_id);
absl::Status RequestIdExistsError(absl::string_view org, absl::string_view request_id,
                                  absl::string_view job_id);
absl::Status RevisionCompactedError(Revision after, Revision oldest);
absl::Status CommitQueueFullError();
absl::Status StoreClosedError();
absl::Status StoreFailedError(absl::string_view cause);
absl::Status StoreCorruptError(absl::string_view what);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_ERRORS_H_
