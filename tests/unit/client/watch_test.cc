#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_split.h"

#include "common/errors.h"
#include "tests/unit/client/cli_test_base.h"

// `gcjobs watch` over a real connection that breaks in every way.
namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class WatchTest : public CliTest {
 protected:
  // The stream sends these, then ends so, or stays open.
  void PlayJob(std::vector<v1::JobEvent> events, std::optional<absl::Status> end) {
    server_.jobs.watch_job.Play({std::move(events), std::move(end)});
  }
  void PlayJobs(const std::vector<v1::JobEvent>& events, std::optional<absl::Status> end) {
    v1::WatchJobsResponse batch;
    for (const v1::JobEvent& event : events) *batch.add_events() = event;
    batch.set_revision(events.empty() ? 0 : events.back().revision());
    server_.jobs.watch_jobs.Play({{batch}, std::move(end)});
  }

  std::vector<int64_t> JobResumePoints() const {
    std::vector<int64_t> points;
    for (const auto& request : server_.jobs.watch_job.requests()) {
      points.push_back(request.after_revision());
    }
    return points;
  }
  std::vector<int64_t> JobsResumePoints() const {
    std::vector<int64_t> points;
    for (const auto& request : server_.jobs.watch_jobs.requests()) {
      points.push_back(request.after_revision());
    }
    return points;
  }

  void ExpectEachEventShownOnce() const {
    EXPECT_EQ(Count(out(), "revision 10 "), 0);  // at the line's end
    EXPECT_EQ(Count(out(), "revision 10\n"), 1) << out();
    EXPECT_EQ(Count(out(), "revision 20\n"), 1) << out();
    EXPECT_EQ(Count(out(), "revision 30\n"), 1) << out();
  }

  static v1::JobEvent Bookmark(int64_t revision) {
    v1::JobEvent event;
    event.set_type(v1::EVENT_TYPE_BOOKMARK);
    event.set_revision(revision);
    return event;
  }
  v1::JobEvent Throttled(int64_t revision, int64_t sequence) const {
    v1::JobEvent event =
        MakeEvent(revision, sequence, v1::JOB_STATE_RUNNING, v1::JOB_STATE_RUNNING);
    event.set_type(v1::EVENT_TYPE_UPDATED);
    *event.mutable_job()->mutable_throttled_until() =
        ToProto(FromProto(event.time()) + absl::Hours(2));
    return event;
  }
  static v1::JobEvent AsSnapshot(v1::JobEvent event) {
    event.set_type(v1::EVENT_TYPE_SNAPSHOT);
    return event;
  }
  static absl::Status Compacted() {
    return MakeError(errors::kRevisionCompacted, "trimmed", {{"oldest_revision", "25"}});
  }
};

