#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/metrics.h"
#include "server/genesys/rest_genesys_client.h"
#include "server/net/event_loop.h"
#include "server/net/timer.h"
#include "server/scheduler/request_budget.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/unit/genesys/upstream_fixture.h"

// The budget, the permit queue and the client against an upstream that counts
// what arrives: however long requests take to get there, however often the
// process is killed, never more than the limit.

namespace gcjobs {
namespace {

using testing::FakeClock;
using testing::FakeHttpTransport;
using testing::GrantOf;
using testing::IsTokenRequest;

enum class Window { kFixed, kSliding };
enum class Reports { kGiven, kNone };

constexpr absl::Duration kWindow = absl::Minutes(1);

class Dice {
 public:
  explicit Dice(int seed) : random_(static_cast<unsigned>(seed)) {}
  int operator()(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }
  absl::Duration Below(absl::Duration bound) {
    return absl::Milliseconds((*this)(static_cast<int>(absl::ToInt64Milliseconds(bound))));
  }

 private:
  std::mt19937 random_;
};

// Counts arrivals as its window says. Nothing is refused, so that each request
// beyond the limit shows.
class CountingUpstream {
 public:
  CountingUpstream(Window window, Reports reports, int limit)
      : window_(window), reports_(reports), limit_(limit) {}

  // Arrivals come in order of time.
  HttpHeaders Arrive(absl::Time now) {
    if (window_ == Window::kFixed && Minute(now) != minute_) counted_.clear();
    minute_ = Minute(now);
    while (!counted_.empty() && counted_.front() <= now - kWindow) counted_.pop_front();
    counted_.push_back(now);
    ++arrivals_;
    const int count = static_cast<int>(counted_.size());
    most_ = std::max(most_, count);
    if (reports_ == Reports::kNone) return {};
    return {{"inin-ratelimit-allowed", absl::StrCat(limit_)},
            {"inin-ratelimit-count", absl::StrCat(count)},
            {"inin-ratelimit-reset", absl::StrCat(absl::ToInt64Seconds(Reset(now)))}};
  }

  int most() const { return most_; }
  int arrivals() const { return arrivals_; }

 private:
  static int64_t Minute(absl::Time time) { return absl::ToUnixSeconds(time) / 60; }
  absl::Duration Reset(absl::Time now) const {
    if (window_ == Window::kSliding) return counted_.front() + kWindow - now;
    return absl::FromUnixSeconds((Minute(now) + 1) * 60) - now;
  }

  const Window window_;
  const Reports reports_;
  const int limit_;
  std::deque<absl::Time> counted_;
  int64_t minute_ = 0;
  int most_ = 0;
  int arrivals_ = 0;
};

// A wire on which requests take their time, mostly little; some break.
class SlowWire final : public HttpTransport {
 public:
  SlowWire(EventLoop* loop, CountingUpstream* upstream, Dice* dice)
      : loop_(*loop), upstream_(*upstream), dice_(*dice) {}

  // As the kernel does for a killed process: what it has yet to send arrives
  // soon, or never.
  ~SlowWire() override {
    const absl::Time now = loop_.clock()->MonotonicNow();
    for (int i = 0; i < on_the_way_; ++i) {
      if (dice_(2) == 0) upstream_.Arrive(now + absl::Milliseconds(i * 100 / on_the_way_));
    }
  }

  RequestId Send(HttpRequest request, Done done) override {
    const absl::Duration until_arrival =
        dice_(10) == 0 ? dice_.Below(absl::Seconds(9)) : dice_.Below(absl::Milliseconds(200));
    ++on_the_way_;
    loop_.RunAfter(until_arrival,
                   [this, is_token = IsTokenRequest(request), done = std::move(done)]() mutable {
                     --on_the_way_;
                     Arrived(is_token, std::move(done));
                   });
    return ++last_id_;
  }
  void Cancel(RequestId /*id*/) override {}
  size_t in_flight() const override { return static_cast<size_t>(on_the_way_); }

