#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/grpc_status.h"
#include "common/job_state.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// The promises of a watch, each by its name, through the real programs.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::System;

v1::SubmitActionRequest Quick() { return Steered(R"({"duration":"0s","queued":"0s"})"); }

// Reads WatchJobs until `enough` says so; then gives the stream up.
class JobsWatcher {
 public:
  JobsWatcher(System* system, int64_t after_revision, v1::JobFilter filter = {}) {
    v1::WatchJobsRequest request;
    request.set_after_revision(after_revision);
    *request.mutable_filter() = std::move(filter);
    stream_ = system->jobs().WatchJobs(&context_, request);
  }
  ~JobsWatcher() {
    context_.TryCancel();
    v1::WatchJobsResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    stream_->Finish();
  }
  // The next batch, appended to `events`; false when the stream has ended.
  bool Read() {
    v1::WatchJobsResponse response;
    if (!stream_->Read(&response)) return false;
    for (const v1::JobEvent& event : response.events()) events.push_back(event);
    return true;
  }
  void ReadUntilTerminal(size_t jobs) {
    while (Terminal() < jobs && Read()) {
    }
  }
  size_t Terminal() const {
    size_t count = 0;
    for (const v1::JobEvent& event : events) {
      if (event.type() == v1::EVENT_TYPE_TRANSITION && IsTerminal(event.job().state())) {
        ++count;
      }
    }
    return count;
  }
  absl::Status Finish() { return FromGrpc(stream_->Finish()); }

  std::vector<v1::JobEvent> events;

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchJobsResponse>> stream_;
};

// Twenty jobs, submitted at once and watched to their ends.
class ManyJobsTest : public ::testing::Test {
 protected:
  static constexpr size_t kJobs = 20;
  ManyJobsTest() : watcher_(&system_, 0) {
    InParallel(kJobs, [this](int) { EXPECT_THAT(system_.Submit(Quick()), IsOk()); });
    watcher_.ReadUntilTerminal(kJobs);
  }
  System system_;
  JobsWatcher watcher_;
};

TEST_F(ManyJobsTest, Ordered) {
  for (size_t i = 1; i < watcher_.events.size(); ++i) {
    EXPECT_GE(watcher_.events[i].revision(), watcher_.events[i - 1].revision());
    // A bookmark may repeat the revision that it confirms.
    if (watcher_.events[i].type() == v1::EVENT_TYPE_TRANSITION) {
      EXPECT_GT(watcher_.events[i].revision(), watcher_.events[i - 1].revision());
    }
  }
}

TEST_F(ManyJobsTest, UniqueAndReliable) {
  std::map<std::string, int64_t> last_sequence;
  for (const v1::JobEvent& event : watcher_.events) {
    if (event.type() != v1::EVENT_TYPE_TRANSITION) continue;
    EXPECT_EQ(event.sequence(), ++last_sequence[event.job().id()]);
  }
  EXPECT_EQ(last_sequence.size(), kJobs);
}

TEST_F(ManyJobsTest, ResumableAfterAnyEventAndAcrossARestart) {
  std::vector<int64_t> revisions;
  for (const v1::JobEvent& event : watcher_.events) {
    if (event.type() == v1::EVENT_TYPE_TRANSITION) revisions.push_back(event.revision());
  }
  system_.RestartServer();
  for (size_t i = 0; i + 1 < revisions.size(); i += 7) {
    JobsWatcher resumed(&system_, revisions[i]);
    while (resumed.events.size() < revisions.size() - i - 1 && resumed.Read()) {
    }
    for (size_t k = i + 1; k < revisions.size(); ++k) {
      EXPECT_EQ(resumed.events[k - i - 1].revision(), revisions[k]);
    }
  }
}

TEST_F(ManyJobsTest, ALateWatcherGetsSnapshotsThenABookmark) {
  JobsWatcher late(&system_, 0);
  while ((late.events.empty() || late.events.back().type() != v1::EVENT_TYPE_BOOKMARK) &&
         late.Read()) {
  }
  ASSERT_EQ(late.events.size(), kJobs + 1);
  for (size_t i = 0; i < kJobs; ++i) {
    EXPECT_EQ(late.events[i].type(), v1::EVENT_TYPE_SNAPSHOT);
    EXPECT_EQ(late.events[i].job().state(), v1::JOB_STATE_SUCCEEDED);
  }
}

TEST(WatchPromisesTest, DurableBeforeVisible) {
  System system;
  const auto job = system.Submit(Quick());
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job_id(job->id());
  const auto stream = system.jobs().WatchJob(&context, request);
  std::vector<v1::JobEvent> seen;
  v1::JobEvent event;
  ASSERT_TRUE(stream->Read(&event));
  seen.push_back(event);
  system.KillServer();  // at once: whatever was shown must be there afterwards
  while (stream->Read(&event)) seen.push_back(event);
  stream->Finish();
  system.StartServer();
  const System::Watched after = system.Watch(job->id(), 0, 5);
  ASSERT_GE(after.events.size(), seen.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(after.events[i].SerializeAsString(), seen[i].SerializeAsString());
  }
}

