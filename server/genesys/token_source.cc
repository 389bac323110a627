#include "server/genesys/token_source.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/random/distributions.h"
#include "absl/strings/str_cat.h"
#include "common/backoff_policy.h"
#include "common/errors.h"
#include "common/log.h"
#include "server/genesys/error_body.h"
#include "server/genesys/retry_after.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// When in its life a token is renewed. Spread, so that several servers of one
// organisation do not renew in step.
constexpr double kEarliestRenewal = 0.8;
constexpr double kLatestRenewal = 0.9;

// The last part of a token's life in which it is no longer used: a request
// takes time to arrive.
constexpr double kUnusedLife = 0.02;

// Credentials change by hand: asking more often only gets the client locked.
constexpr BackoffPolicy kRejectedBackoff = {absl::Seconds(5), absl::Minutes(1), 2.0};
constexpr BackoffPolicy kUnavailableBackoff = {absl::Milliseconds(500), absl::Seconds(30), 2.0};

// When to come back while a token is on its way.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

// A token refused at this age or younger was not simply revoked: the next one
// will hardly do better, and each costs a request.
constexpr absl::Duration kEarlyAge = absl::Minutes(1);

absl::Status NoTokenWithin(absl::Duration max_wait) {
  const std::string waited = absl::FormatDuration(max_wait);
  return MakeRetryableError(errors::kGenesysUnavailable, kRetryDelay,
                            absl::StrCat("no new token within ", waited), {{"max_wait", waited}});
}

}  // namespace

std::optional<std::string> TokenSource::Current() {
  const absl::Time now = Now();
  if (token_.empty() || now >= expires_at_) return std::nullopt;
  if (now >= renew_at_ && now >= not_before_) StartRenewal();
  return token_;
}

Task<absl::StatusOr<std::string>> TokenSource::Get() {
  std::optional<std::string> token = Current();
  if (token) co_return *std::move(token);
  absl::StatusOr<std::string> renewed = co_await Renewed(absl::InfiniteDuration());
  co_return renewed;
}

void TokenSource::HasServed(absl::string_view token, absl::Time sent_at) {
  if (token == token_) served_at_ = std::max(served_at_, sent_at);
}

bool TokenSource::IsProven(absl::string_view token, absl::Time sent_at) const {
  if (token.empty() || token != token_) return false;
  if (served_at_ >= sent_at) return true;
  return is_replacement_ && served_at_ > absl::InfinitePast() && Now() - adopted_at_ <= kEarlyAge;
}

absl::Duration TokenSource::AgeOf(absl::string_view token) const {
  return token.empty() || token != token_ ? absl::InfiniteDuration() : Now() - adopted_at_;
}

Task<absl::StatusOr<std::string>> TokenSource::Replace(std::string token, absl::Duration max_wait) {
  std::optional<std::string> current = Current();
  if (current && *current != token) co_return *std::move(current);
  if (current && !std::exchange(is_replaced_, true)) {
    early_refusals_ = Now() - adopted_at_ <= kEarlyAge ? early_refusals_ + 1 : 0;
    if (early_refusals_ > 1) {
      const absl::Duration delay = kUnavailableBackoff.Delay(early_refusals_ - 1, random_);
      not_before_ = std::max(not_before_, Now() + delay);
    }
  }
  absl::StatusOr<std::string> renewed = co_await Renewed(max_wait);
  co_return renewed;
}

// Waits for the next renewal, unless the last one has just failed.
Task<absl::StatusOr<std::string>> TokenSource::Renewed(absl::Duration max_wait) {
  if (!is_renewing_ && failures_ > 0 && Now() < not_before_) {
    // In a later turn: whoever asks again and again must let others have theirs.
    co_await Sleep(deps_.loop, absl::ZeroDuration());
    co_return RememberedFailure();
  }
  absl::StatusOr<std::string> renewed = co_await NextRenewal(max_wait);
  co_return renewed;
}

Task<absl::StatusOr<absl::Time>> TokenSource::RenewNow() {
  // A request that is under way may have been answered before this call.
  const int64_t sent_before = requests_sent_;
  not_before_ = absl::InfinitePast();
  absl::StatusOr<std::string> token;
  do {
    token = co_await NextRenewal(absl::InfiniteDuration());
  } while (requests_sent_ == sent_before);
  if (!token.ok()) co_return token.status();
  co_return expires_at_;
}

Task<absl::StatusOr<std::string>> TokenSource::NextRenewal(absl::Duration max_wait) {
  Timer patience(deps_.loop);
  absl::StatusOr<std::string> renewed =
      co_await Callback<absl::StatusOr<std::string>>([&](Waiter waiter) {
        // For whichever comes first.
        const auto waits = std::make_shared<Waiter>(std::move(waiter));
        const auto answer = [waits](absl::StatusOr<std::string> token) {
          if (Waiter once = std::exchange(*waits, nullptr)) once(std::move(token));
        };
        if (max_wait < absl::InfiniteDuration()) {
          patience.Set(max_wait, [answer, late = NoTokenWithin(max_wait)] { answer(late); });
        }
        waiters_.push_back(answer);
        StartRenewal();
      });
  co_return renewed;
}

void TokenSource::StartRenewal() {
  if (is_renewing_) return;
  is_renewing_ = true;
  if (renewal_.is_over()) renewal_ = Story(Renew());
}

