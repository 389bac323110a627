#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/genesys/error_body.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kActions = "/api/v2/integrations/actions/";

// How errors name the two calls.
constexpr absl::string_view kSubmitName = "async action: submit";
constexpr absl::string_view kPollName = "async action: poll";

v1::JobKind MakeDescription() {
  v1::JobKind description;
  description.set_kind(std::string(kAsyncActionKind));
  description.set_description("A data action that Genesys Cloud runs asynchronously");
  description.set_submit_path("POST /api/v2/integrations/actions/{action_id}/execute");
  description.set_status_path(
      "GET /api/v2/integrations/actions/{action_id}/executions/{upstream_id}");
  description.set_inline_result(true);
  for (const char* status : {"queued", "pending", "running", "in_progress", "completed",
                             "succeeded", "failed", "cancelled", "expired"}) {
    (*description.mutable_states())[status] = *StateOfUpstreamStatus(status);
  }
  return description;
}

// What a failed execution says of itself: `error` as an object with `message`
// and `code`, or as a string.
ErrorBody FailureOf(const JsonValue& body) {
  ErrorBody failure;
  const std::optional<JsonValue> error = body.Find("error");
  if (!error) return failure;
  failure.message = CleanUpstreamText(error->AsString().value_or(StringMember(*error, "message")));
  failure.code = CleanUpstreamText(StringMember(*error, "code"));
  return failure;
}

absl::Status FailedStatus(absl::string_view upstream_status, const JsonValue& body,
                          const HttpResponse& response) {
  const ErrorBody failure = FailureOf(body);
  // A result that has expired can only be had by running the action again.
  const bool is_expired = absl::EqualsIgnoreCase(upstream_status, "expired");
  const std::string message = !failure.message.empty()
                                  ? failure.message
                                  : absl::StrCat("Genesys Cloud reports the execution as ",
                                                 CleanUpstreamText(upstream_status));
  absl::Status status =
      is_expired ? MakeGenesysError(absl::StatusCode::kAborted, kReasonResultExpired, message)
                 : MakeGenesysError(absl::StatusCode::kUnknown, kReasonJobFailed, message);
  if (!failure.code.empty()) AddErrorMetadata(&status, "genesys_code", failure.code);
  const std::string correlation_id = CleanUpstreamText(response.Header("ININ-Correlation-Id"));
  if (!correlation_id.empty()) AddErrorMetadata(&status, "correlation_id", correlation_id);
  return status;
}

// Data actions, run with `"async":true` (contract.md, section 7).
class AsyncAction final : public JobKind {
 public:
  const v1::JobKind& description() const override { return description_; }

  ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const override {
    const absl::string_view parameters = submission.body.empty() ? "{}" : submission.body;
    ApiRequest request;
    request.request_class = RequestClass::kSubmit;
    request.method = "POST";
    request.target = absl::StrCat(kActions, PercentEncode(job.action_id), "/execute");
    request.body = absl::StrCat(R"({"async":true,"parameters":)", parameters, "}");
    return request;
  }

  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const override {
    SubmitReceipt receipt;
    const absl::StatusOr<JsonValue> body = ParseBody(kSubmitName, response);
    if (body.ok()) {
      receipt.upstream_id = FindId(*body, {"id", "executionId", "jobId"});
      receipt.upstream_status = FindStatus(kSubmitName, *body, "status", response).value_or("");
    }
    // An answer may do without a body that can be read.
    if (receipt.upstream_id.empty()) receipt.upstream_id = IdFromLocation(response);
    if (!receipt.upstream_id.empty()) return receipt;
    if (!body.ok()) return body.status();
    return BadResponse(kSubmitName, "there is no execution id", response);
  }

  ApiRequest BuildPoll(const JobRef& job) const override {
    ApiRequest request;
    request.request_class = RequestClass::kPoll;
    request.method = "GET";
    request.target = absl::StrCat(kActions, PercentEncode(job.action_id), "/executions/",
                                  PercentEncode(job.upstream_id));
    return request;
  }

  absl::StatusOr<PollReport> ParsePoll(const HttpResponse& response) const override {
    const absl::StatusOr<JsonValue> body = ParseBody(kPollName, response);
    if (!body.ok()) return body.status();
    absl::StatusOr<std::string> status = FindStatus(kPollName, *body, "status", response);
    if (!status.ok()) return status.status();
    PollReport report;
    report.upstream_status = *std::move(status);
    report.state = StateOfUpstreamStatus(report.upstream_status);
    if (report.state == v1::JOB_STATE_SUCCEEDED) {
      const std::optional<JsonValue> result = body->Find("result");
      if (result) report.result_json = std::string(result->raw());
    } else if (report.state == v1::JOB_STATE_FAILED) {
      report.failure = FailedStatus(report.upstream_status, *body, response);
    }
    return report;
  }

  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }

 private:
  const v1::JobKind description_ = MakeDescription();
};

}  // namespace

std::unique_ptr<JobKind> MakeAsyncActionKind() { return std::make_unique<AsyncAction>(); }

}  // namespace gcjobs
