#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_path.h"
#include "server/rpc/quote.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/poll_class.h"
#include "server/rpc/submit/submission_builder.h"
#include "server/rpc/submit/submission_fingerprint.h"

// SubmitJob's request.

namespace gcjobs {
namespace {

// The parameter that is Job.action_id as well.
constexpr char kActionIdParameter[] = "action_id";

absl::StatusOr<const JobKind*> FindKind(const JobKindRegistry& kinds, const std::string& name) {
  const absl::Status status = ValidateText("kind", name, kMaxKindBytes, Presence::kRequired);
  if (!status.ok()) return status;
  const JobKind* const kind = kinds.Find(name);
  if (kind != nullptr) return kind;
  return MakeError(absl::StatusCode::kNotFound, "JOB_KIND_NOT_FOUND",
                   absl::StrCat("no job kind ", Quote(name), " is known; ListJobKinds has all"),
                   {{"kind", Excerpt(name)}});
}

std::string FieldOf(absl::string_view parameter) {
  return absl::StrCat("path_parameters[", Quote(parameter), "]");
}

absl::Status ValidateParameters(const PathParameters& parameters,
                                const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto parameter = parameters.find(name);
    if (parameter == parameters.end()) return InvalidField(FieldOf(name), "must be set");
    absl::Status status = ValidatePathSegment(FieldOf(name), parameter->second);
    if (!status.ok()) return status;
  }
  for (const auto& [name, value] : parameters) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return InvalidField(FieldOf(name), "is no part of the kind's submit path");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SubmitPlan> SubmissionBuilder::Build(const v1::SubmitJobRequest& request,
                                                    absl::string_view principal) const {
  const absl::StatusOr<const JobKind*> kind = FindKind(*kinds_, request.kind());
  if (!kind.ok()) return kind.status();
  absl::StatusOr<SubmitPlan> plan = Begin(request.options(), **kind, principal);
  if (!plan.ok()) return plan;
  absl::Status status = ValidateParameters(request.path_parameters(),
                                           PlaceholdersOf((*kind)->description().submit_path()));
  if (status.ok() && !request.body().empty()) {
    status = ValidateJsonContainer("body", request.body(), defaults_.max_parameters_bytes);
  }
  if (!status.ok()) return status;

  NewJob& job = plan->job;
  job.path_parameters = request.path_parameters();
  const auto action_id = job.path_parameters.find(kActionIdParameter);
  if (action_id != job.path_parameters.end()) job.action_id = action_id->second;
  job.submission.set_body(request.body());
  job.poll_class = PollClassOf(job);
  job.fingerprint = FingerprintOf(job);
  return plan;
}

}  // namespace gcjobs