// A renewal, and another one for as long as those who are told of a token find it
// refused at once.
Task<> TokenSource::Renew() {
  while (is_renewing_) {
    for (;;) {
      const absl::Time earliest =
          std::max(deps_.budget->Earliest(RequestClass::kToken), not_before_);
      if (earliest <= Now()) break;
      co_await Sleep(deps_.loop, earliest - Now());
    }
    deps_.budget->Start(RequestClass::kToken);
    ++requests_sent_;
    const absl::Time sent_at = Now();
    const HttpResult result = co_await Callback<HttpResult>([this](HttpTransport::Done done) {
      HttpRequest request = BuildTokenRequest(options_.login_url, credentials_);
      request.headers.emplace_back("User-Agent", options_.user_agent);
      request.timeout = options_.timeout;
      deps_.transport->Send(std::move(request), std::move(done));
    });
    deps_.budget->End(RequestClass::kToken);
    const std::string outcome = result.has_answer() ? absl::StrCat(result.response.status) : "none";
    deps_.metrics->UpstreamRequests(options_.org, std::string(Name(RequestClass::kToken)), outcome)
        .Increment();

    absl::StatusOr<TokenGrant> grant = Judge(result);
    absl::StatusOr<std::string> answer;
    if (grant.ok()) {
      Adopt(sent_at, *std::move(grant));
      answer = token_;  // a copy: those who wait may invalidate what they are given
    } else {
      Remember(grant.status(), RetryAfterOf(result.response, deps_.loop->clock()->Now()));
      answer = RememberedFailure();
    }
    is_renewing_ = false;  // who is told may start the next renewal
    for (Waiter& waiter : std::exchange(waiters_, {})) waiter(answer);
  }
}

absl::StatusOr<TokenGrant> TokenSource::Judge(const HttpResult& result) const {
  const HttpResponse& response = result.response;
  if (result.fate != HttpResult::Fate::kAnswered) {
    return MakeTokenError(errors::kGenesysUnavailable, CleanUpstreamText(result.error.message()),
                          response);
  }
  if (response.status == 200) {
    absl::StatusOr<TokenGrant> grant = ParseTokenGrant(response.body);
    if (grant.ok()) return grant;
    return MakeTokenError(errors::kGenesysUnavailable,
                          absl::StrCat("unreadable answer: ", grant.status().message()), response);
  }
  const ErrorBody error = ParseErrorBody(response);
  std::string problem = absl::StrCat("HTTP ", response.status);
  if (!error.code.empty()) absl::StrAppend(&problem, ": ", error.code);
  if (!error.message.empty()) absl::StrAppend(&problem, ": ", error.message);
  switch (response.status) {
    case 400:
    case 401:
    case 403:
      return MakeTokenError(errors::kGenesysCredentialsRejected, problem, response);
    case 429:
      return MakeTokenError(errors::kGenesysRateLimited, problem, response);
    default:
      return MakeTokenError(errors::kGenesysUnavailable, problem, response);
  }
}

void TokenSource::Adopt(absl::Time sent_at, TokenGrant grant) {
  failures_ = 0;
  not_before_ = absl::InfinitePast();
  token_ = std::move(grant.token);
  adopted_at_ = Now();
  served_at_ = absl::InfinitePast();
  is_replacement_ = std::exchange(is_replaced_, false);
  // Its life began when it was issued, at some time after `sent_at`.
  renew_at_ = sent_at + grant.lifetime * absl::Uniform(random_, kEarliestRenewal, kLatestRenewal);
  expires_at_ = sent_at + grant.lifetime * (1 - kUnusedLife);
  Log(LogLevel::kInfo, "token_renewed", {{"org", options_.org}, {"lifetime", grant.lifetime}});
}

void TokenSource::Remember(absl::Status failure, std::optional<absl::Duration> asked) {
  ++failures_;
  absl::Duration delay = asked.value_or(absl::ZeroDuration());
  if (HasReason(failure, errors::kGenesysCredentialsRejected)) {
    delay = kRejectedBackoff.Delay(failures_, random_);
    if (is_replaced_) token_.clear();  // what was refused is not good for others either
  } else if (HasReason(failure, errors::kGenesysRateLimited)) {
    deps_.budget->OnThrottled(RequestClass::kToken, delay);
  } else {
    delay = std::max(delay, kUnavailableBackoff.Delay(failures_, random_));
  }
  failure_ = std::move(failure);
  not_before_ = Now() + delay;
  Log(LogLevel::kWarning, "token_refused",
      {{"org", options_.org}, {"error", failure_}, {"retry_after", delay}});
}

absl::Status TokenSource::RememberedFailure() const {
  absl::Status status = failure_;
  if (!HasReason(status, errors::kGenesysCredentialsRejected)) {
    SetRetryDelay(&status, std::max(not_before_ - Now(), absl::ZeroDuration()));
  }
  return status;
}

absl::Status TokenSource::MakeTokenError(const ErrorReason& reason, absl::string_view problem,
                                         const HttpResponse& response) const {
  absl::Status status = MakeError(reason,
                                  absl::StrCat("token request to ", options_.login_url, ": ",
                                               WithoutSecret(problem, credentials_)),
                                  {{"login_url", options_.login_url}});
  if (response.status == 0) return status;
  AddErrorMetadata(&status, "http_status", absl::StrCat(response.status));
  const ErrorBody error = ParseErrorBody(response);
  if (!error.code.empty()) {
    AddErrorMetadata(&status, "genesys_code", WithoutSecret(error.code, credentials_));
  }
  if (!error.correlation_id.empty()) {
    AddErrorMetadata(&status, "correlation_id", error.correlation_id);
  }
  return status;
}

}  // namespace gcjobs
