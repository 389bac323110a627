#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_path.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/query_interval.h"
#include "server/rpc/submit/submission_builder.h"

// SubmitJob's request.

namespace gcjobs {
namespace {

absl::StatusOr<const JobKind*> FindKind(const JobKindRegistry& kinds, const std::string& name) {
  RETURN_IF_ERROR(ValidateText("kind", name, kMaxKindBytes, Presence::kRequired));
  const JobKind* const kind = kinds.Find(name);
  if (kind != nullptr) return kind;
  return JobKindNotFoundError(Excerpt(name));
}

std::string FieldOf(absl::string_view parameter) {
  return absl::StrCat("path_parameters[", Quote(parameter), "]");
}

absl::Status CheckParameters(const PathParameters& parameters,
                             const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto parameter = parameters.find(name);
    if (parameter == parameters.end()) return InvalidField(FieldOf(name), "must be set");
    RETURN_IF_ERROR(ValidatePathSegment(FieldOf(name), parameter->second));
  }
  for (const auto& [name, value] : parameters) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return InvalidField(FieldOf(name), "does not appear in the kind's submit path");
    }
  }
  return absl::OkStatus();
}

// Checks a body, and returns the interval that it asks about, where it has one
// that can be read.
absl::StatusOr<std::optional<QueryInterval>> CheckBody(const JobKind& kind, const std::string& body,
                                                       size_t max_bytes) {
  if (body.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const JsonValue json, ParseJsonContainer("body", body, max_bytes));
  const std::optional<QueryInterval> interval = IntervalIn(json);
  if (interval && kind.name() == kConversationQueryKind) {
    RETURN_IF_ERROR(CheckQueryLength("body", *interval));
  }
  return interval;
}

}  // namespace

absl::StatusOr<JobSubmission> SubmissionBuilder::Build(const v1::SubmitJobRequest& request,
                                                       absl::string_view principal) const {
  ASSIGN_OR_RETURN(const JobKind* const kind, FindKind(*kinds_, request.kind()));
  ASSIGN_OR_RETURN(JobSubmission submission, Begin(request.options(), *kind, principal));
  if (kind->name() == kAsyncActionKind && IsOfficial(request.options())) {
    return AsyncNotSupportedError(submission.record.job().org());
  }
  RETURN_IF_ERROR(CheckParameters(request.path_parameters(),
                                  PlaceholdersOf(kind->description().submit_path())));
  ASSIGN_OR_RETURN(const std::optional<QueryInterval> interval,
                   CheckBody(*kind, request.body(), defaults_.max_parameters_bytes));

  *submission.record.mutable_path_parameters() = request.path_parameters();
  const auto action_id = request.path_parameters().find(kActionIdParameter);
  if (action_id != request.path_parameters().end()) {
    submission.record.mutable_job()->set_action_id(action_id->second);
  }
  submission.payload.set_body(std::string(WithoutByteOrderMark(request.body())));
  Complete(interval, &submission);
  return submission;
}

}  // namespace gcjobs