TEST_F(WatchTest, ShowsALineAnEventAndEndsWithTheJob) {
  PlayJob({Queued(), Running(), Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(out(), HasSubstr("new QUEUED  revision 10\n"));
  EXPECT_THAT(out(), HasSubstr("QUEUED -> RUNNING  revision 20\n"));
  EXPECT_THAT(out(), EndsWith("RUNNING -> SUCCEEDED  revision 30\n"));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(WatchTest, AThrottledJobMakesALineOfItsOwn) {
  PlayJob({Queued(), Running(), Throttled(25, 3),
           MakeEvent(30, 4, v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED)},
          absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(out(), HasSubstr("RUNNING throttled for 2h0m  revision 25\n"));
  EXPECT_THAT(out(), EndsWith("RUNNING -> SUCCEEDED  revision 30\n"));
}

TEST_F(WatchTest, AThrottledJobIsAnEventInJson) {
  PlayJob({Queued(), Running(), Throttled(25, 3)}, std::nullopt);
  out_.WhenHolds("EVENT_TYPE_UPDATED", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch", kJobId, "--output", "json"}), 130);
  EXPECT_THAT(out(), HasSubstr(R"({"type":"EVENT_TYPE_UPDATED","job":{"id":"0190a8c2)"));
  EXPECT_THAT(out(), HasSubstr(R"("throttled_until":)"));
}

TEST_F(WatchTest, TheExitCodeSaysHowTheJobEnded) {
  for (const auto& [state, code] :
       {std::pair(v1::JOB_STATE_FAILED, 1), std::pair(v1::JOB_STATE_CANCELLED, 1),
        std::pair(v1::JOB_STATE_OUTCOME_UNKNOWN, 6)}) {
    PlayJob({MakeEvent(10, 1, v1::JOB_STATE_UNSPECIFIED, state)}, absl::OkStatus());
    EXPECT_EQ(Run({"watch", kJobId}), code);
  }
}

TEST_F(WatchTest, AnUnknownJobIsNotFound) {
  PlayJob({}, MakeError(errors::kJobNotFound, "job x not found"));
  EXPECT_EQ(Run({"watch", "x"}), 5);
  EXPECT_THAT(err(), HasSubstr("the list of jobs shows those that there are"));
}

TEST_F(WatchTest, ResumesWhenTheServerRestartsInMidStream) {
  PlayJob({Queued(), Running()}, std::nullopt);
  PlayJob({Succeeded()}, absl::OkStatus());
  out_.WhenHolds("revision 20", [this] { server_.Stop(); });
  on_sleep_ = [this] {
    if (sleeps_.size() == 3) server_.Start();  // two tries meet nobody
  };

  EXPECT_EQ(Run({"watch", kJobId}), 0);

  ExpectEachEventShownOnce();
  EXPECT_THAT(JobResumePoints(), ElementsAre(0, 20));
  EXPECT_EQ(Count(err(), "connection lost, resuming from revision 20"), 1) << err();
}

TEST_F(WatchTest, WaitsGrowBetweenJitteredBounds) {
  PlayJob({Queued()}, std::nullopt);
  PlayJob({Running(), Succeeded()}, absl::OkStatus());
  out_.WhenHolds("revision 10", [this] { server_.Stop(); });
  on_sleep_ = [this] {
    if (sleeps_.size() == 9) server_.Start();
  };
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  ASSERT_THAT(sleeps_, SizeIs(9));
  EXPECT_LE(sleeps_[0], absl::Milliseconds(100));
  EXPECT_GE(sleeps_[0], absl::Milliseconds(50));
  EXPECT_LE(sleeps_[8], absl::Seconds(5));
  EXPECT_GE(sleeps_[8], absl::Milliseconds(2500));
}

class BrokenStreamTest : public WatchTest,
                         public ::testing::WithParamInterface<absl::StatusCode> {};

TEST_P(BrokenStreamTest, IsResumedAfterTheLastRevision) {
  PlayJob({Queued()}, absl::Status(GetParam(), "broken"));
  PlayJob({Running()}, absl::Status(GetParam(), "broken"));
  PlayJob({Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  ExpectEachEventShownOnce();
  EXPECT_THAT(JobResumePoints(), ElementsAre(0, 10, 20));
}

INSTANTIATE_TEST_SUITE_P(All, BrokenStreamTest,
                         ::testing::Values(absl::StatusCode::kUnavailable,
                                           absl::StatusCode::kCancelled,
                                           absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                                           absl::StatusCode::kDeadlineExceeded));

TEST_F(WatchTest, ARefusalIsNotResumed) {
  PlayJob({Queued()}, absl::PermissionDeniedError("not yours"));
  EXPECT_EQ(Run({"watch", kJobId}), 4);
  EXPECT_THAT(sleeps_, IsEmpty());
}

TEST_F(WatchTest, RepeatedEventsAreDropped) {
  PlayJob({Queued(), Running()}, absl::UnavailableError("broken"));
  PlayJob({Queued(), Running(), Running(), Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  ExpectEachEventShownOnce();
}

TEST_F(WatchTest, AMissingEventIsAnError) {
  PlayJob({Queued(), Succeeded()}, absl::OkStatus());  // sequence 1, then 3
  EXPECT_EQ(Run({"watch", kJobId}), 1);
  EXPECT_THAT(err(), HasSubstr("event 3 at revision 30 where event 2 was due"));
  EXPECT_THAT(out(), Not(HasSubstr("revision 30")));
}

TEST_F(WatchTest, AStreamThatEndsBeforeTheJobIsResumed) {
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING, 20));
  PlayJob({Queued(), Running()}, absl::OkStatus());
  PlayJob({Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  ExpectEachEventShownOnce();
}

TEST_F(WatchTest, NoEventIsLostOverManyBreaks) {
  // 40 jobs' events on one stream that breaks after each 3, each time with the
  // last event repeated.
  std::vector<v1::JobEvent> events;
  for (int i = 1; i <= 40; ++i) {
    v1::JobEvent event = MakeEvent(100 + i, 1, v1::JOB_STATE_UNSPECIFIED, v1::JOB_STATE_QUEUED);
    event.mutable_job()->set_id("job-" + std::to_string(i));
    events.push_back(event);
  }
  for (size_t at = 0; at < events.size(); at += 3) {
    const auto begin = events.begin() + static_cast<int>(at == 0 ? 0 : at - 1);
    const auto end = events.begin() + static_cast<int>(std::min(at + 3, events.size()));
    PlayJobs({begin, end}, absl::UnavailableError("broken"));
  }
  out_.WhenHolds("job-40", [this] { interrupt_.Set(); });

  EXPECT_EQ(Run({"watch", "--after", "100"}), 130);

  std::vector<std::string> lines = absl::StrSplit(out(), '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(40));
  for (int i = 1; i <= 40; ++i) {
    EXPECT_THAT(lines[i - 1], HasSubstr("  job-" + std::to_string(i) + "  "));
  }
}

TEST_F(WatchTest, CompactedHistoryGoesOnFromThePresentState) {
  PlayJob({Queued()}, absl::UnavailableError("broken"));
  PlayJob({}, Compacted());
  PlayJob({Succeeded()}, absl::OkStatus());
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING, 25));
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(err(), HasSubstr("events after revision 10 are no longer kept"));
  EXPECT_THAT(out(), HasSubstr("is RUNNING  revision 25\n"));
  EXPECT_THAT(JobResumePoints(), ElementsAre(0, 10, 25));
}

TEST_F(WatchTest, CompactedHistoryOfAJobThatHasEnded) {
  PlayJob({}, Compacted());
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_FAILED, 30));
  EXPECT_EQ(Run({"watch", kJobId, "--after", "10"}), 1);
  EXPECT_THAT(out(), HasSubstr("is FAILED  revision 30\n"));
}

TEST_F(WatchTest, AServerThatCompactsForeverIsAnError) {
  PlayJob({}, Compacted());
  PlayJob({}, Compacted());
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_RUNNING, 10));
  EXPECT_EQ(Run({"watch", kJobId, "--after", "10"}), 2);
}

TEST_F(WatchTest, AWatchThatBeginsAfterTheEndGivesTheJobsEnd) {
  PlayJob({}, absl::OkStatus());
  server_.jobs.get_job.Return(MakeJob(v1::JOB_STATE_CANCELLED, 30));
  EXPECT_EQ(Run({"watch", kJobId, "--after", "30"}), 1);
  EXPECT_THAT(JobResumePoints(), ElementsAre(30));
}

TEST_F(WatchTest, AServerThatWasNeverThereIsGivenUpSoon) {
  server_.Stop();
  EXPECT_EQ(Run({"watch", kJobId}), 3);
  EXPECT_THAT(sleeps_, SizeIs(2));
  EXPECT_THAT(err(), HasSubstr("cannot reach gcjobsd at " + server_.address()));
  EXPECT_THAT(err(), HasSubstr("hint: start gcjobsd there"));
}

TEST_F(WatchTest, GivesUpAfterReconnectFor) {
  PlayJob({Queued()}, std::nullopt);
  out_.WhenHolds("revision 10", [this] { server_.Stop(); });
  const absl::Time start = clock_.Now();
  EXPECT_EQ(Run({"watch", kJobId, "--reconnect-for", "30s"}), 3);
  EXPECT_GT(clock_.Now() - start, absl::Seconds(20));
  EXPECT_LE(clock_.Now() - start, absl::Seconds(30));
}

TEST_F(WatchTest, InterruptSaysHowToResume) {
  PlayJob({Queued(), Running()}, std::nullopt);
  out_.WhenHolds("revision 20", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch", kJobId}), 130);
  EXPECT_THAT(err(), HasSubstr(std::string("the job continues; to follow it: gcjobs watch ") +
                               kJobId + " --after 20\n"));
}

TEST_F(WatchTest, InterruptEndsAnOutage) {
  PlayJob({Queued()}, std::nullopt);
  out_.WhenHolds("revision 10", [this] { server_.Stop(); });
  on_sleep_ = [this] { interrupt_.Set(); };
  EXPECT_EQ(Run({"watch", kJobId}), 130);
  EXPECT_THAT(sleeps_, SizeIs(1));
}

TEST_F(WatchTest, JsonIsOneEventALine) {
  PlayJob({Queued(), Bookmark(15), Running(), Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId, "-o", "json"}), 0);
  const std::vector<std::string> lines = absl::StrSplit(out(), '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[0], StartsWith(R"({"type":"EVENT_TYPE_TRANSITION","job":{"id":"0190a8c2)"));
  EXPECT_THAT(lines[0], HasSubstr(R"("sequence":"1")"));
  EXPECT_EQ(lines[1], R"({"type":"EVENT_TYPE_BOOKMARK","revision":"15"})");
}

TEST_F(WatchTest, AClosedPipeEndsQuietly) {
  PlayJob({Queued(), Running()}, std::nullopt);
  out_.WhenHolds("revision 10", [this] { out_.setstate(std::ios::badbit); });
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(WatchTest, AllJobsBeginWithSnapshotsAndResumeFromTheBookmark) {
  PlayJobs({AsSnapshot(Queued()), Bookmark(15)}, absl::UnavailableError("broken"));
  PlayJobs({Running()}, absl::CancelledError("too slow"));
  PlayJobs({Succeeded()}, std::nullopt);
  out_.WhenHolds("revision 30", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch"}), 130);
  ExpectEachEventShownOnce();
  EXPECT_THAT(JobsResumePoints(), ElementsAre(0, 15, 20));
  EXPECT_THAT(err(), HasSubstr("to resume from here, add --after 30"));
}

TEST_F(WatchTest, SnapshotsThatBreakOffAreAskedForAgain) {
  v1::JobEvent other =
      AsSnapshot(MakeEvent(12, 1, v1::JOB_STATE_UNSPECIFIED, v1::JOB_STATE_QUEUED));
  other.mutable_job()->set_id("other");
  PlayJobs({AsSnapshot(Running())}, absl::UnavailableError("broken"));
  PlayJobs({other, AsSnapshot(Running()), Bookmark(20)}, std::nullopt);
  out_.WhenHolds("other", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch"}), 130);
  EXPECT_THAT(JobsResumePoints(), ElementsAre(0, 0));
  EXPECT_EQ(Count(out(), "revision 20\n"), 1) << out();
}

TEST_F(WatchTest, CompactedAllJobsAreListedAgainWithoutRepeats) {
  PlayJobs({Running()}, absl::UnavailableError("broken"));
  PlayJobs({}, Compacted());
  v1::JobEvent other =
      AsSnapshot(MakeEvent(99, 7, v1::JOB_STATE_UNSPECIFIED, v1::JOB_STATE_QUEUED));
  other.mutable_job()->set_id("other");
  PlayJobs({AsSnapshot(Running()), other, Bookmark(99)}, std::nullopt);
  out_.WhenHolds("other", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch", "--after", "15"}), 130);
  EXPECT_THAT(JobsResumePoints(), ElementsAre(15, 20, 0));
  EXPECT_EQ(Count(out(), "revision 20\n"), 1) << out();
}

TEST_F(WatchTest, FiltersReachTheServer) {
  PlayJobs({Bookmark(1)}, absl::PermissionDeniedError("stop here"));
  EXPECT_EQ(Run({"watch", "--state", "failed,cancelled", "--kind=action.async", "--label=team=a=b",
                 "--action=x", "--org=eu"}),
            4);
  const v1::JobFilter filter = server_.jobs.watch_jobs.requests().at(0).filter();
  EXPECT_THAT(filter.states(), ElementsAre(v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED));
  EXPECT_THAT(filter.kinds(), ElementsAre("action.async"));
  EXPECT_EQ(filter.labels().at("team"), "a=b");
  EXPECT_EQ(filter.action_id(), "x");
  EXPECT_THAT(filter.orgs(), ElementsAre("eu"));
}

TEST_F(WatchTest, AFilterForOneJobIsAMistake) {
  EXPECT_EQ(Run({"watch", kJobId, "--state", "failed"}), 2);
}

TEST_F(WatchTest, ATerminalShowsALiveLineAndIsRestored) {
  io_.out_is_terminal = true;
  PlayJob({Queued(), Running(), Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(out(), HasSubstr("\x1b[?25l"));
  EXPECT_THAT(out(), HasSubstr("QUEUED -> RUNNING\n"));
  EXPECT_THAT(out(), EndsWith("\x1b[?25h"));
}

TEST_F(WatchTest, TheLiveLineTellsOfAnOutageAndOfItsEnd) {
  io_.out_is_terminal = true;
  PlayJob({Queued()}, std::nullopt);
  PlayJob({}, std::nullopt);  // back, but nothing happens
  out_.WhenHolds("new QUEUED", [this] { server_.Stop(); });
  on_sleep_ = [this] {
    out_.WhenHolds("resuming\x1b[?25l\r\x1b[KQUEUED  3m12s", [this] { interrupt_.Set(); });
    server_.Start();
  };
  EXPECT_EQ(Run({"watch", kJobId}), 130);
  EXPECT_THAT(out(), HasSubstr("QUEUED  3m12s  connection lost, resuming\x1b"));
}

TEST_F(WatchTest, AnInterruptedTerminalIsRestored) {
  io_.out_is_terminal = true;
  PlayJob({Queued()}, std::nullopt);
  out_.WhenHolds("new QUEUED", [this] { interrupt_.Set(); });
  EXPECT_EQ(Run({"watch", kJobId}), 130);
  EXPECT_THAT(out(), EndsWith("\x1b[?25h"));
}

TEST_F(WatchTest, APipeGetsNoEscapeSequences) {
  io_.color = true;  // but no terminal
  v1::JobEvent event = Queued();
  event.mutable_job()->set_upstream_status("\x1b[2J");
  PlayJob({event, Running(), Succeeded()}, absl::OkStatus());
  EXPECT_EQ(Run({"watch", kJobId}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace gcjobs::testing
