#ifndef GCJOBS_COMMON_ERRORS_H_
#define GCJOBS_COMMON_ERRORS_H_

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/error_info.h"

namespace gcjobs {

// The catalogue of errors: each reason that a client can meet stands here once,
// with its code and its domain, and the server and the CLI make and recognise
// errors by these constants alone.
struct ErrorReason {
  absl::string_view name;    // google.rpc.ErrorInfo.reason
  absl::StatusCode code;     // the usual one; MakeErrorAs has another
  absl::string_view domain;  // google.rpc.ErrorInfo.domain
};

namespace errors {

using absl::StatusCode;

constexpr ErrorReason Own(absl::string_view name, StatusCode code) {
  return {name, code, kDomainGcjobs};
}
constexpr ErrorReason Upstream(absl::string_view name, StatusCode code) {
  return {name, code, kDomainGenesys};
}

// What the caller asked for.
inline constexpr ErrorReason kInvalidRequest = Own("INVALID_REQUEST", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kInvalidPageToken =
    Own("INVALID_PAGE_TOKEN", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kInvalidCursor = Own("INVALID_CURSOR", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kTimeoutOutOfRange =
    Own("TIMEOUT_OUT_OF_RANGE", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kUnknownOrg = Own("UNKNOWN_ORG", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kRevisionInFuture =
    Own("REVISION_IN_FUTURE", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kRevisionCompacted =
    Own("REVISION_COMPACTED", StatusCode::kOutOfRange);
inline constexpr ErrorReason kRequestIdReused =
    Own("REQUEST_ID_REUSED", StatusCode::kAlreadyExists);
inline constexpr ErrorReason kInvalidToken = Own("INVALID_TOKEN", StatusCode::kUnauthenticated);

// The job it is about.
inline constexpr ErrorReason kJobNotFound = Own("JOB_NOT_FOUND", StatusCode::kNotFound);
inline constexpr ErrorReason kJobNotFinished =
    Own("JOB_NOT_FINISHED", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kJobFinished = Own("JOB_FINISHED", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kJobNotPolled = Own("JOB_NOT_POLLED", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kNoResults = Own("NO_RESULTS", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kJobKindNotFound = Own("JOB_KIND_NOT_FOUND", StatusCode::kNotFound);
inline constexpr ErrorReason kOrgNotConfigured =
    Own("ORG_NOT_CONFIGURED", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kKindNotConfigured =
    Own("KIND_NOT_CONFIGURED", StatusCode::kFailedPrecondition);

// The data action or the view that it names.
inline constexpr ErrorReason kActionNameNotFound =
    Own("ACTION_NAME_NOT_FOUND", StatusCode::kNotFound);
inline constexpr ErrorReason kActionNameAmbiguous =
    Own("ACTION_NAME_AMBIGUOUS", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kViewNotFound = Own("VIEW_NOT_FOUND", StatusCode::kNotFound);
inline constexpr ErrorReason kViewsNotSupported = Own("VIEWS_NOT_SUPPORTED", StatusCode::kNotFound);

// How a job ended.
inline constexpr ErrorReason kSubmitOutcomeUnknown =
    Own("SUBMIT_OUTCOME_UNKNOWN", StatusCode::kUnknown);
inline constexpr ErrorReason kPollAttemptsExhausted =
    Own("POLL_ATTEMPTS_EXHAUSTED", StatusCode::kDeadlineExceeded);
inline constexpr ErrorReason kJobTimedOut = Own("JOB_TIMED_OUT", StatusCode::kDeadlineExceeded);

// What the server can do just now; all have a RetryInfo.
inline constexpr ErrorReason kIntakeFull = Own("INTAKE_FULL", StatusCode::kResourceExhausted);
inline constexpr ErrorReason kServerBusy = Own("SERVER_BUSY", StatusCode::kResourceExhausted);
inline constexpr ErrorReason kServerDraining = Own("SERVER_DRAINING", StatusCode::kUnavailable);
inline constexpr ErrorReason kTooManyWatches =
    Own("TOO_MANY_WATCHES", StatusCode::kResourceExhausted);
inline constexpr ErrorReason kTooManyResultStreams =
    Own("TOO_MANY_RESULT_STREAMS", StatusCode::kResourceExhausted);
inline constexpr ErrorReason kCommitQueueFull =
    Own("COMMIT_QUEUE_FULL", StatusCode::kResourceExhausted);

// The store.
inline constexpr ErrorReason kStoreFailed = Own("STORE_FAILED", StatusCode::kUnavailable);
inline constexpr ErrorReason kStoreClosed = Own("STORE_CLOSED", StatusCode::kUnavailable);
inline constexpr ErrorReason kStoreCorrupt = Own("STORE_CORRUPT", StatusCode::kDataLoss);
inline constexpr ErrorReason kDocumentNotFound = Own("DOCUMENT_NOT_FOUND", StatusCode::kNotFound);

// What stops the server's start.
inline constexpr ErrorReason kInsecureListener =
    Own("INSECURE_LISTENER", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kDataDirUnusable =
    Own("DATA_DIR_UNUSABLE", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kDataDirInUse =
    Own("DATA_DIR_IN_USE", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kSchemaTooNew = Own("SCHEMA_TOO_NEW", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kKindFileNotReadable =
    Own("KIND_FILE_NOT_READABLE", StatusCode::kNotFound);
inline constexpr ErrorReason kInvalidKindFile =
    Own("INVALID_KIND_FILE", StatusCode::kInvalidArgument);

// What Genesys Cloud answered.
inline constexpr ErrorReason kGenesysBadRequest =
    Upstream("GENESYS_BAD_REQUEST", StatusCode::kInvalidArgument);
inline constexpr ErrorReason kGenesysCredentialsRejected =
    Upstream("GENESYS_CREDENTIALS_REJECTED", StatusCode::kFailedPrecondition);
inline constexpr ErrorReason kGenesysForbidden =
    Upstream("GENESYS_FORBIDDEN", StatusCode::kPermissionDenied);
inline constexpr ErrorReason kGenesysNotFound =
    Upstream("GENESYS_NOT_FOUND", StatusCode::kNotFound);
inline constexpr ErrorReason kGenesysVersionConflict =
    Upstream("GENESYS_VERSION_CONFLICT", StatusCode::kAborted);
inline constexpr ErrorReason kGenesysTimeout =
    Upstream("GENESYS_TIMEOUT", StatusCode::kDeadlineExceeded);
inline constexpr ErrorReason kGenesysRateLimited =
    Upstream("GENESYS_RATE_LIMITED", StatusCode::kResourceExhausted);
inline constexpr ErrorReason kGenesysUnavailable =
    Upstream("GENESYS_UNAVAILABLE", StatusCode::kUnavailable);
inline constexpr ErrorReason kGenesysBadResponse =
    Upstream("GENESYS_BAD_RESPONSE", StatusCode::kInternal);
inline constexpr ErrorReason kGenesysJobFailed =
    Upstream("GENESYS_JOB_FAILED", StatusCode::kUnknown);
inline constexpr ErrorReason kGenesysResultExpired =
    Upstream("GENESYS_RESULT_EXPIRED", StatusCode::kNotFound);

// A mistake of this program's.
inline constexpr ErrorReason kInvalidTarget = Own("INVALID_TARGET", StatusCode::kInternal);

}  // namespace errors

using ErrorMetadata = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// The error of that reason, with a google.rpc.ErrorInfo. `message` says what was
// attempted and with which values; `metadata` holds every value that it names.
absl::Status MakeError(const ErrorReason& reason, absl::string_view message,
                       ErrorMetadata metadata = {});

// The same with a google.rpc.RetryInfo: the caller may try again after `delay`.
absl::Status MakeRetryableError(const ErrorReason& reason, absl::Duration delay,
                                absl::string_view message, ErrorMetadata metadata = {});

// The same with another code than the reason's usual one.
absl::Status MakeErrorAs(absl::StatusCode code, const ErrorReason& reason,
                         absl::string_view message, ErrorMetadata metadata = {});

// INVALID_ARGUMENT/INVALID_REQUEST with a google.rpc.BadRequest that names the
// field, such as `options.labels`.
absl::Status InvalidField(absl::string_view field, absl::string_view problem);

// Whether the status is an error of that reason.
bool HasReason(const absl::Status& status, const ErrorReason& reason);

// Errors that more than one part of the program makes: one text each.

absl::Status JobNotFoundError(absl::string_view job_id);
absl::Status JobKindNotFoundError(absl::string_view kind);
absl::Status OrgNotConfiguredError(absl::string_view job_id, absl::string_view org);
absl::Status KindNotConfiguredError(absl::string_view job_id, absl::string_view kind);
// Too many reads of the store are waiting.
absl::Status ServerBusyError();
// The server is stopping and did not get to the call.
absl::Status ServerDrainingError();

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_ERRORS_H_
