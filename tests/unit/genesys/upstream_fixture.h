#ifndef GCJOBS_TESTS_UNIT_GENESYS_UPSTREAM_FIXTURE_H_
#define GCJOBS_TESTS_UNIT_GENESYS_UPSTREAM_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/metrics.h"
#include "server/net/event_loop.h"
#include "server/scheduler/family_budgets.h"
#include "server/scheduler/request_budget.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_transport.h"

namespace gcjobs::testing {

inline std::string HeaderOf(const HttpRequest& request, absl::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (absl::EqualsIgnoreCase(header, name)) return value;
  }
  return "";
}

inline bool IsTokenRequest(const HttpRequest& request) {
  return absl::EndsWith(request.url, "/oauth/token");
}

inline std::string GrantOf(absl::string_view token, int lifetime_seconds = 86400) {
  return absl::StrCat(R"({"access_token":")", token, R"(","token_type":"bearer","expires_in":)",
                      lifetime_seconds, "}");
}

// A loop turned by hand, a clock moved by hand and a wire without one.
class UpstreamFixture : public ::testing::Test {
 protected:
  // Lets time pass, in steps small enough for every timer to run in time.
  void Advance(absl::Duration duration) {
    const absl::Time end = clock_.MonotonicNow() + duration;
    loop_.TestOnlyRunUntilIdle();
    while (loop_.NextTimer() <= end) {
      clock_.Advance(std::max(loop_.NextTimer() - clock_.MonotonicNow(), absl::ZeroDuration()));
      loop_.TestOnlyRunUntilIdle();
    }
    clock_.Advance(end - clock_.MonotonicNow());
    loop_.TestOnlyRunUntilIdle();
  }

  // Answers the oldest request and runs what follows from it.
  void Answer(HttpResult result) {
    transport_.AnswerNext(std::move(result));
    loop_.TestOnlyRunUntilIdle();
  }

  int TokenRequests() const {
    int count = 0;
    for (const HttpRequest& request : transport_.history()) count += IsTokenRequest(request);
    return count;
  }

  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  FakeHttpTransport transport_{&loop_};
  RequestBudget budget_{RequestBudget::Options(), &clock_};
  FamilyBudgets families_{FamilyBudgets::Options(), &clock_};
  Metrics metrics_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_GENESYS_UPSTREAM_FIXTURE_H_
