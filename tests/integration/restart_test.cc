#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/grpc_status.h"
#include "common/job_state.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// kill -9, restart and graceful stop. The oracle is the simulator's log, the
// event history and what each client saw.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;

void ExpectWholeHistory(const System::Watched& watched) {
  ASSERT_FALSE(watched.events.empty());
  for (size_t i = 0; i < watched.events.size(); ++i) {
    EXPECT_EQ(watched.events[i].sequence(), static_cast<int64_t>(i) + 1);
    if (i == 0) continue;
    EXPECT_GT(watched.events[i].revision(), watched.events[i - 1].revision());
    EXPECT_EQ(watched.events[i].previous_state(), watched.events[i - 1].job().state());
  }
  EXPECT_TRUE(IsTerminal(watched.events.back().job().state()));
}

TEST(RestartTest, FortyJobsInFlightSurviveKill9) {
  System system;
  std::vector<std::string> ids(40);
  InParallel(40, [&](int i) {
    const std::string sim = absl::StrCat(R"({"duration":")", 200 * i, R"(ms","queued":"0s"})");
    v1::SubmitActionRequest request = Steered(sim, absl::StrCat("r-", i));
    request.mutable_options()->mutable_wait()->set_seconds(0);
    ids[i] = system.Submit(request)->id();
  });
  system.RestartServer();
  for (const std::string& id : ids) ExpectWholeHistory(system.Watch(id));

  // No execution was started twice: each submission has parameters of its own.
  std::multiset<std::string> bodies;
  for (const SeenRequest& request : system.simulator().Submissions()) bodies.insert(request.body);
  for (const std::string& body : bodies) EXPECT_EQ(bodies.count(body), 1u) << body;
}

TEST(RestartTest, AWatcherResumesAcrossKill9WithoutGapOrRepeat) {
  System system;
  const auto job = system.Submit(Steered(R"({"duration":"4s","queued":"0s"})"));
  System::Watched watched;
  std::thread watcher([&] { watched = system.Watch(job->id(), 0, /*attempts=*/10); });
  system.RestartServer();
  watcher.join();
  EXPECT_THAT(watched.status, IsOk());
  ExpectWholeHistory(watched);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(RestartTest, ASecondServerOnTheSameDataIsRefused) {
  System system;
  testing::ChildProcess::Options options;
  options.argv = {testing::Binary("gcjobsd"), "--listen", "127.0.0.1:0", "--data-dir",
                  system.data_dir()};
  options.environment = {{"GENESYS_CLIENT_ID", "x"}, {"GENESYS_CLIENT_SECRET", "y"}};
  testing::ChildProcess second(options);
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.errors(), ::testing::HasSubstr(system.data_dir()));
  EXPECT_THAT(second.errors(), ::testing::HasSubstr("\nhint: Another server works on this"));
}

TEST(DrainTest, SigtermTellsWatchersAnswersCallersAndExitsCleanly) {
  System system;
  const auto job = system.Submit(Steered(R"({"queued":"1h"})"));
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job_id(job->id());
  const auto stream = system.jobs().WatchJob(&context, request);
  v1::JobEvent event;
  ASSERT_TRUE(stream->Read(&event));
  ASSERT_TRUE(stream->Read(&event));  // PENDING: all there is for now

  system.server().Kill(SIGTERM);
  v1::JobEvent last;
  while (stream->Read(&last)) event = last;
  EXPECT_EQ(event.type(), v1::EVENT_TYPE_BOOKMARK);
  EXPECT_GE(event.revision(), 2);
  const absl::Status status = FromGrpc(stream->Finish());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_EQ(system.server().Wait(), 0);

  system.StartServer();
  EXPECT_EQ(system.GetJob(job->id())->state(), v1::JOB_STATE_PENDING);
}

TEST(DrainTest, ASubmissionUnderWayGetsItsAnswerCommitted) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","delay":"1500ms"})");
  v1::SubmitActionRequest request = Steered(R"({"queued":"1h"})");
  request.mutable_options()->mutable_wait()->set_seconds(0);
  const auto job = system.Submit(request);
  // The request has left when the simulator has it; until then GetJob turns.
  while (system.simulator().Get("/__sim/jobs").find("\"id\"") == std::string::npos) {
    ASSERT_THAT(system.GetJob(job->id()), IsOk());
  }
  system.server().Kill(SIGTERM);
  EXPECT_EQ(system.server().Wait(), 0);
  system.StartServer();
  EXPECT_EQ(system.GetJob(job->id())->state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

// The database of a stopped server, and the server's start on it.
class RestoreTest : public ::testing::Test {
 protected:
  void Stop() {
    system_.server().Kill(SIGTERM);
    ASSERT_EQ(system_.server().Wait(), 0);
  }
  void Copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(system_.data_dir() + from, system_.data_dir() + to,
                               std::filesystem::copy_options::overwrite_existing);
  }

  System system_;
};

TEST_F(RestoreTest, ARestoredBackupRunsNoActionTwice) {
  // 1. The backup is made while a job waits to be sent: once it was refused.
  system_.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","status":429,"headers":{"Retry-After":"30"}})");
  const auto once = system_.Submit(Steered(R"({"duration":"0s"})"));
  ASSERT_THAT(once, IsOk());
  ASSERT_EQ(once->state(), v1::JOB_STATE_QUEUED);
  Stop();
  Copy("/gcjobs.db", "/backup");
  // 2. It runs, and more happens.
  system_.StartServer();
  ASSERT_EQ(system_.AwaitEnd(once->id()).state(), v1::JOB_STATE_SUCCEEDED);
  const int64_t lost = system_.GetJob(once->id())->revision();
  Stop();
  const size_t submissions = system_.simulator().Submissions().size();
  // 3. The backup comes back.
  Copy("/backup", "/gcjobs.db");
  system_.StartServer();
  const v1::Job job = system_.AwaitEnd(once->id());
  EXPECT_EQ(job.state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_THAT(job.error().message(), ::testing::HasSubstr("restored from a backup"));
  EXPECT_EQ(system_.simulator().Submissions().size(), submissions);
  EXPECT_GT(job.revision(), lost);
  EXPECT_THAT(system_.Watch(once->id(), lost).status,
              StatusIs(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
}

TEST_F(RestoreTest, AQueryThatWaitsInABackupIsSubmitted) {
  system_.simulator().AddFault(
      R"({"method":"POST","route":"**/query","status":429,"headers":{"Retry-After":"30"}})");
  const auto query =
      system_.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, R"({"queued":"0s","duration":"0s"})"));
  ASSERT_THAT(query, IsOk());
  ASSERT_EQ(query->state(), v1::JOB_STATE_QUEUED);
  Stop();
  Copy("/gcjobs.db", "/backup");
  system_.StartServer();
  ASSERT_EQ(system_.AwaitEnd(query->id()).state(), v1::JOB_STATE_SUCCEEDED);
  Stop();
  Copy("/backup", "/gcjobs.db");
  system_.StartServer();
  EXPECT_EQ(system_.AwaitEnd(query->id()).state(), v1::JOB_STATE_SUCCEEDED);
}

}  // namespace
}  // namespace gcjobs
