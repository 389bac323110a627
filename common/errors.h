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
// with its code, its domain and what to tell a person, and the server and the CLI
// make and recognise errors by these constants alone. docs/errors.md is written
// from this file (scripts/errors_docs.mjs): the comments above groups of reasons
// are its headings.
struct ErrorReason {
  absl::string_view name;    // google.rpc.ErrorInfo.reason
  absl::StatusCode code;     // the usual one; MakeErrorAs has another
  absl::string_view domain;  // google.rpc.ErrorInfo.domain
  // Why it happens, and what to do: sentences for whoever reads the error, in any
  // client, so without the names of one client's options. Together they are the
  // google.rpc.LocalizedMessage, unless a case has words of its own (SetRemedy).
  absl::string_view cause = "";
  absl::string_view remedy = "";
};

// docs/errors.md, where the project is published; `#` and the reason in lower
// case lead to its section. The URL of google.rpc.Help.
inline constexpr absl::string_view kErrorsPage =
    "https://github.com/gcjobs/gcjobs/blob/main/docs/errors.md";

namespace errors {

using absl::StatusCode;

constexpr ErrorReason Own(absl::string_view name, StatusCode code, absl::string_view cause,
                          absl::string_view remedy) {
  return {name, code, kDomainGcjobs, cause, remedy};
}
constexpr ErrorReason Upstream(absl::string_view name, StatusCode code, absl::string_view cause,
                               absl::string_view remedy) {
  return {name, code, kDomainGenesys, cause, remedy};
}

// What the caller asked for.
inline constexpr ErrorReason kInvalidRequest =
    Own("INVALID_REQUEST", StatusCode::kInvalidArgument,
        "A field of the request is missing or has a value that is not allowed.",
        "Correct the field that the message names and send the request again.");
inline constexpr ErrorReason kInvalidPageToken =
    Own("INVALID_PAGE_TOKEN", StatusCode::kInvalidArgument,
        "The page token was not issued for this list: it was altered, or the filter or the order "
        "has changed since.",
        "Start the list over without a page token.");
inline constexpr ErrorReason kInvalidCursor =
    Own("INVALID_CURSOR", StatusCode::kInvalidArgument,
        "The cursor was not issued for the results of this job.",
        "Pass the cursor of the last page that was read, or read the results from the first page.");
inline constexpr ErrorReason kTimeoutOutOfRange =
    Own("TIMEOUT_OUT_OF_RANGE", StatusCode::kInvalidArgument,
        "Genesys Cloud allows 1 to 30 seconds for the data action of a flow and 1 to 60 seconds "
        "for an integration action.",
        "Choose a limit within that range. Work that takes longer needs another form: run the "
        "action asynchronously (mode ASYNC), or let it only start the work and have a webhook "
        "report the end.");
inline constexpr ErrorReason kUnknownOrg =
    Own("UNKNOWN_ORG", StatusCode::kInvalidArgument, "The server has no organisation of that name.",
        "Use the name of an [org.NAME] section of the server's configuration, or none for the "
        "default organisation.");
inline constexpr ErrorReason kAsyncNotSupported =
    Own("ASYNC_NOT_SUPPORTED", StatusCode::kFailedPrecondition,
        "The organisation speaks the official API of Genesys Cloud, which runs a data action while "
        "the call is held and has no asynchronous execution.",
        "Submit the action with ACTION_MODE_DIRECT, or without a mode. If the organisation does "
        "have asynchronous executions, set `profile = guides` for it.");
inline constexpr ErrorReason kRevisionInFuture =
    Own("REVISION_IN_FUTURE", StatusCode::kInvalidArgument,
        "The server has not reached that revision: it is another server's, or the database was "
        "replaced by an older one.",
        "Watch from a revision that this server has sent, or from 0.");
inline constexpr ErrorReason kRevisionCompacted =
    Own("REVISION_COMPACTED", StatusCode::kOutOfRange, "Events that old are no longer kept.",
        "Watch from 0: the stream then begins with what there is now.");
inline constexpr ErrorReason kRequestIdReused =
    Own("REQUEST_ID_REUSED", StatusCode::kAlreadyExists,
        "The request id already belongs to a submission with other contents.",
        "Use a new request id for new work. To get the first job again, send exactly what was sent "
        "then.");
inline constexpr ErrorReason kInvalidToken =
    Own("INVALID_TOKEN", StatusCode::kUnauthenticated,
        "The server requires a bearer token, and the call carries none that it knows.",
        "Send `authorization: Bearer TOKEN` with a token that the server's operator has issued.");

// The job it is about.
inline constexpr ErrorReason kJobNotFound =
    Own("JOB_NOT_FOUND", StatusCode::kNotFound,
        "The job was deleted, its retention has ended, or it belongs to another server.",
        "Check the id; the list of jobs shows those that there are.");
inline constexpr ErrorReason kJobNotFinished =
    Own("JOB_NOT_FINISHED", StatusCode::kFailedPrecondition,
        "This can only be done with a job that has ended.",
        "Watch the job until it ends, then try again.");
inline constexpr ErrorReason kJobFinished =
    Own("JOB_FINISHED", StatusCode::kFailedPrecondition,
        "This can only be done with a job that has not ended.", "Submit a new job.");
inline constexpr ErrorReason kJobNotPolled =
    Own("JOB_NOT_POLLED", StatusCode::kFailedPrecondition,
        "Only a job that Genesys Cloud has accepted and not yet ended is polled.",
        "Get the job: its state says where it stands.");
inline constexpr ErrorReason kJobChanged =
    Own("JOB_CHANGED", StatusCode::kAborted, "The job changed at the same moment.", "Try again.");
inline constexpr ErrorReason kNoResults =
    Own("NO_RESULTS", StatusCode::kFailedPrecondition,
        "The job has no results: it did not succeed, or its kind has none.",
        "Get the job: its state and its error say how it ended.");
inline constexpr ErrorReason kJobKindNotFound =
    Own("JOB_KIND_NOT_FOUND", StatusCode::kNotFound, "The server runs no job kind of that name.",
        "Choose one from the list of job kinds; a server learns others from files (--kinds).");
inline constexpr ErrorReason kOrgNotConfigured =
    Own("ORG_NOT_CONFIGURED", StatusCode::kFailedPrecondition,
        "The organisation of the job is no longer in the server's configuration.",
        "Put its [org.NAME] section back and restart the server.");
inline constexpr ErrorReason kKindNotConfigured =
    Own("KIND_NOT_CONFIGURED", StatusCode::kFailedPrecondition,
        "The kind of the job is no longer in the server's configuration.",
        "Start the server with the file that declares it (--kinds).");

// The data action or the view that it names.
inline constexpr ErrorReason kActionNameNotFound =
    Own("ACTION_NAME_NOT_FOUND", StatusCode::kNotFound,
        "No action that was looked at has exactly this name, and upper and lower case matter.",
        "Take a name from the list of actions, or give the action's id. An action of a flow is "
        "only found when the flow is given too.");
inline constexpr ErrorReason kActionNameAmbiguous =
    Own("ACTION_NAME_AMBIGUOUS", StatusCode::kFailedPrecondition, "Several actions have this name.",
        "Give the id of the one that is meant; the error has them all.");
inline constexpr ErrorReason kViewNotFound = Own(
    "VIEW_NOT_FOUND", StatusCode::kNotFound, "Genesys Cloud has no conversation view of that name.",
    "Take a name from the list of views.");
inline constexpr ErrorReason kViewsNotSupported =
    Own("VIEWS_NOT_SUPPORTED", StatusCode::kNotFound,
        "This Genesys Cloud does not tell which views and dimensions it has: the official API has "
        "no such call.",
        "Take the names of dimensions from its documentation of conversation queries.");

// How a job ended.
inline constexpr ErrorReason kSubmitOutcomeUnknown = Own(
    "SUBMIT_OUTCOME_UNKNOWN", StatusCode::kUnknown,
    "The submission was sent, but its answer was lost: the work may or may not have run.",
    "Find out at Genesys Cloud whether it ran before submitting it again. Work that may run twice "
    "can be submitted with the guarantee AT_LEAST_ONCE: then the server repeats it by itself.");
inline constexpr ErrorReason kPollAttemptsExhausted =
    Own("POLL_ATTEMPTS_EXHAUSTED", StatusCode::kDeadlineExceeded,
        "The job had not ended after as many polls as its poll policy allows. The work may "
        "continue at Genesys Cloud.",
        "Allow more polls, or longer intervals between them; without a poll policy only the "
        "execution timeout ends a job.");
inline constexpr ErrorReason kJobTimedOut =
    Own("JOB_TIMED_OUT", StatusCode::kDeadlineExceeded,
        "The job had not ended within its execution timeout.",
        "Submit it with a longer execution timeout, or look at Genesys Cloud for what holds the "
        "work up.");

// What the server can do just now; all have a RetryInfo.
inline constexpr ErrorReason kIntakeFull =
    Own("INTAKE_FULL", StatusCode::kResourceExhausted,
        "As many jobs of the organisation are waiting to be submitted as the server accepts.",
        "Try again later: they leave as fast as the organisation's request budget allows.");
inline constexpr ErrorReason kServerBusy =
    Own("SERVER_BUSY", StatusCode::kResourceExhausted,
        "The server has more to read from its store than it can keep up with.",
        "Try again in a moment.");
inline constexpr ErrorReason kServerDraining =
    Own("SERVER_DRAINING", StatusCode::kUnavailable, "The server is shutting down.",
        "Try again in a moment. Jobs go on when it is back, and streams resume after the last "
        "revision or cursor that was received.");
inline constexpr ErrorReason kTooManyWatches =
    Own("TOO_MANY_WATCHES", StatusCode::kResourceExhausted,
        "All of the server's watch streams are in use.",
        "Try again later, or watch many jobs in one stream with WatchJobs.");
inline constexpr ErrorReason kTooManyResultStreams =
    Own("TOO_MANY_RESULT_STREAMS", StatusCode::kResourceExhausted,
        "All of the server's result streams are in use.",
        "Try again when another reader has finished.");
inline constexpr ErrorReason kCommitQueueFull =
    Own("COMMIT_QUEUE_FULL", StatusCode::kResourceExhausted,
        "The server's disk does not keep up with its writes.",
        "Try again in a moment. If it lasts, give the data directory a faster disk.");

// The store.
inline constexpr ErrorReason kStoreFailed = Own(
    "STORE_FAILED", StatusCode::kUnavailable, "The server could not read or write its database.",
    "Its operator finds the cause in the server's log; a full or failing disk is the usual one. A "
    "submission can be sent again with the same request id.");
inline constexpr ErrorReason kStoreClosed =
    Own("STORE_CLOSED", StatusCode::kUnavailable,
        "The server is shutting down and has closed its database.", "Try again in a moment.");
inline constexpr ErrorReason kStoreCorrupt =
    Own("STORE_CORRUPT", StatusCode::kDataLoss, "The server's database is damaged.",
        "Stop the server and restore the newest backup of its data directory.");
inline constexpr ErrorReason kDocumentNotFound =
    Own("DOCUMENT_NOT_FOUND", StatusCode::kNotFound,
        "The server has not yet written this document of its own.",
        "Nothing needs to be done: the server starts without it.");

// What stops the start of the server.
inline constexpr ErrorReason kInsecureListener = Own(
    "INSECURE_LISTENER", StatusCode::kFailedPrecondition,
    "Without TLS, whoever reaches a listener beyond loopback can read and submit everything.",
    "Set a certificate (--tls-cert, --tls-key), listen on loopback, or allow it with --insecure.");
inline constexpr ErrorReason kDataDirUnusable =
    Own("DATA_DIR_UNUSABLE", StatusCode::kFailedPrecondition,
        "The data directory cannot be created, read or written.",
        "Check that it exists, who owns it, and whether its disk is full or read-only.");
inline constexpr ErrorReason kDataDirInUse =
    Own("DATA_DIR_IN_USE", StatusCode::kFailedPrecondition,
        "Another server works on this data directory.",
        "Stop that one, or give each server a directory of its own.");
inline constexpr ErrorReason kSchemaTooNew =
    Own("SCHEMA_TOO_NEW", StatusCode::kFailedPrecondition,
        "The database was written by a newer version of the server.",
        "Run that version, or restore a backup from before the upgrade.");
inline constexpr ErrorReason kKindFileNotReadable =
    Own("KIND_FILE_NOT_READABLE", StatusCode::kNotFound, "A file of job kinds cannot be read.",
        "Check the path that is given to --kinds and the permissions of the file.");
inline constexpr ErrorReason kInvalidKindFile =
    Own("INVALID_KIND_FILE", StatusCode::kInvalidArgument, "A file of job kinds has a mistake.",
        "Correct the line that the message names; docs/job-kinds.md describes the format.");

// What Genesys Cloud answered.
inline constexpr ErrorReason kGenesysBadRequest =
    Upstream("GENESYS_BAD_REQUEST", StatusCode::kInvalidArgument,
             "Genesys Cloud refuses the contents of the request.",
             "Correct what its message names: the same request would be refused again.");
inline constexpr ErrorReason kGenesysCredentialsRejected = Upstream(
    "GENESYS_CREDENTIALS_REJECTED", StatusCode::kFailedPrecondition,
    "Genesys Cloud does not accept the credentials of the server's OAuth client, or refused the "
    "call even with a new token.",
    "Check the server's GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET and GENESYS_ENVIRONMENT, or the "
    "same settings in its configuration file, and that the client is active and of the grant type "
    "Client Credentials.");
inline constexpr ErrorReason kGenesysForbidden =
    Upstream("GENESYS_FORBIDDEN", StatusCode::kPermissionDenied,
             "The server's OAuth client lacks a permission that the call needs.",
             "Give one of its roles the permission, in Admin > Integrations > OAuth, and check the "
             "divisions of the role. docs/permissions.md lists what each call needs.");
inline constexpr ErrorReason kGenesysNotFound = Upstream(
    "GENESYS_NOT_FOUND", StatusCode::kNotFound,
    "Genesys Cloud has nothing under this id, or does not show it to the server's OAuth client.",
    "Check the id and the organisation, and whether the roles of the client cover the division "
    "that it is in.");
inline constexpr ErrorReason kGenesysVersionConflict = Upstream(
    "GENESYS_VERSION_CONFLICT", StatusCode::kAborted, "Somebody else changed it at the same time.",
    "Read it again, and repeat the change if it is still wanted.");
inline constexpr ErrorReason kGenesysTimeout = Upstream(
    "GENESYS_TIMEOUT", StatusCode::kDeadlineExceeded,
    "Genesys Cloud did not answer in time. The limit is its own: no header and no client setting "
    "extends it.",
    "Run work that takes long in the asynchronous form (mode ASYNC), which holds no call open.");
inline constexpr ErrorReason kGenesysRateLimited =
    Upstream("GENESYS_RATE_LIMITED", StatusCode::kResourceExhausted,
             "The organisation has used up the requests that Genesys Cloud allows it.",
             "Try again after the delay that comes with the error. Jobs wait by themselves.");
inline constexpr ErrorReason kGenesysUnavailable =
    Upstream("GENESYS_UNAVAILABLE", StatusCode::kUnavailable,
             "Genesys Cloud cannot be reached, or has a failure of its own.",
             "Try again later. If it lasts, check the server's way to Genesys Cloud (DNS, proxy, "
             "firewall) and the Genesys Cloud status page.");
inline constexpr ErrorReason kGenesysBadResponse =
    Upstream("GENESYS_BAD_RESPONSE", StatusCode::kInternal,
             "Genesys Cloud answered something that its API does not give to such a call.",
             "Check that the environment or the API URL of the server leads to Genesys Cloud and "
             "not to a proxy or a login page. Otherwise report it, with the message.");
inline constexpr ErrorReason kGenesysJobFailed =
    Upstream("GENESYS_JOB_FAILED", StatusCode::kUnknown,
             "Genesys Cloud accepted the work, and the work failed there.",
             "The message has the reasons that Genesys Cloud gave, and the error's FailureBody its "
             "whole answer. Mend the cause, then submit the work again.");
inline constexpr ErrorReason kGenesysResultsNotReady =
    Upstream("GENESYS_RESULTS_NOT_READY", StatusCode::kUnavailable,
             "The job has just ended, and Genesys Cloud does not have its results ready yet.",
             "Read the results again in a few seconds.");
inline constexpr ErrorReason kGenesysEmptyPages =
    Upstream("GENESYS_EMPTY_PAGES", StatusCode::kAborted,
             "Genesys Cloud gave a thousand pages of results in a row without an item, each with "
             "another one to follow.",
             "Read on with the last page's next_cursor if you expect more, or narrow the query.");
inline constexpr ErrorReason kGenesysResultExpired =
    Upstream("GENESYS_RESULT_EXPIRED", StatusCode::kNotFound,
             "Genesys Cloud no longer keeps the results of the job.",
             "Submit the work again and read its results sooner.");

// A mistake of this program's.
inline constexpr ErrorReason kInternal =
    Own("INTERNAL_ERROR", StatusCode::kInternal,
        "The server reached a state that should be impossible.",
        "Report it as a bug, with the message and the lines of the server's log around it.");
inline constexpr ErrorReason kInvalidTarget =
    Own("INVALID_TARGET", StatusCode::kInternal,
        "The server was about to send a request to a place outside the API of Genesys Cloud, and "
        "did not.",
        "Report it as a bug, with the message.");

}  // namespace errors

using ErrorMetadata = std::initializer_list<std::pair<absl::string_view, absl::string_view>>;

// The error of that reason, with google.rpc.ErrorInfo, Help and LocalizedMessage.
// `message` says what was attempted and with which values; `metadata` holds every
// value that it names.
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
absl::Status AsyncNotSupportedError(absl::string_view org);
// Too many reads of the store are waiting.
absl::Status ServerBusyError();
// The server is stopping and did not get to the call.
absl::Status ServerDrainingError();

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_ERRORS_H_
