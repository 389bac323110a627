#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/poll_class.h"
#include "server/rpc/submit/struct_json.h"
#include "server/rpc/submit/submission_builder.h"
#include "server/rpc/submit/submission_fingerprint.h"

// SubmitAction's request.

namespace gcjobs {
namespace {

// The kind that runs it.
absl::StatusOr<absl::string_view> KindOfMode(v1::ActionMode mode, v1::ActionMode default_mode) {
  switch (mode == v1::ACTION_MODE_UNSPECIFIED ? default_mode : mode) {
    case v1::ACTION_MODE_ASYNC:
      return kAsyncActionKind;
    case v1::ACTION_MODE_DIRECT:
      return kDirectActionKind;
    default:
      return InvalidField("mode", absl::StrCat("is ", static_cast<int>(mode),
                                               ", allowed are ACTION_MODE_ASYNC and "
                                               "ACTION_MODE_DIRECT"));
  }
}

// The parameters as JSON text: the caller's own bytes where there are any.
absl::StatusOr<std::string> ParametersJson(const v1::SubmitActionRequest& request,
                                           size_t max_bytes) {
  switch (request.input_case()) {
    case v1::SubmitActionRequest::kParameters:
      return StructToJson("parameters", request.parameters(), max_bytes);
    case v1::SubmitActionRequest::kParametersJson: {
      const absl::Status status =
          ValidateJsonField("parameters_json", request.parameters_json(), max_bytes);
      if (!status.ok()) return status;
      return request.parameters_json();
    }
    case v1::SubmitActionRequest::INPUT_NOT_SET:
      break;
  }
  return "{}";
}

}  // namespace

absl::StatusOr<SubmitPlan> SubmissionBuilder::Build(const v1::SubmitActionRequest& request,
                                                    absl::string_view principal) const {
  const absl::Status status = ValidateActionId(request.action_id());
  if (!status.ok()) return status;
  const auto kind = KindOfMode(request.mode(), defaults_.action_mode);
  if (!kind.ok()) return kind.status();
  absl::StatusOr<SubmitPlan> plan = Begin(request.options(), KindOf(*kind), principal);
  if (!plan.ok()) return plan;
  absl::StatusOr<std::string> body = ParametersJson(request, defaults_.max_parameters_bytes);
  if (!body.ok()) return body.status();
  plan->job.action_id = request.action_id();
  plan->job.submission.set_body(*std::move(body));
  plan->job.poll_class = PollClassOf(plan->job);
  plan->job.fingerprint = FingerprintOf(plan->job);
  return plan;
}

}  // namespace gcjobs
