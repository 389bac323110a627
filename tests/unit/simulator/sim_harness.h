#ifndef GCJOBS_TESTS_UNIT_SIMULATOR_SIM_HARNESS_H_
#define GCJOBS_TESTS_UNIT_SIMULATOR_SIM_HARNESS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/fakes/fake_clock.h"
#include "tests/simulator/raw_json.h"
#include "tests/simulator/simulator.h"
#include "tests/simulator/waiter.h"

namespace gcjobs::testing {

// Waits by moving the clock: a held call takes no real time.
class AdvancingWaiter final : public sim::Waiter {
 public:
  explicit AdvancingWaiter(FakeClock* clock) : clock_(clock) {}
  bool Wait(absl::Duration duration) override {
    clock_->Advance(duration);
    return true;
  }
  void Stop() override {}

 private:
  FakeClock* const clock_;
};

// A simulator on a fake clock, and a client with a token.
class SimHarness {
 public:
  explicit SimHarness(const sim::SimulatorOptions& options = {})
      : waiter_(&clock_), simulator_(*sim::Simulator::Create(options, &clock_, &waiter_)) {}

  FakeClock& clock() { return clock_; }
  sim::Simulator& simulator() { return *simulator_; }

  sim::Reply Send(sim::ApiRequest request) { return simulator_->Handle(request); }

  // With the harness's token, which is fetched when there is none.
  sim::Reply Call(absl::string_view method, absl::string_view target, absl::string_view body = "") {
    if (token_.empty()) token_ = NewToken();
    sim::ApiRequest request = Request(method, target, body);
    request.headers["authorization"] = absl::StrCat("Bearer ", token_);
    return simulator_->Handle(request);
  }

  // A control request.
  sim::RawObject Control(absl::string_view method, absl::string_view target,
                         absl::string_view body = "") {
    return Json(simulator_->Handle(Request(method, target, body)));
  }

  std::string NewToken(absl::string_view basic = "bWU6c2VjcmV0" /* me:secret */) {
    return Json(RequestToken(basic)).GetString("access_token").value_or("");
  }

  sim::Reply RequestToken(absl::string_view basic) {
    sim::ApiRequest request = Request("POST", "/oauth/token", "grant_type=client_credentials");
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    request.headers["authorization"] = absl::StrCat("Basic ", basic);
    return simulator_->Handle(request);
  }

  void set_token(std::string token) { token_ = std::move(token); }

  static sim::ApiRequest Request(absl::string_view method, absl::string_view target,
                                 absl::string_view body = "") {
    const size_t mark = target.find('?');
    sim::ApiRequest request;
    request.method = std::string(method);
    request.path = std::string(target.substr(0, mark));
    if (mark != absl::string_view::npos) request.query = std::string(target.substr(mark + 1));
    request.headers["content-type"] = "application/json";
    request.body = std::string(body);
    return request;
  }

  static sim::RawObject Json(const sim::Reply& reply) {
    return sim::RawObject::Parse(reply.response.body).value_or(sim::RawObject());
  }

  // The header's value, or "".
  static std::string Header(const sim::Reply& reply, absl::string_view name) {
    for (const auto& [key, value] : reply.response.headers) {
      if (key == name) return value;
    }
    return "";
  }

 private:
  FakeClock clock_;
  AdvancingWaiter waiter_;
  std::unique_ptr<sim::Simulator> simulator_;
  std::string token_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_SIMULATOR_SIM_HARNESS_H_
