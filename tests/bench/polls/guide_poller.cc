#include "tests/bench/polls/guide_poller.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/check.h"
#include "common/clock.h"
#include "server/genesys/retry_after.h"
#include "server/genesys/token_grant.h"
#include "server/net/curl_transport.h"
#include "server/net/event_loop.h"

namespace gcjobs::bench {
namespace {

std::string Text(const std::string& json, const char* member) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  GCJOBS_CHECK(!document.HasParseError() && document.IsObject() && document.HasMember(member) &&
                   document[member].IsString(),
               "no ", member, " in ", json);
  return document[member].GetString();
}

std::unique_ptr<CurlTransport> NewTransport() {
  auto transport = CurlTransport::Create({});
  GCJOBS_CHECK(transport.ok(), transport.status().ToString());
  return *std::move(transport);
}

class GuidePoller {
 public:
  GuidePoller(const Guide& guide, const std::string& api_url, const std::vector<PlannedJob>& jobs)
      : guide_(guide), api_url_(api_url), jobs_(jobs), watched_(jobs.size()), left_(jobs.size()) {}

  std::vector<WatchedJob> Run() {
    Call(BuildTokenRequest(api_url_, {"guide", "secret", ""}), [this](const HttpResponse& answer) {
      const auto grant = ParseTokenGrant(answer.body);
      GCJOBS_CHECK(grant.ok(), grant.status().ToString());
      token_ = grant->token;
      for (size_t job = 0; job < jobs_.size(); ++job) {
        loop_.RunAfter(jobs_[job].arrival, [this, job] { Submit(job); });
      }
    });
    while (left_ > 0) loop_.Turn(absl::Seconds(1));
    return std::move(watched_);
  }

 private:
  using Answered = std::function<void(const HttpResponse&)>;

  // For as long as it takes: sent anew after each 429.
  void Call(const HttpRequest& request, const Answered& done) {
    transport_->Send(request, [this, request, done](HttpResult result) {
      GCJOBS_CHECK(result.fate == HttpResult::Fate::kAnswered, Describe(request), ": ",
                   result.error.ToString());
      const HttpResponse& answer = result.response;
      if (answer.status == 429) {
        loop_.RunAfter(*RetryAfterOf(answer, clock_->Now()),
                       [this, request, done] { Call(request, done); });
        return;
      }
      GCJOBS_CHECK(answer.status / 100 == 2, Describe(request), ": HTTP ", answer.status);
      done(answer);
    });
  }

  HttpRequest Request(const char* method, size_t job, const std::string& path) const {
    HttpRequest request;
    request.method = method;
    request.url =
        absl::StrCat(api_url_, "/api/v2/integrations/actions/", jobs_[job].action_id, path);
    request.headers = {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}};
    return request;
  }

  void Submit(size_t job) {
    watched_[job].arrival = clock_->Now();
    HttpRequest request = Request("POST", job, "/execute");
    request.body = absl::StrCat(R"({"async":true,"parameters":)", jobs_[job].parameters_json, "}");
    Call(request, [this, job](const HttpResponse& answer) {
      watched_[job].execution_id = Text(answer.body, "id");
      PollLater(job, 0);
    });
  }

  void PollLater(size_t job, int polls) {
    const std::optional<absl::Duration> gap = guide_.gap(polls);
    if (!gap.has_value()) {
      --left_;
      return;
    }
    loop_.RunAfter(*gap, [this, job, polls] { Poll(job, polls); });
  }

  void Poll(size_t job, int polls) {
    const std::string path = absl::StrCat("/executions/", watched_[job].execution_id);
    Call(Request("GET", job, path), [this, job, polls](const HttpResponse& answer) {
      if (Text(answer.body, "status") != "COMPLETED") return PollLater(job, polls + 1);
      watched_[job].end_seen = clock_->Now();
      --left_;
    });
  }

  const Guide& guide_;
  const std::string api_url_;
  const std::vector<PlannedJob>& jobs_;
  const Clock* const clock_ = RealClock();
  const std::unique_ptr<CurlTransport> transport_ = NewTransport();
  EventLoop loop_{clock_, transport_.get()};
  std::string token_;
  std::vector<WatchedJob> watched_;
  size_t left_;
};

}  // namespace

const std::vector<Guide>& Guides() {
  constexpr int kAttempts = 60;
  static const auto* const kGuides = new std::vector<Guide>{
      {"every 2 s, 60 times",
       [](int n) { return n < kAttempts ? std::make_optional(absl::Seconds(2)) : std::nullopt; }},
      {"min(2 + n, 15) s", [](int n) { return absl::Seconds(std::min(2 + n, 15)); }},
      {"1, 2, 4 ... 30 s", [](int n) { return absl::Seconds(std::min(1 << std::min(n, 5), 30)); }}};
  return *kGuides;
}

std::vector<WatchedJob> RunGuide(const Guide& guide, const std::string& api_url,
                                 const std::vector<PlannedJob>& jobs) {
  return GuidePoller(guide, api_url, jobs).Run();
}

}  // namespace gcjobs::bench
