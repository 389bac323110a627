#include "server/results/result_pager.h"

#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/backoff_policy.h"
#include "common/errors.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/genesys/error_mapping.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// Longer than a window of the request budget, in which every permit comes
// round; a class that is stopped for longer is better told to the reader.
constexpr absl::Duration kMaxPermitWait = absl::Minutes(2);
constexpr RetryPolicy kRetries = {
    BackoffPolicy(),
    // With the backoff, and the 3 s after a 5xx: about a quarter of a minute.
    /*max_retries=*/4,
    // A reader that waits in silence for longer takes the server for dead.
    /*longest_wait=*/absl::Minutes(1)};

constexpr int kMaxEmptyPages = 3;
// It has to fit into a request line; web servers take 8 KiB to 32 KiB.
constexpr size_t kMaxNextBytes = 16 << 10;

absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status other(status.code(), message);
  status.ForEachPayload([&other](absl::string_view url, const absl::Cord& payload) {
    other.SetPayload(url, payload);
  });
  return other;
}

// The results were there when the job ended.
absl::Status AsExpired(const absl::Status& status) {
  absl::Status expired = WithMessage(
      status, absl::StrCat("Genesys Cloud no longer has the results: ", status.message()));
  google::rpc::ErrorInfo info = GetErrorInfo(status).value_or(google::rpc::ErrorInfo());
  info.set_reason(std::string(errors::kGenesysResultExpired.name));
  info.set_domain(std::string(errors::kGenesysResultExpired.domain));
  SetErrorInfo(&expired, info);
  return expired;
}

bool IsTooLarge(const ApiReply& reply) {
  return reply.fate == HttpResult::Fate::kBodyTooLarge && reply.response.is_success();
}

}  // namespace

ResultPager::ResultPager(EventLoop* loop, ResultSource source, ResultPosition start)
    : loop_(loop), source_(std::move(source)), position_(std::move(start)) {
  seen_.insert(IdOf(position_.next));
}

Task<absl::StatusOr<UpstreamPage>> ResultPager::Fetch() {
  request_ = source_.kind->BuildResults(Ref(), position_.next, source_.page_size);
  absl::StatusOr<UpstreamPage> page = co_await RequestPage();
  if (!page.ok()) {
    page = Explain(page.status());
    Log(LogLevel::kWarning, "results_page_failed",
        {{"job_id", source_.job_id}, {"error", page.status()}});
  }
  co_return page;
}

// Asks until the answer says something that will not pass by itself.
Task<absl::StatusOr<UpstreamPage>> ResultPager::RequestPage() {
  for (Retries retries(kRetries);;) {
    ApiReply reply = co_await source_.client->Call(request_, kMaxPermitWait);
    if (reply.status.ok()) co_return Read(std::move(reply.response));
    const bool was_sent = reply.fate != HttpResult::Fate::kNotSent;
    if (was_sent && absl::IsNotFound(reply.status)) co_return AsExpired(reply.status);
    if (IsTooLarge(reply)) {
      co_return Refuse("page_too_large",
                       "the page is larger than this server accepts; start again with a smaller "
                       "page_size",
                       reply.response);
    }
    // What is worth a retry says so by its RetryInfo.
    std::optional<absl::Duration> delay = GetRetryDelay(reply.status);
    if (delay) delay = retries.AfterFailure(random_, delay);
    if (!delay) co_return std::move(reply.status);
    Log(LogLevel::kInfo, "results_page_retried",
        {{"job_id", source_.job_id}, {"error", reply.status}});
    co_await Sleep(loop_, *delay);
  }
}

JobRef ResultPager::Ref() const {
  return {source_.action_id, source_.upstream_id, &source_.path_parameters};
}

uint64_t ResultPager::IdOf(absl::string_view next) const {
  const ApiRequest request = source_.kind->BuildResults(Ref(), next, source_.page_size);
  return absl::Hash<std::string>()(request.target);
}

absl::StatusOr<UpstreamPage> ResultPager::Read(HttpResponse response) {
  // From here on the body stays where it is.
  const auto answer = std::make_shared<HttpResponse>(std::move(response));
  ASSIGN_OR_RETURN(const ResultsView view, source_.kind->ParseResults(answer.get()));
  ASSIGN_OR_RETURN(const std::string next, Follow(view, *answer));
  absl::StatusOr<UpstreamPage> page =
      CutPage(std::shared_ptr<std::string>(answer, &answer->body), view, position_, next);
  if (absl::IsOutOfRange(page.status())) {
    return Refuse("changed_page", page.status().message(), *answer);
  }
  if (!page.ok()) return BadResponse(Describe(request_), page.status().message(), *answer);
  const ResultPart& last = page->parts.back();
  if (!last.is_last && last.after.empty_pages >= kMaxEmptyPages) {
    return Refuse("empty_pages", "it is the third page in a row without items", *answer);
  }
  GCJOBS_FAILPOINT("results.page_read");
  seen_.insert(IdOf(next));
  position_ = last.after;
  return page;
}

// Where the page says that the next one is, as BuildResults takes it; empty
// when it is the last.
absl::StatusOr<std::string> ResultPager::Follow(const ResultsView& view,
                                                const HttpResponse& response) const {
  if (view.next.empty()) return std::string();
  if (view.next.size() > kMaxNextBytes) {
    return Refuse("long_cursor", "what leads to the next page is too long to be sent", response);
  }
  std::string next = view.next;
  if (source_.kind->description().results_mode() == v1::RESULTS_MODE_LINK) {
    ASSIGN_OR_RETURN(next, source_.client->ResolveLink(request_.target, view.next));
  }
  if (seen_.contains(IdOf(next))) {
    return Refuse("repeated_cursor", "it leads back to a page that came before", response);
  }
  return next;
}

absl::Status ResultPager::Refuse(absl::string_view problem, absl::string_view text,
                                 const HttpResponse& response) const {
  absl::Status status = BadResponse(Describe(request_), text, response);
  AddErrorMetadata(&status, "problem", problem);
  return status;
}

absl::Status ResultPager::Explain(const absl::Status& status) const {
  const std::string page = absl::StrCat(position_.pages + 1);
  absl::Status explained = WithMessage(status, absl::StrCat("job ", source_.job_id, ": page ", page,
                                                            " of the results: ", status.message()));
  AddErrorMetadata(&explained, "job_id", source_.job_id);
  AddErrorMetadata(&explained, "page", page);
  return explained;
}

}  // namespace gcjobs