 private:
  void Arrived(bool is_token, Done done) {
    HttpHeaders headers = upstream_.Arrive(loop_.clock()->MonotonicNow());
    HttpResult result = is_token         ? FakeHttpTransport::Ok(200, GrantOf("t", 600))
                        : dice_(20) == 0 ? FakeHttpTransport::Broken()
                                         : FakeHttpTransport::Ok(200, "{}", std::move(headers));
    const absl::Duration held =
        dice_(30) == 0 ? dice_.Below(absl::Minutes(1)) : dice_.Below(absl::Milliseconds(300));
    loop_.RunAfter(held, [done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  EventLoop& loop_;
  CountingUpstream& upstream_;
  Dice& dice_;
  int on_the_way_ = 0;
  RequestId last_id_ = 0;
};

// One process: what it knows dies with it.
class Process {
 public:
  Process(int limit, const FakeClock* clock, CountingUpstream* upstream, Dice* dice)
      : dice_(*dice),
        loop_(clock, nullptr),
        budget_(BudgetOptions(limit), clock),
        families_({limit, {}}, clock),
        wire_(&loop_, upstream, dice),
        client_(ClientOptions(), {&wire_, &budget_, &families_, &loop_, &metrics_}) {}

  EventLoop& loop() { return loop_; }

  // Permits are used after a while, or not at all.
  void Call(RequestClass request_class) { Spawn(UsePermit(request_class)); }

 private:
  static RequestBudget::Options BudgetOptions(int limit) {
    RequestBudget::Options options;
    options.limit = limit;
    options.blind_requests = 10;
    return options;
  }
  static RestGenesysClient::Options ClientOptions() {
    RestGenesysClient::Options options;
    options.api_url = "https://api.example.com";
    options.login_url = "https://login.example.com";
    return options;
  }

  Task<> UsePermit(RequestClass request_class) {
    absl::StatusOr<Permit> permit = co_await client_.Acquire(request_class, "", absl::Minutes(3));
    if (!permit.ok()) co_return;
    co_await Sleep(&loop_, dice_.Below(absl::Milliseconds(500)));
    if (dice_(10) == 0) co_return;
    ApiRequest request;
    request.request_class = request_class;
    request.method = "GET";
    request.target = "/api/v2/things";
    co_await client_.Send(*std::move(permit), std::move(request));
  }

  Dice& dice_;
  Metrics metrics_;
  EventLoop loop_;
  RequestBudget budget_;
  FamilyBudgets families_;
  SlowWire wire_;
  RestGenesysClient client_;
};

class UpstreamLimitTest : public ::testing::TestWithParam<std::tuple<Window, Reports, int>> {
 protected:
  // Lets the process run and gives it work, more than the budget holds and
  // less by turns, until it is killed.
  void Live(Process* process, absl::Duration life) {
    const absl::Time end = clock_.MonotonicNow() + life;
    absl::Time next_burst = clock_.MonotonicNow();
    while (clock_.MonotonicNow() < end) {
      if (clock_.MonotonicNow() >= next_burst) {
        for (int calls = dice_(2 * limit_); calls > 0; --calls) {
          process->Call(static_cast<RequestClass>(1 + dice_(kRequestClasses - 1)));
        }
        next_burst += dice_.Below(absl::Minutes(3));
      }
      process->loop().TestOnlyRunUntilIdle();
      const absl::Time next = std::min({process->loop().NextTimer(), next_burst, end});
      clock_.Advance(std::max(next - clock_.MonotonicNow(), absl::ZeroDuration()));
    }
  }

  Dice dice_{std::get<2>(GetParam())};
  const int limit_ = 20 + dice_(60);
  FakeClock clock_;
};

TEST_P(UpstreamLimitTest, NeverSeesMoreThanTheLimit) {
  const auto [window, reports, seed] = GetParam();
  CountingUpstream upstream(window, reports, limit_);
  // What a process before has sent is known from reports alone.
  const int lives = reports == Reports::kGiven ? 20 : 1;
  const absl::Duration life = absl::Minutes(200) / lives;
  for (int i = 0; i < lives; ++i) {
    Process process(limit_, &clock_, &upstream, &dice_);
    Live(&process, life / 5 + dice_.Below(2 * life));
    clock_.Advance(absl::Milliseconds(300));  // until it is started again
  }
  EXPECT_LE(upstream.most(), limit_);
  EXPECT_GE(upstream.most(), limit_ * 8 / 10);  // and yet it is used
  EXPECT_GT(upstream.arrivals(), 20 * limit_);
}

INSTANTIATE_TEST_SUITE_P(Worlds, UpstreamLimitTest,
                         ::testing::Combine(::testing::Values(Window::kFixed, Window::kSliding),
                                            ::testing::Values(Reports::kGiven, Reports::kNone),
                                            ::testing::Range(1, 5)));

}  // namespace
}  // namespace gcjobs
