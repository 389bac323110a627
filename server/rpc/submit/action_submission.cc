#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/struct_json.h"
#include "server/rpc/submit/submission_builder.h"

// SubmitAction's request.

namespace gcjobs {
namespace {

// The kind that runs it.
absl::StatusOr<absl::string_view> KindOfMode(v1::ActionMode mode) {
  switch (mode) {
    case v1::ACTION_MODE_ASYNC:
      return kAsyncActionKind;
    case v1::ACTION_MODE_DIRECT:
      return kDirectActionKind;
    default:
      return InvalidField("mode",
                          absl::StrCat("must be ACTION_MODE_ASYNC or ACTION_MODE_DIRECT, but is ",
                                       static_cast<int>(mode)));
  }
}

// The parameters as JSON text: the caller's own bytes where there are any.
absl::StatusOr<std::string> ParametersJson(const v1::SubmitActionRequest& request,
                                           size_t max_bytes) {
  switch (request.input_case()) {
    case v1::SubmitActionRequest::kParameters:
      return StructToJson("parameters", request.parameters(), max_bytes);
    case v1::SubmitActionRequest::kParametersJson:
      RETURN_IF_ERROR(
          ParseJsonObject("parameters_json", request.parameters_json(), max_bytes).status());
      return std::string(WithoutByteOrderMark(request.parameters_json()));
    case v1::SubmitActionRequest::INPUT_NOT_SET:
      break;
  }
  return "{}";
}

}  // namespace

absl::StatusOr<JobSubmission> SubmissionBuilder::Build(const v1::SubmitActionRequest& request,
                                                       absl::string_view principal) const {
  const bool is_official = IsOfficial(request.options());
  const bool is_open = request.mode() == v1::ACTION_MODE_UNSPECIFIED;
  const v1::ActionMode mode = is_open ? defaults_.action_mode : request.mode();
  if (!is_official || mode != v1::ACTION_MODE_ASYNC) return BuildAction(request, mode, principal);
  if (!is_open) return AsyncNotSupportedError(*orgs_.Resolve(request.options().org()));
  ASSIGN_OR_RETURN(JobSubmission submission,
                   BuildAction(request, v1::ACTION_MODE_DIRECT, principal));
  // A request that was first sent when this was not known yet is still the same
  // one.
  ASSIGN_OR_RETURN(const JobSubmission first, BuildAction(request, mode, principal));
  submission.record.set_fingerprint(first.record.fingerprint());
  return submission;
}

absl::StatusOr<JobSubmission> SubmissionBuilder::BuildAction(const v1::SubmitActionRequest& request,
                                                             v1::ActionMode mode,
                                                             absl::string_view principal) const {
  RETURN_IF_ERROR(ValidateActionChoice(request.action_id(), request.action_name()));
  ASSIGN_OR_RETURN(const absl::string_view kind, KindOfMode(mode));
  ASSIGN_OR_RETURN(JobSubmission submission, Begin(request.options(), KindOf(kind), principal));
  ASSIGN_OR_RETURN(std::string parameters, ParametersJson(request, defaults_.max_parameters_bytes));
  submission.record.mutable_job()->set_action_id(request.action_id());
  submission.record.mutable_job()->set_action_name(request.action_name());
  submission.payload.set_body(std::move(parameters));
  Complete(/*interval=*/std::nullopt, &submission);
  return submission;
}

}  // namespace gcjobs
