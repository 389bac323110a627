#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/results_page.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kActions = "/api/v2/integrations/actions/";

// How errors name the calls.
constexpr absl::string_view kSubmitName = "async action: submit";
constexpr absl::string_view kPollName = "async action: poll";
constexpr absl::string_view kResultsName = "async action: results";

v1::JobKind MakeDescription() {
  v1::JobKind description;
  description.set_kind(std::string(kAsyncActionKind));
  description.set_description("A data action that Genesys Cloud runs asynchronously");
  description.set_submit_path("POST /api/v2/integrations/actions/{action_id}/execute");
  description.set_status_path(
      "GET /api/v2/integrations/actions/{action_id}/executions/{upstream_id}");
  description.set_results_path(description.status_path());
  description.set_inline_result(true);
  description.set_results_mode(v1::RESULTS_MODE_INLINE);
  description.set_default_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  for (const char* status : {"queued", "pending", "running", "in_progress", "completed",
                             "succeeded", "failed", "cancelled", "expired"}) {
    (*description.mutable_states())[status] = *StateOfUpstreamStatus(status);
  }
  return description;
}

bool IsExpired(absl::string_view status) { return FoldUpstreamStatus(status) == "expired"; }

// An action's output is JSON. Anything else comes from somebody in between.
std::optional<ApiFamily> FamilyOfOutput(const HttpResponse& response) {
  if (!JsonValue::Parse(response.body).ok()) return std::nullopt;
  return ApiFamily::kOfficial;
}

// Data actions, run with `"async":true`.
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
    Receipt found;
    const auto fields =
        ReadFields(kSubmitName, response, {{"id"}, {"executionId"}, {"jobId"}, status_path_});
    if (fields.ok()) {
      const auto& [id, execution_id, job_id, status] = *fields;
      // The output of an action may well have an `id`: that alone is no receipt.
      found.names_work = !IdOf(execution_id).empty() || !IdOf(job_id).empty();
      for (const auto& candidate : {id, execution_id, job_id}) {
        if (found.id.empty()) found.id = IdOf(candidate);
      }
      found.status = StatusOf(kSubmitName, status, status_path_, response).value_or("");
      found.state = StateOfUpstreamStatus(found.status);
    }
    ASSIGN_OR_RETURN(SubmitReceipt receipt, JudgeReceipt(kSubmitName, std::move(found), response));
    receipt.family = receipt.end ? FamilyOfOutput(response) : ApiFamily::kGuides;
    return receipt;
  }

  ApiRequest BuildPoll(const JobRef& job) const override {
    ApiRequest request;
    request.request_class = RequestClass::kPoll;
    request.method = "GET";
    request.target = absl::StrCat(kActions, PercentEncode(job.action_id), "/executions/",
                                  PercentEncode(job.upstream_id));
    return request;
  }

  absl::StatusOr<PollReport> ParsePoll(const JobRef& /*job*/,
                                       const HttpResponse& response) const override {
    ASSIGN_OR_RETURN(const auto found,
                     ReadFields(kPollName, response, {status_path_, result_path_}));
    const auto& [status, result] = found;
    PollReport report;
    ASSIGN_OR_RETURN(report.upstream_status, StatusOf(kPollName, status, status_path_, response));
    report.state = StateOfUpstreamStatus(report.upstream_status);
    if (report.state == v1::JOB_STATE_SUCCEEDED && result) {
      report.result_json = ToValidUtf8(result->raw(), &report.bytes_replaced);
    } else if (report.state == v1::JOB_STATE_FAILED) {
      report.failure =
          JobFailure(report.upstream_status, IsExpired(report.upstream_status), {}, response);
    }
    return report;
  }

  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }

  // The result is told with the status.
  ApiRequest BuildResults(const JobRef& job, absl::string_view /*next*/,
                          int /*page_size*/) const override {
    ApiRequest request = BuildPoll(job);
    request.request_class = RequestClass::kResults;
    return request;
  }

  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override {
    return ReadResultsPage(kResultsName, results_fields_, IsExpired, response);
  }

 private:
  const v1::JobKind description_ = MakeDescription();
  const JsonPath status_path_ = {"status"};
  const JsonPath result_path_ = {"result"};
  const ResultsFields results_fields_ = {
      v1::RESULTS_MODE_INLINE, result_path_, {}, status_path_, {}};
};

}  // namespace

std::unique_ptr<JobKind> MakeAsyncActionKind() { return std::make_unique<AsyncAction>(); }

}  // namespace gcjobs
