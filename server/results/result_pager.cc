#include "server/results/result_pager.h"

#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
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

// As long as each leads to another one that is new they may well end: a filter
// that is applied to pages of a fixed size leaves many of them empty. A thousand are
// minutes of requests for nothing.
constexpr int kMaxEmptyPages = 1000;

// Where results are kept may lag behind where the status is (as kNotFoundGrace of
// the polls).
constexpr absl::Duration kNotReadyGrace = absl::Seconds(30);
constexpr absl::Duration kNotReadyDelay = absl::Seconds(1);
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

bool IsGone(const ApiReply& reply) {
  const int status = reply.response.status;
  return reply.fate == HttpResult::Fate::kAnswered && (status == 404 || status == 410);
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
  request_ = source_.pages->BuildResults(Ref(), position_.next, source_.page_size);
  absl::StatusOr<UpstreamPage> page;
  if (position_.empty_pages < kMaxEmptyPages) {
    page = co_await RequestPage();
  } else {
    co_await Sleep(loop_, absl::ZeroDuration());
    page = TooManyEmptyPages();
  }
  if (!page.ok()) {
    page = Explain(page.status());
    Log(LogLevel::kWarning, "results_page_failed",
        {{"job_id", source_.job_id}, {"error", page.status()}});
  }
  co_return page;
}

// Asks until the answer says something that will not pass by itself.
Task<absl::StatusOr<UpstreamPage>> ResultPager::RequestPage() {
  if (position_.next.empty() && !source_.first_answer.empty()) {
    HttpResponse first;
    first.status = 200;
    first.body = std::exchange(source_.first_answer, "");
    co_return Read(std::move(first));
  }
  for (Retries retries(kRetries);;) {
    ApiReply reply = co_await source_.client->Call(request_, kMaxPermitWait);
    const absl::Status status = IsNotReady(reply) ? NotReady(reply) : reply.status;
    if (status.ok()) co_return Read(std::move(reply.response));
    if (IsGone(reply) && !IsNotReady(reply)) co_return AsExpired(status);
    if (IsTooLarge(reply)) {
      co_return Refuse("page_too_large",
                       "the page is larger than this server accepts; start again with a smaller "
                       "page_size",
                       reply.response);
    }
    // What is worth a retry says so by its RetryInfo.
    std::optional<absl::Duration> delay = GetRetryDelay(status);
    if (delay) delay = retries.AfterFailure(random_, delay);
    // Of pages behind those that were there, that is enough.
    if (!delay && IsGone(reply) && position_.pages > 0) co_return AsExpired(reply.status);
    if (!delay) co_return status;
    Log(LogLevel::kInfo, "results_page_retried", {{"job_id", source_.job_id}, {"error", status}});
    co_await Sleep(loop_, *delay);
  }
}

absl::Status ResultPager::NotReady(const ApiReply& reply) const {
  const std::string http_status = absl::StrCat(reply.response.status);
  return MakeRetryableError(
      errors::kGenesysResultsNotReady, reply.retry_after.value_or(kNotReadyDelay),
      absl::StrCat(Describe(request_), ": HTTP ", http_status, ": the results are not ready yet"),
      {{"http_status", http_status}});
}

bool ResultPager::IsNotReady(const ApiReply& reply) const {
  if (reply.fate != HttpResult::Fate::kAnswered) return false;
  const int status = reply.response.status;
  const bool has_just_ended = loop_->clock()->Now() - source_.ended_at < kNotReadyGrace;
  return status == 202 || (has_just_ended && (status == 404 || status == 409));
}

absl::Status ResultPager::TooManyEmptyPages() const {
  const std::string pages = absl::StrCat(kMaxEmptyPages);
  return MakeError(errors::kGenesysEmptyPages,
                   absl::StrCat("the last ", pages, " pages had no items, and yet a next one"),
                   {{"empty_pages", pages}});
}

JobRef ResultPager::Ref() const {
  return {source_.action_id, source_.upstream_id, &source_.path_parameters, source_.submitted};
}

uint64_t ResultPager::IdOf(absl::string_view next) const {
  const ApiRequest request = source_.pages->BuildResults(Ref(), next, source_.page_size);
  return absl::HashOf(request.target, request.body);
}

absl::StatusOr<UpstreamPage> ResultPager::Read(HttpResponse response) {
  // From here on the body stays where it is.
  const auto answer = std::make_shared<HttpResponse>(std::move(response));
  ASSIGN_OR_RETURN(const ResultsView view, source_.pages->ParseResults(answer.get()));
  ASSIGN_OR_RETURN(const std::string next, Follow(view, *answer));
  absl::StatusOr<UpstreamPage> page =
      CutPage(std::shared_ptr<std::string>(answer, &answer->body), view, position_, next);
  if (absl::IsOutOfRange(page.status())) {
    return Refuse("changed_page", page.status().message(), *answer);
  }
  if (!page.ok()) return BadResponse(Describe(request_), page.status().message(), *answer);
  GCJOBS_FAILPOINT("results.page_read");
  seen_.insert(IdOf(next));
  position_ = page->parts.back().after;
  return page;
}

// Where the page says that the next one is, as BuildResults takes it; empty
// when it is the last.
absl::StatusOr<std::string> ResultPager::Follow(const ResultsView& view,
                                                const HttpResponse& response) const {
  if (view.is_numbered) {
    int64_t number = 0;  // of this page
    if (!absl::SimpleAtoi(position_.next, &number)) number = 0;
    return view.item_count == 0 ? std::string() : absl::StrCat(number + 1);
  }
  if (view.next.empty()) return std::string();
  if (view.next.size() > kMaxNextBytes) {
    return Refuse("long_cursor", "what leads to the next page is too long to be sent", response);
  }
  std::string next = view.next;
  if (source_.pages->follow_links()) {
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
