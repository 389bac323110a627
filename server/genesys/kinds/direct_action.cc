#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

// Genesys Cloud holds the call up to the action's own timeout, which is 60 s at
// most, and then answers: whoever waits for less would lose that answer.
constexpr absl::Duration kHeldCallTimeout = absl::Seconds(65);

constexpr absl::string_view kSubmitName = "direct action";

v1::JobKind MakeDescription() {
  v1::JobKind description;
  description.set_kind(std::string(kDirectActionKind));
  description.set_description("A data action whose call gcjobs holds until it is done");
  description.set_submit_path("POST /api/v2/integrations/actions/{action_id}/execute");
  description.set_inline_result(true);
  description.set_results_mode(v1::RESULTS_MODE_INLINE);
  description.set_default_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  return description;
}

// Data actions, run as integrations run them: the answer is the result.
class DirectAction final : public JobKind {
 public:
  const v1::JobKind& description() const override { return description_; }
  bool holds_call() const override { return true; }

  ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const override {
    ApiRequest request;
    request.request_class = RequestClass::kSubmit;
    request.method = "POST";
    request.target =
        absl::StrCat("/api/v2/integrations/actions/", PercentEncode(job.action_id), "/execute");
    request.body = std::string(submission.body.empty() ? "{}" : submission.body);
    request.timeout = kHeldCallTimeout;
    return request;
  }

  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const override {
    SubmitReceipt receipt;
    receipt.end = RanAtOnce(response);
    return receipt;
  }

  // The rest is never asked of a kind that holds its call.
  ApiRequest BuildPoll(const JobRef&) const override { return {}; }
  absl::StatusOr<PollReport> ParsePoll(const JobRef&, const HttpResponse& response) const override {
    return BadResponse(kSubmitName, "nothing was asked", response);
  }
  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }
  ApiRequest BuildResults(const JobRef&, absl::string_view, int) const override { return {}; }
  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override {
    return BadResponse(kSubmitName, "nothing was asked", *response);
  }

 private:
  const v1::JobKind description_ = MakeDescription();
};

}  // namespace

std::unique_ptr<JobKind> MakeDirectActionKind() { return std::make_unique<DirectAction>(); }

}  // namespace gcjobs