TEST(WatchPromisesTest, NeverEndsOkBeforeTheJobIsTerminal) {
  System system;
  const auto job = system.Submit(Steered(R"({"duration":"2s"})"));
  for (const int64_t after : {0, 1}) {
    const System::Watched watched = system.Watch(job->id(), after);
    EXPECT_THAT(watched.status, IsOk());
    EXPECT_EQ(watched.events.back().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
}

TEST(WatchPromisesTest, AResumeAtTheEndEndsAtOnce) {
  System system;
  const auto job = system.Submit(Quick());
  const v1::Job ended = system.AwaitEnd(job->id());
  const System::Watched watched = system.Watch(job->id(), ended.revision());
  EXPECT_THAT(watched.status, IsOk());
  EXPECT_TRUE(watched.events.empty());
}

TEST(WatchPromisesTest, AResumeInTheFutureOrOfAnUnknownJobIsRefused) {
  System system;
  const auto job = system.Submit(Quick());
  EXPECT_THAT(system.Watch(job->id(), 1000000).status,
              StatusIs(absl::StatusCode::kInvalidArgument, "REVISION_IN_FUTURE"));
  EXPECT_THAT(system.Watch("no-such-job").status,
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST(WatchPromisesTest, DroppingAStreamNeverCancelsAJob) {
  System system;
  const auto job = system.Submit(Steered(R"({"duration":"2s"})"));
  {
    grpc::ClientContext context;
    v1::WatchJobRequest request;
    request.set_job_id(job->id());
    const auto stream = system.jobs().WatchJob(&context, request);
    v1::JobEvent event;
    ASSERT_TRUE(stream->Read(&event));
    context.TryCancel();
    while (stream->Read(&event)) {
    }
    stream->Finish();
  }
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE(ended.cancel_requested());
}

TEST(WatchPromisesTest, PollsDoNotDependOnTheNumberOfWatchers) {
  System system;
  const auto submit = [&system] {
    v1::SubmitActionRequest request = Steered(R"({"duration":"8s","queued":"0s"})");
    request.mutable_options()->mutable_poll()->mutable_initial_interval()->set_seconds(1);
    request.mutable_options()->mutable_poll()->mutable_max_interval()->set_seconds(1);
    return system.Submit(request)->id();
  };
  const std::string lonely = submit();
  const std::string popular = submit();
  std::atomic<int> ended_well{0};
  InParallel(50, [&](int) {  // ten streams each
    std::vector<std::thread> streams;
    for (int i = 0; i < 10; ++i) {
      streams.emplace_back([&] {
        if (system.Watch(popular).events.size() == 4) ++ended_well;
      });
    }
    for (std::thread& stream : streams) stream.join();
  });
  EXPECT_EQ(ended_well, 500);
  const int lonely_polls = system.AwaitEnd(lonely).poll_count();
  const int popular_polls = system.AwaitEnd(popular).poll_count();
  EXPECT_GE(lonely_polls, 6);
  // Each gap is varied by 10 %, and one of them may have had an early poll.
  EXPECT_NEAR(popular_polls, lonely_polls, 3);
}

TEST(WatchPromisesTest, AFilterSeesItsJobsComeAndGo) {
  System system;
  v1::JobFilter filter;
  filter.add_states(v1::JOB_STATE_PENDING);
  (*filter.mutable_labels())["team"] = "red";
  JobsWatcher watcher(&system, 0, filter);
  ASSERT_TRUE(watcher.Read());  // the bookmark behind no snapshots
  ASSERT_THAT(system.Submit(Quick()), IsOk());
  v1::SubmitActionRequest red = Quick();
  (*red.mutable_options()->mutable_labels())["team"] = "red";
  const auto job = system.Submit(red);
  while (watcher.events.size() < 3 && watcher.Read()) {
  }
  EXPECT_EQ(watcher.events[1].job().id(), job->id());
  EXPECT_EQ(watcher.events[1].job().state(), v1::JOB_STATE_PENDING);
  EXPECT_EQ(watcher.events[2].job().id(), job->id());
  EXPECT_EQ(watcher.events[2].previous_state(), v1::JOB_STATE_PENDING);
}

TEST(WatchPromisesTest, ADeletedJobIsToldAsDeleted) {
  System system;
  const auto job = system.Submit(Quick());
  const v1::Job ended = system.AwaitEnd(job->id());
  JobsWatcher watcher(&system, ended.revision());
  grpc::ClientContext context;
  v1::DeleteJobRequest request;
  request.set_job_id(job->id());
  google::protobuf::Empty empty;
  ASSERT_TRUE(system.jobs().DeleteJob(&context, request, &empty).ok());
  ASSERT_TRUE(watcher.Read());
  EXPECT_EQ(watcher.events[0].type(), v1::EVENT_TYPE_DELETED);
  EXPECT_EQ(watcher.events[0].job().id(), job->id());
  EXPECT_THAT(system.GetJob(job->id()).status(),
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

}  // namespace
}  // namespace gcjobs
