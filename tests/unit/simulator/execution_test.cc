#include "tests/simulator/execution.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/fakes/fake_clock.h"
#include "tests/simulator/execution_engine.h"
#include "tests/simulator/execution_planner.h"
#include "tests/simulator/sim_directive.h"

namespace gcjobs::sim {
namespace {

constexpr char kAction[] = "custom_-_1";

ExecutionScript OneThenTwoSeconds(Outcome outcome = Outcome::kCompleted) {
  ExecutionScript script;
  script.queued = absl::Seconds(1);
  script.running = absl::Seconds(2);
  script.outcome = outcome;
  script.result = "{}";
  return script;
}

Execution Submitted(ExecutionScript script) {
  Execution execution;
  execution.submitted_monotonic = absl::UnixEpoch();
  execution.submitted = absl::FromUnixSeconds(1000);
  execution.script = std::make_shared<const ExecutionScript>(std::move(script));
  return execution;
}

std::string StatusAfter(const Execution& execution, absl::Duration age) {
  return StatusAt(execution, execution.submitted_monotonic + age);
}

TEST(ExecutionTest, PassesItsPhasesInOrder) {
  const Execution execution = Submitted(OneThenTwoSeconds());
  EXPECT_EQ(StatusAfter(execution, absl::ZeroDuration()), "QUEUED");
  EXPECT_EQ(StatusAfter(execution, absl::Milliseconds(999)), "QUEUED");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(1)), "RUNNING");
  EXPECT_EQ(StatusAfter(execution, absl::Milliseconds(2999)), "RUNNING");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(3)), "COMPLETED");
  EXPECT_EQ(StartTime(execution), absl::FromUnixSeconds(1001));
  EXPECT_EQ(EndTime(execution), absl::FromUnixSeconds(1003));
}

TEST(ExecutionTest, EachOutcomeHasItsStatus) {
  const auto end_of = [](Outcome outcome) {
    return StatusAfter(Submitted(OneThenTwoSeconds(outcome)), absl::Hours(1));
  };
  EXPECT_EQ(end_of(Outcome::kFailed), "FAILED");
  EXPECT_EQ(end_of(Outcome::kCancelled), "CANCELLED");
  EXPECT_EQ(end_of(Outcome::kExpired), "EXPIRED");
  EXPECT_EQ(end_of(Outcome::kNever), "RUNNING");
  EXPECT_EQ(EndTime(Submitted(OneThenTwoSeconds(Outcome::kNever))), absl::InfiniteFuture());
}

TEST(ExecutionTest, OwnSpellingsShareTheRunningPhase) {
  ExecutionScript script = OneThenTwoSeconds();
  script.statuses = {"Accepted", "in-progress", "Processing", "Success"};
  const Execution execution = Submitted(script);
  EXPECT_EQ(StatusAfter(execution, absl::ZeroDuration()), "Accepted");
  EXPECT_EQ(StatusAfter(execution, absl::Milliseconds(1500)), "in-progress");
  EXPECT_EQ(StatusAfter(execution, absl::Milliseconds(2500)), "Processing");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(3)), "Success");
}

TEST(ExecutionTest, TwoSpellingsAreBeforeAndAfterTheEnd) {
  ExecutionScript script = OneThenTwoSeconds();
  script.statuses = {"busy", "done"};
  const Execution execution = Submitted(script);
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(2)), "busy");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(3)), "done");
}

TEST(ExecutionTest, OwnSpellingsOfEndlessWorkNeverReachTheLast) {
  ExecutionScript script = OneThenTwoSeconds(Outcome::kNever);
  script.statuses = {"a", "b", "c"};
  EXPECT_EQ(StatusAfter(Submitted(script), absl::Hours(1000)), "b");
}

TEST(ExecutionTest, AKindsWordsShareTheirPhases) {
  ExecutionScript script = OneThenTwoSeconds();
  StatusWords words;
  words.queued = {"Created", "Checked"};
  words.running = {"Reading", "Writing"};
  words.completed = "Done";
  script.words = std::make_shared<const StatusWords>(words);
  const Execution execution = Submitted(std::move(script));
  EXPECT_EQ(StatusAfter(execution, absl::ZeroDuration()), "Created");
  EXPECT_EQ(StatusAfter(execution, absl::Milliseconds(500)), "Checked");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(1)), "Reading");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(2)), "Writing");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(3)), "Done");
}

TEST(ExecutionTest, WorkThatWaitsDoesNotStartByItself) {
  ExecutionScript script = OneThenTwoSeconds();
  script.waits_for_go = true;
  Execution execution = Submitted(std::move(script));
  EXPECT_EQ(StatusAfter(execution, absl::ZeroDuration()), "QUEUED");
  EXPECT_EQ(StatusAfter(execution, absl::Hours(1)), "READY");
  EXPECT_EQ(EndTime(execution), absl::InfiniteFuture());
  execution.released_monotonic = execution.submitted_monotonic + absl::Seconds(10);
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(9)), "READY");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(10)), "RUNNING");
  EXPECT_EQ(StatusAfter(execution, absl::Seconds(12)), "COMPLETED");
  EXPECT_EQ(EndTime(execution), absl::FromUnixSeconds(1012));
}

