#include "server/rpc/submission_builder.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/rpc_errors.h"
#include "server/rpc/sha256.h"
#include "server/rpc/struct_json.h"
#include "server/rpc/submit_options.h"

namespace gcjobs {
namespace {

// The mode that runs it.
absl::StatusOr<v1::ActionMode> ResolveMode(v1::ActionMode mode, v1::ActionMode default_mode) {
  if (!v1::ActionMode_IsValid(mode)) {
    return InvalidField("mode", absl::StrCat("is ", static_cast<int>(mode),
                                             ", allowed are ACTION_MODE_ASYNC and "
                                             "ACTION_MODE_DIRECT"));
  }
  const v1::ActionMode resolved = mode == v1::ACTION_MODE_UNSPECIFIED ? default_mode : mode;
  if (resolved == v1::ACTION_MODE_DIRECT) {
    return NotImplementedError("SubmitAction with ACTION_MODE_DIRECT");
  }
  return resolved;
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

absl::Duration ValueOr(bool is_set, const google::protobuf::Duration& value,
                       absl::Duration otherwise) {
  return is_set ? FromProto(value) : otherwise;
}

// Fills in what all kinds of submission share. REQUIRES: `options` is valid.
void ApplyOptions(const v1::SubmitOptions& options, const SubmitDefaults& defaults,
                  v1::SubmitGuarantee default_guarantee, SubmitPlan* plan) {
  NewJob& job = plan->job;
  job.request_id = options.request_id();
  job.labels = options.labels();
  job.execution_timeout = ValueOr(options.has_execution_timeout(), options.execution_timeout(),
                                  defaults.execution_timeout);
  job.retention = ValueOr(options.has_retention(), options.retention(), defaults.retention);
  job.guarantee = options.submit_guarantee() == v1::SUBMIT_GUARANTEE_UNSPECIFIED
                      ? default_guarantee
                      : options.submit_guarantee();
  if (options.has_poll()) job.poll = options.poll();
  plan->wait = ValueOr(options.has_wait(), options.wait(), defaults.wait);
  plan->validate_only = options.validate_only();
}

// Stays the same for ever: stored jobs are compared with it after upgrades.
std::string Fingerprint(const NewJob& job, v1::ActionMode mode) {
  return absl::BytesToHexString(FieldHash()
                                    .Add(job.kind)
                                    .Add(job.org)
                                    .Add(job.action_id)
                                    .Add(v1::ActionMode_Name(mode))
                                    .Add(job.submission.body())
                                    .Digest());
}

}  // namespace

SubmissionBuilder::SubmissionBuilder(SubmitDefaults defaults, OrgNames orgs)
    : defaults_(defaults), orgs_(std::move(orgs)) {}

absl::StatusOr<SubmitPlan> SubmissionBuilder::Build(const v1::SubmitActionRequest& request,
                                                    absl::string_view principal) const {
  absl::Status status = ValidateActionId(request.action_id());
  if (status.ok()) status = ValidateSubmitOptions(request.options());
  if (!status.ok()) return status;
  absl::StatusOr<std::string> org = orgs_.Resolve(request.options().org());
  if (!org.ok()) return org.status();
  const absl::StatusOr<v1::ActionMode> mode = ResolveMode(request.mode(), defaults_.action_mode);
  if (!mode.ok()) return mode.status();
  absl::StatusOr<std::string> body = ParametersJson(request, defaults_.max_parameters_bytes);
  if (!body.ok()) return body.status();

  SubmitPlan plan;
  plan.job.org = *std::move(org);
  plan.job.kind = std::string(kAsyncActionKind);
  plan.job.action_id = request.action_id();
  plan.job.created_by = std::string(principal);
  plan.job.submission.set_body(*std::move(body));
  ApplyOptions(request.options(), defaults_, v1::SUBMIT_GUARANTEE_AT_MOST_ONCE, &plan);
  plan.job.fingerprint = Fingerprint(plan.job, *mode);
  return plan;
}

v1::Job Preview(const NewJob& job) {
  v1::Job preview;
  preview.set_org(job.org);
  preview.set_kind(job.kind);
  preview.set_state(v1::JOB_STATE_QUEUED);
  preview.set_action_id(job.action_id);
  preview.set_request_id(job.request_id);
  *preview.mutable_labels() = job.labels;
  preview.set_created_by(job.created_by);
  return preview;
}

}  // namespace gcjobs
