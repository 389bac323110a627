#include "server/jobs/upstream.h"

#include <algorithm>
#include <utility>

#include "server/jobs/job_planner.h"
#include "server/net/timer.h"

namespace gcjobs {

Task<absl::StatusOr<Permit>> Upstream::Acquire(OrgRuntime* org, RequestClass request_class,
                                               std::string family) {
  absl::StatusOr<Permit> permit =
      co_await org->client->Acquire(request_class, std::move(family), absl::InfiniteDuration());
  // A callback that nobody keeps ends the story, and the permit goes back.
  if (is_closed_) co_await Callback<bool>([](auto /*done*/) {});
  co_return permit;
}

absl::Duration Upstream::DelayAfter(int failures, std::optional<absl::Duration> retry_after) {
  return std::max(retry_after.value_or(absl::ZeroDuration()), backoff_.Delay(failures, random_));
}

Task<std::optional<ApiReply>> Upstream::AskPersistently(OrgRuntime* org, ApiRequest request,
                                                        int max_attempts) {
  for (int attempt = 1;; ++attempt) {
    std::string family = FamilyOf(request.target);
    absl::StatusOr<Permit> permit = co_await Acquire(org, request.request_class, std::move(family));
    if (permit.ok()) {
      ApiReply reply = co_await org->client->Send(*std::move(permit), request);
      if (!MayFareBetterLater(reply)) co_return reply;
    }
    if (attempt >= max_attempts) co_return std::nullopt;
    co_await Sleep(loop_, DelayAfter(attempt));
  }
}

}  // namespace gcjobs