class ExecutionEngineTest : public ::testing::Test {
 protected:
  std::string Submit(Outcome outcome = Outcome::kCompleted) {
    return engine_.Submit(kAction, "me", ExecutionEngine::Mode::kAsync, OneThenTwoSeconds(outcome))
        .id;
  }
  std::string Status(const std::string& id) {
    return StatusAt(*engine_.Find(id), clock_.MonotonicNow());
  }

  gcjobs::testing::FakeClock clock_;
  ExecutionEngine engine_{&clock_};
};

TEST_F(ExecutionEngineTest, WorkMovesWithTheClockAlone) {
  const std::string id = Submit();
  EXPECT_EQ(Status(id), "QUEUED");
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(Status(id), "COMPLETED");
}

TEST_F(ExecutionEngineTest, FinishEndsNow) {
  const std::string id = Submit(Outcome::kNever);
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(engine_.Finish(id, Outcome::kFailed, std::nullopt, "stopped"));
  EXPECT_EQ(Status(id), "FAILED");
  EXPECT_EQ(engine_.Find(id)->script->message, "stopped");
  EXPECT_EQ(EndTime(*engine_.Find(id)), clock_.Now());
}

TEST_F(ExecutionEngineTest, AStatusCanGoBackwardsAndReturn) {
  const std::string id = Submit();
  clock_.Advance(absl::Seconds(2));
  EXPECT_TRUE(engine_.OverrideStatus(id, "QUEUED"));
  EXPECT_EQ(Status(id), "QUEUED");
  EXPECT_TRUE(engine_.OverrideStatus(id, std::nullopt));
  EXPECT_EQ(Status(id), "RUNNING");
}

TEST_F(ExecutionEngineTest, ForgottenWorkIsListedButNotFound) {
  const std::string id = Submit();
  EXPECT_TRUE(engine_.Forget(id));
  EXPECT_FALSE(engine_.Find(id).has_value());
  EXPECT_EQ(engine_.All().size(), 1u);
  EXPECT_FALSE(engine_.Forget(id));
}

TEST_F(ExecutionEngineTest, ACancelEndsWhatHasNotEnded) {
  const std::string running = Submit();
  EXPECT_TRUE(engine_.Cancel(running));
  EXPECT_EQ(Status(running), "CANCELLED");
  const std::string ended = Submit();
  clock_.Advance(absl::Seconds(3));
  EXPECT_TRUE(engine_.Cancel(ended));
  EXPECT_EQ(Status(ended), "COMPLETED");
}

TEST_F(ExecutionEngineTest, AReleaseCountsOnceAndOnlyWhenItIsWaitedFor) {
  ExecutionScript script = OneThenTwoSeconds();
  script.waits_for_go = true;
  const std::string id =
      engine_.Submit("kind", "me", ExecutionEngine::Mode::kKind, std::move(script)).id;
  engine_.Release(id);
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Status(id), "READY");
  engine_.Release(id);
  clock_.Advance(absl::Seconds(1));
  engine_.Release(id);
  EXPECT_EQ(Status(id), "RUNNING");
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Status(id), "COMPLETED");
}

TEST_F(ExecutionEngineTest, WorkThatWaitsCanBeFinished) {
  ExecutionScript script = OneThenTwoSeconds();
  script.waits_for_go = true;
  const std::string id =
      engine_.Submit("kind", "me", ExecutionEngine::Mode::kKind, std::move(script)).id;
  engine_.Finish(id, Outcome::kCompleted, std::nullopt, std::nullopt);
  EXPECT_EQ(Status(id), "COMPLETED");
}

TEST_F(ExecutionEngineTest, UnknownIdsAreRefused) {
  EXPECT_FALSE(engine_.Find("x").has_value());
  EXPECT_FALSE(engine_.Cancel("x"));
  EXPECT_FALSE(engine_.Finish("x", Outcome::kCompleted, std::nullopt, std::nullopt));
  EXPECT_FALSE(engine_.OverrideStatus("x", "RUNNING"));
}

ExecutionPlanner::Options PlannerOptions(double speed = 1) {
  return {1, speed, *DurationLaw::Parse("lognormal:5,1"), *DurationLaw::Parse("uniform:1,2")};
}

RawObject Parameters(absl::string_view json) { return *RawObject::Parse(json); }

TEST(ExecutionPlannerTest, TheSameJobOfAnActionAlwaysGetsTheSameDraw) {
  ExecutionPlanner one(PlannerOptions());
  ExecutionPlanner other(PlannerOptions());
  const absl::Duration first = one.Plan(kAction, {}, {})->running;
  const absl::Duration second = one.Plan(kAction, {}, {})->running;
  EXPECT_NE(first, second);
  // Jobs of other actions in between change nothing.
  other.Plan("another", {}, {}).IgnoreError();
  EXPECT_EQ(other.Plan(kAction, {}, {})->running, first);
  other.Plan("another", {}, {}).IgnoreError();
  EXPECT_EQ(other.Plan(kAction, {}, {})->running, second);
}

