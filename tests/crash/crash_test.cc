#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/grpc_status.h"
#include "common/time_conversion.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// The server dies at a named step, as by kill -9, and is started again. The
// oracle is the simulator's log of requests, the event history, and what each
// client was told before.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::kActionId;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::AnyOf;

constexpr int kJobs = 6;

System::Options NotStarted() {
  System::Options options;
  options.start_server = false;
  return options;
}

v1::SubmitActionRequest RequestOf(int i) {
  // A body of its own for each job: the simulator's log then tells them apart.
  return Steered(absl::StrCat(R"({"queued":"0s","duration":"1s","result":{"job":)", i, "}}"),
                 absl::StrCat("request-", i));
}

// One call or stream without patience: the server is about to die.
absl::StatusOr<v1::Job> TrySubmit(System* system, int i) {
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status = system->jobs().SubmitAction(&context, RequestOf(i), &job);
  if (!status.ok()) return FromGrpc(status);
  return job;
}

std::vector<v1::JobEvent> TryWatch(System* system, const std::string& job_id) {
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  const auto stream = system->jobs().WatchJob(&context, request);
  std::vector<v1::JobEvent> events;
  v1::JobEvent event;
  while (stream->Read(&event)) {
    if (event.type() != v1::EVENT_TYPE_BOOKMARK) events.push_back(event);
  }
  stream->Finish();
  return events;
}

// What a client knew when the server died.
struct Told {
  std::string job_id;                   // empty: its submission got no answer
  std::vector<v1::JobEvent> events[2];  // of two watchers
};

std::string NameOfFailpoint(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

class CrashTest : public ::testing::TestWithParam<const char*> {
 protected:
  CrashTest() : system_(NotStarted()) {}

  std::vector<Told> RunUntilCrash() {
    std::vector<Told> told(kJobs);
    system_.StartServer({{"GCJOBS_FAILPOINT", GetParam()}});
    InParallel(kJobs, [&](int i) {
      const auto job = TrySubmit(&system_, i);
      if (!job.ok()) return;
      told[i].job_id = job->id();
      InParallel(2, [&](int w) { told[i].events[w] = TryWatch(&system_, job->id()); });
    });
    EXPECT_EQ(system_.server().Wait(), -SIGKILL) << "the failpoint was not reached";
    return told;
  }

  System system_;
};

void ExpectWhole(const std::vector<v1::JobEvent>& events) {
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<int64_t>(i) + 1);
    if (i > 0) EXPECT_EQ(events[i].previous_state(), events[i - 1].job().state());
  }
}

TEST_P(CrashTest, NothingToldIsLostAndNothingIsSentTwice) {
  const std::vector<Told> told = RunUntilCrash();
  system_.StartServer();
  for (int i = 0; i < kJobs; ++i) {
    const auto again = system_.Submit(RequestOf(i));
    ASSERT_THAT(again, IsOk());
    if (!told[i].job_id.empty()) EXPECT_EQ(again->id(), told[i].job_id);

    const System::Watched watched = system_.Watch(again->id(), 0, 5);
    ASSERT_THAT(watched.status, IsOk());
    ExpectWhole(watched.events);
    // What was shown before the crash is still the beginning of the history.
    for (const std::vector<v1::JobEvent>& seen : told[i].events) {
      ASSERT_LE(seen.size(), watched.events.size());
      for (size_t k = 0; k < seen.size(); ++k) {
        EXPECT_EQ(watched.events[k].SerializeAsString(), seen[k].SerializeAsString());
      }
    }
    EXPECT_THAT(watched.events.back().job().state(),
                AnyOf(v1::JOB_STATE_SUCCEEDED, v1::JOB_STATE_OUTCOME_UNKNOWN));
  }
  std::multiset<std::string> bodies;
  for (const SeenRequest& request : system_.simulator().Submissions()) bodies.insert(request.body);
  for (const std::string& body : bodies) EXPECT_EQ(bodies.count(body), 1u) << body;
}

INSTANTIATE_TEST_SUITE_P(
    AtEachStep, CrashTest,
    ::testing::Values("submit.before_queued:3",         // before the job is durable
                      "submit.before_intent:3",         // durable, intent not
                      "submit.after_intent:3",          // intent durable, nothing sent
                      "submit.reply_uncommitted:3",     // the reply was read, not committed
                      "submit.committed_unanswered:3",  // committed, the caller not answered
                      "poll.reply_uncommitted:2",       //
                      "store.before_commit:4",          //
                      "store.after_commit:2",           //
                      "store.after_commit:5",           //
                      "watch.before_fanout:2",          // committed, nobody woken
                      "watch.half_fanout:2"),
    NameOfFailpoint);

TEST(CrashInFlightTest, ARequestOnTheWireIsInDoubtAndNeverRepeated) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","delay":"20s"})");
  v1::SubmitActionRequest request = RequestOf(0);
  request.mutable_options()->mutable_wait()->set_seconds(0);
  const auto job = system.Submit(request);
  while (system.simulator().Submissions().empty()) {
    ASSERT_THAT(system.GetJob(job->id()), IsOk());
  }
  system.RestartServer();
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(CrashInFlightTest, ARequestOnTheWireIsRepeatedAtLeastOnce) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","delay":"20s"})");
  v1::SubmitActionRequest request = RequestOf(0);
  request.mutable_options()->mutable_wait()->set_seconds(0);
  request.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  const auto job = system.Submit(request);
  while (system.simulator().Submissions().empty()) {
    ASSERT_THAT(system.GetJob(job->id()), IsOk());
  }
  system.RestartServer();
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(system.simulator().Submissions().size(), 2u);
}

