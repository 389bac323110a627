#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/simulator/sim_harness.h"

// Each built-in kind against its counterpart: the requests that the server's
// side builds, and the answers that it reads, with nothing in between.

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;

// One job of one kind.
class KindRun {
 public:
  KindRun(const KindSpec& spec, const std::string& directive)
      : sim_(OneKind(spec)), kind_(MakeDeclaredKind(spec)) {
    for (const std::string& name : PlaceholdersOf(spec.submit.path)) {
      parameters_[name] = absl::StrCat("a ", name, "/%");
    }
    const auto receipt = kind_->ParseSubmit(Send(
        kind_->BuildSubmit({"", "", &parameters_}, {absl::StrCat(R"({"$sim":)", directive, "}")})));
    EXPECT_THAT(receipt, IsOk());
    if (receipt.ok()) upstream_id_ = receipt->upstream_id;
  }

  FakeClock& clock() { return sim_.clock(); }
  const JobKind& kind() const { return *kind_; }
  JobRef job() { return {"", upstream_id_, &parameters_}; }

  HttpResponse Send(const ApiRequest& request) {
    const sim::Reply reply = sim_.Call(request.method, request.target, request.body);
    EXPECT_EQ(reply.response.status / 100, 2)
        << request.method << " " << request.target << ": " << reply.response.body;
    return {reply.response.status, reply.response.headers, reply.response.body};
  }

  // What a look sees now. Tells Genesys Cloud to go on where it waits for that.
  PollReport Look() {
    auto report = kind_->ParsePoll(job(), Send(kind_->BuildPoll(job())));
    EXPECT_THAT(report, IsOk());
    if (!report.ok()) return {};
    if (report->follow_up) Send(*report->follow_up);
    return *std::move(report);
  }

  // What it comes to, for jobs that take no time; a second phase takes one more
  // look.
  PollReport LookTwice() {
    Look();
    return Look();
  }

 private:
  static sim::SimulatorOptions OneKind(const KindSpec& spec) {
    sim::SimulatorOptions options;
    options.kinds = {spec};
    return options;
  }

  SimHarness sim_;
  std::unique_ptr<JobKind> kind_;
  PathParameters parameters_;
  std::string upstream_id_;
};

const std::vector<KindSpec>& AllKinds() {
  static const auto* const kKinds = new std::vector<KindSpec>(*LoadKinds({}));
  return *kKinds;
}

TEST(RegistryTest, EachKindPassesItsStatesInOrder) {
  for (const KindSpec& spec : AllKinds()) {
    SCOPED_TRACE(spec.name);
    KindRun run(spec, R"({"queued":"6s","duration":"6s"})");
    v1::JobState last = v1::JOB_STATE_PENDING;
    for (int second = 0; second < 20 && last != v1::JOB_STATE_SUCCEEDED; ++second) {
      const PollReport report = run.Look();
      ASSERT_TRUE(report.state.has_value()) << report.upstream_status;
      EXPECT_GE(*report.state, last) << report.upstream_status;
      last = *report.state;
      run.clock().Advance(absl::Seconds(1));
    }
    EXPECT_EQ(last, v1::JOB_STATE_SUCCEEDED);
  }
}

TEST(RegistryTest, EachKindsFailureIsSeenWithItsMessage) {
  for (const KindSpec& spec : AllKinds()) {
    SCOPED_TRACE(spec.name);
    KindRun run(spec,
                R"({"queued":"0s","duration":"0s","outcome":"failed","message":"no such queue"})");
    const PollReport report = run.LookTwice();
    EXPECT_EQ(report.state, v1::JOB_STATE_FAILED) << report.upstream_status;
    if (spec.error_field.empty()) continue;
    EXPECT_THAT(std::string(report.failure.message()), HasSubstr("no such queue"));
  }
}

TEST(RegistryTest, EachKindsResultsAreReadToTheirEnd) {
  for (const KindSpec& spec : AllKinds()) {
    if (spec.results.mode == v1::RESULTS_MODE_NONE) continue;
    SCOPED_TRACE(spec.name);
    KindRun run(spec, R"({"queued":"0s","duration":"0s","pages":3,"itemsPerPage":2,)"
                      R"("results":{"links":"relative"}})");
    EXPECT_EQ(run.LookTwice().state, v1::JOB_STATE_SUCCEEDED);
    std::string next;
    int pages = 0;
    do {
      HttpResponse response = run.Send(run.kind().BuildResults(run.job(), next, 0));
      const auto view = run.kind().ParseResults(&response);
      ASSERT_THAT(view, IsOk());
      EXPECT_FALSE(view->items.empty());
      next = view->next;
    } while (++pages < 10 && !next.empty());
    EXPECT_EQ(pages, spec.results.next.empty() ? 1 : 3);
  }
}

TEST(RegistryTest, EachKindsCancelIsSeen) {
  for (const KindSpec& spec : AllKinds()) {
    if (!spec.cancel.has_value()) continue;
    SCOPED_TRACE(spec.name);
    KindRun run(spec, R"({"queued":"0s","duration":"1h"})");
    run.Send(*run.kind().BuildCancel(run.job()));
    EXPECT_EQ(run.Look().state, v1::JOB_STATE_CANCELLED);
  }
}

}  // namespace
}  // namespace gcjobs::testing