TEST(ExecutionPlannerTest, SpeedShortensAllWork) {
  ExecutionPlanner normal(PlannerOptions());
  ExecutionPlanner fast(PlannerOptions(10));
  const ExecutionScript slow_script = *normal.Plan(kAction, {}, {});
  const ExecutionScript fast_script = *fast.Plan(kAction, {}, {});
  EXPECT_EQ(fast_script.running, slow_script.running / 10);
  EXPECT_EQ(fast_script.queued, slow_script.queued / 10);
  EXPECT_EQ(fast.Plan(kAction, {}, Parameters(R"({"$sim":{"duration":"2s"}})"))->running,
            absl::Milliseconds(200));
}

TEST(ExecutionPlannerTest, ADirectiveWinsOverTheDraw) {
  ExecutionPlanner planner(PlannerOptions());
  const ExecutionScript script = *planner.Plan(
      kAction, {},
      Parameters(R"({"$sim":{"duration":"2s","queued":"500ms","outcome":"failed","message":"no",)"
                 R"("statuses":["a","b"],"httpStatus":422,"result":{"id": 1.10 }}})"));
  EXPECT_EQ(script.running, absl::Seconds(2));
  EXPECT_EQ(script.queued, absl::Milliseconds(500));
  EXPECT_EQ(script.outcome, Outcome::kFailed);
  EXPECT_EQ(script.message, "no");
  EXPECT_EQ(script.statuses, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(script.direct_error_status, 422);
  EXPECT_EQ(script.result, R"({"id": 1.10 })");
}

TEST(ExecutionPlannerTest, TheUsualResultEchoesWithoutTheDirective) {
  ExecutionPlanner planner(PlannerOptions());
  const std::string result =
      planner.Plan(kAction, {}, Parameters(R"({"n":1.50,"$sim":{}})"))->result;
  EXPECT_EQ(result, R"({"actionId":"custom_-_1","customerId":9007199254740993,"balance":1.10,)"
                    R"("currency":"EUR","parameters":{"n":1.50}})");
}

TEST(ExecutionPlannerTest, AFlakyActionFailsAtItsRate) {
  ActionBehaviour flaky;
  flaky.failure_rate = 0.25;
  flaky.failure_message = "flaky";
  ExecutionPlanner planner(PlannerOptions());
  int failed = 0;
  for (int i = 0; i < 4000; ++i) {
    failed += planner.Plan(kAction, flaky, {})->outcome == Outcome::kFailed ? 1 : 0;
  }
  EXPECT_NEAR(failed, 1000, 120);
}

TEST(SimDirectiveTest, RejectsWrongAndUnknownMembers) {
  for (const char* json :
       {R"({"$sim":1})", R"({"$sim":{"duraton":"1s"}})", R"({"$sim":{"duration":1}})",
        R"({"$sim":{"duration":"-1s"}})", R"({"$sim":{"duration":"inf"}})",
        R"({"$sim":{"outcome":"FAILED"}})", R"({"$sim":{"statuses":[]}})",
        R"({"$sim":{"statuses":"a"}})", R"({"$sim":{"httpStatus":200}})",
        R"({"$sim":{"message":1}})", R"({"$sim":{"pages":-1}})", R"({"$sim":{"itemsPerPage":0}})",
        R"({"$sim":{"pageBytes":1e9}})", R"({"$sim":{"results":[]}})",
        R"({"$sim":{"results":{"fault":"other"}}})", R"({"$sim":{"results":{"at":0}}})",
        R"({"$sim":{"results":{"x":1}}})", R"({"$sim":{"results":{"links":"odd"}}})",
        R"({"$sim":{"results":{"origin":1}}})"}) {
    EXPECT_EQ(ParseSimDirective(Parameters(json)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << json;
  }
}

TEST(SimDirectiveTest, WhatItSaysOfResultsWinsOverTheDefaults) {
  ResultPlan defaults;
  defaults.pages = 9;
  defaults.page_bytes = 500;
  const auto directive = ParseSimDirective(
      Parameters(R"({"$sim":{"itemsPerPage":7,"pageBytes":100,"results":{"fault":"empty_pages",)"
                 R"("at":4,"count":2,"origin":"http://o","links":"relative"}}})"));
  ASSERT_TRUE(directive.ok()) << directive.status();
  const ResultPlan plan = directive->PlanResults(defaults);
  EXPECT_EQ(plan.pages, 9);
  EXPECT_EQ(plan.items_per_page, 7);
  EXPECT_EQ(plan.page_bytes, 100);
  EXPECT_EQ(plan.fault, ResultFault::kEmptyPages);
  EXPECT_EQ(plan.fault_page, 4);
  EXPECT_EQ(plan.fault_count, 2);
  EXPECT_EQ(plan.foreign_origin, "http://o");
  EXPECT_EQ(plan.links, LinkStyle::kRelative);
}

TEST(SimDirectiveTest, WithoutOneTheDefaultsStand) {
  const ResultPlan plan = SimDirective().PlanResults(ResultPlan());
  EXPECT_EQ(plan.pages, ResultPlan().pages);
  EXPECT_EQ(plan.fault, ResultFault::kNone);
}

}  // namespace
}  // namespace gcjobs::sim