TEST(CrashTimeoutUpdateTest, AnInterruptedUpdateCanBeMadeAgain) {
  for (const char* failpoint : {"timeout.after_read", "timeout.after_write"}) {
    System system(NotStarted());
    system.StartServer({{"GCJOBS_FAILPOINT", failpoint}});
    v1::UpdateActionTimeoutRequest request;
    request.set_action_id(kActionId);
    request.mutable_timeout()->set_seconds(10);
    {
      grpc::ClientContext context;
      v1::ActionTimeout answer;
      EXPECT_FALSE(system.actions().UpdateActionTimeout(&context, request, &answer).ok());
    }
    EXPECT_EQ(system.server().Wait(), -SIGKILL) << failpoint;
    system.StartServer();
    grpc::ClientContext context;
    v1::ActionTimeout answer;
    ASSERT_TRUE(system.actions().UpdateActionTimeout(&context, request, &answer).ok());
    EXPECT_EQ(FromProto(answer.timeout()), absl::Seconds(10));
    EXPECT_TRUE(answer.verified());
    EXPECT_EQ(answer.version(), 2) << failpoint;  // written once in all
  }
}

TEST(CrashSweepTest, AnInterruptedSweepIsFinishedByTheNextStart) {
  for (const char* failpoint : {"retention.before_delete", "store.trim"}) {
    System::Options options;
    options.server = {"--event-window", "0s"};
    System system(std::move(options));
    v1::SubmitActionRequest request = Steered(R"({"queued":"0s","duration":"0s"})");
    request.mutable_options()->mutable_retention()->set_seconds(0);
    const auto job = system.Submit(request);
    system.AwaitEnd(job->id());
    system.KillServer();
    // The server sweeps when it starts.
    system.StartServer({{"GCJOBS_FAILPOINT", failpoint}});
    EXPECT_EQ(system.server().Wait(), -SIGKILL) << failpoint;
    system.StartServer();
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    while (system.GetJob(job->id()).ok() && absl::Now() < give_up) {
    }
    EXPECT_TRUE(absl::IsNotFound(system.GetJob(job->id()).status())) << failpoint;
  }
}

TEST(CrashCheckpointTest, ACrashInACheckpointLosesNothing) {
  System system(NotStarted());
  system.StartServer({{"GCJOBS_FAILPOINT", "store.checkpoint"}});
  // Bodies of 400 kB fill the log's pages soon enough.
  std::vector<std::string> taken;
  for (int i = 0; i < 200; ++i) {
    grpc::ClientContext context;
    v1::SubmitActionRequest request = RequestOf(i);
    request.set_parameters_json(
        absl::StrCat(R"({"$sim":{"duration":"1h"},"x":")", std::string(400'000, 'x'), "\"}"));
    v1::Job job;
    if (!system.jobs().SubmitAction(&context, request, &job).ok()) break;
    taken.push_back(job.id());
  }
  EXPECT_EQ(system.server().Wait(), -SIGKILL) << "the failpoint was not reached";
  ASSERT_FALSE(taken.empty());
  system.StartServer();
  for (const std::string& id : taken) EXPECT_THAT(system.GetJob(id), IsOk());
}

// A page was read upstream and not yet told, or told in part.
class CrashResultsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CrashResultsTest, PagesHalfReadAreReadOnFromTheLastCursor) {
  System system(NotStarted());
  system.StartServer({{"GCJOBS_FAILPOINT", GetParam()}});
  const auto job = system.Submit(SteeredQuery(
      v1::QUERY_ENDPOINT_JOBS, R"({"queued":"0s","duration":"0s","pages":8,"itemsPerPage":3})"));
  ASSERT_THAT(job, IsOk());
  ASSERT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  const System::Results before = system.ReadResults(job->id());
  EXPECT_FALSE(before.status.ok());
  EXPECT_EQ(system.server().Wait(), -SIGKILL) << "the failpoint was not reached";
  ASSERT_FALSE(before.pages.empty());

  system.StartServer();
  const System::Results after = system.ReadResults(job->id(), before.pages.back().next_cursor());
  ASSERT_THAT(after.status, IsOk());
  EXPECT_EQ(before.items() + after.items(), system.ReadResults(job->id()).items());
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, CrashResultsTest,
                         ::testing::Values("results.page_read:5", "results.half_read:4"),
                         NameOfFailpoint);

TEST(CrashCancelTest, ACancelWhoseAnswerWasReadIsSentAgain) {
  System system(NotStarted());
  system.StartServer({{"GCJOBS_FAILPOINT", "cancel.reply_uncommitted"}});
  const auto job =
      system.Submit(SteeredQuery(v1::QUERY_ENDPOINT_JOBS, R"({"queued":"0s","duration":"1h"})"));
  ASSERT_THAT(job, IsOk());
  grpc::ClientContext context;
  v1::CancelJobRequest request;
  request.set_job_id(job->id());
  v1::Job answer;
  EXPECT_FALSE(system.jobs().CancelJob(&context, request, &answer).ok());
  EXPECT_EQ(system.server().Wait(), -SIGKILL) << "the failpoint was not reached";

  system.StartServer();
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(ended.cancel_requested());
}

TEST(CrashMigrationTest, AnInterruptedMigrationIsMadeAgain) {
  System system(NotStarted());
  system.StartServer({{"GCJOBS_FAILPOINT", "store.create_schema"}});
  EXPECT_EQ(system.server().Wait(), -SIGKILL);
  system.StartServer();
  const auto job = system.Submit(Steered(R"({"queued":"0s","duration":"0s"})"));
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace gcjobs
