#include "common/errors.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/utf8.h"
#include "google/rpc/error_details.pb.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kBadRequestUrl = "type.googleapis.com/google.rpc.BadRequest";

// A restart takes about a second; a call that comes sooner only meets the same
// end. A full queue of reads takes about as long to empty.
constexpr absl::Duration kShortDelay = absl::Seconds(1);

}  // namespace

absl::Status MakeErrorAs(absl::StatusCode code, const ErrorReason& reason,
                         absl::string_view message, ErrorMetadata metadata) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason.name));
  info.set_domain(std::string(reason.domain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[std::string(key)] = std::string(value);
  }
  absl::Status status(code, message);
  SetErrorInfo(&status, info);
  SetRemedy(&status, absl::StrCat(reason.cause, " ", reason.remedy));
  SetHelp(&status, absl::StrCat("What ", reason.name, " means and what to do"),
          absl::StrCat(kErrorsPage, "#", absl::AsciiStrToLower(reason.name)));
  return status;
}

absl::Status MakeError(const ErrorReason& reason, absl::string_view message,
                       ErrorMetadata metadata) {
  return MakeErrorAs(reason.code, reason, message, metadata);
}

absl::Status MakeRetryableError(const ErrorReason& reason, absl::Duration delay,
                                absl::string_view message, ErrorMetadata metadata) {
  absl::Status status = MakeError(reason, message, metadata);
  SetRetryDelay(&status, delay);
  return status;
}

absl::Status InvalidField(absl::string_view field, absl::string_view problem) {
  absl::Status status =
      MakeError(errors::kInvalidRequest, absl::StrCat(field, ": ", problem), {{"field", field}});
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field(ToValidUtf8(field));
  violation->set_description(ToValidUtf8(problem));
  status.SetPayload(kBadRequestUrl, absl::Cord(bad_request.SerializeAsString()));
  return status;
}

bool HasReason(const absl::Status& status, const ErrorReason& reason) {
  const auto info = GetErrorInfo(status);
  return info && info->reason() == reason.name;
}

absl::Status JobNotFoundError(absl::string_view job_id) {
  return MakeError(errors::kJobNotFound, absl::StrCat("job ", job_id, " does not exist"),
                   {{"job_id", job_id}});
}

absl::Status JobKindNotFoundError(absl::string_view kind) {
  return MakeError(errors::kJobKindNotFound, absl::StrCat("there is no job kind \"", kind, "\""),
                   {{"kind", kind}});
}

absl::Status OrgNotConfiguredError(absl::string_view job_id, absl::string_view org) {
  return MakeError(errors::kOrgNotConfigured,
                   absl::StrCat("job ", job_id, ": organisation ", org, " is not configured"),
                   {{"job_id", job_id}, {"org", org}});
}

absl::Status KindNotConfiguredError(absl::string_view job_id, absl::string_view kind) {
  return MakeError(errors::kKindNotConfigured,
                   absl::StrCat("job ", job_id, ": job kind ", kind, " is not configured"),
                   {{"job_id", job_id}, {"kind", kind}});
}

absl::Status AsyncNotSupportedError(absl::string_view org) {
  return MakeError(errors::kAsyncNotSupported,
                   absl::StrCat("organisation ", org,
                                " speaks the official API (profile official), which has no "
                                "asynchronous executions: use ACTION_MODE_DIRECT"),
                   {{"org", org}});
}

absl::Status ServerBusyError() {
  return MakeRetryableError(errors::kServerBusy, kShortDelay,
                            "too many reads of the store are already waiting");
}

absl::Status ServerDrainingError() {
  return MakeRetryableError(errors::kServerDraining, kShortDelay,
                            "the server is stopping and did not get to this call");
}

}  // namespace gcjobs
