#include "client/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/text.h"
#include "common/error_info.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

v1::Job RunningJob() {
  v1::Job job;
  job.set_id("job-1");
  job.set_state(v1::JOB_STATE_RUNNING);
  *job.mutable_create_time() = ToProto(kNow - absl::Seconds(192));
  job.set_poll_count(12);
  *job.mutable_next_poll_time() = ToProto(kNow + absl::Milliseconds(4200));
  job.set_upstream_status("IN_PROGRESS");
  return job;
}

TEST(RenderProgressTest, StateAgeNextLookPollsAndStatus) {
  EXPECT_EQ(RenderProgress(RunningJob(), kNow, 80, Paint::kPlain),
            "RUNNING  3m12s  next look in 4.2s  12 polls  Genesys: IN_PROGRESS");
}

TEST(RenderProgressTest, CountdownRunsDown) {
  const v1::Job job = RunningJob();
  EXPECT_THAT(RenderProgress(job, kNow + absl::Seconds(3), 80, Paint::kPlain),
              HasSubstr("next look in 1.2s"));
  EXPECT_THAT(RenderProgress(job, kNow + absl::Seconds(5), 80, Paint::kPlain),
              HasSubstr("looking now"));
  EXPECT_THAT(RenderProgress(job, kNow - absl::Minutes(2), 80, Paint::kPlain),
              HasSubstr("next look in 2m4s"));
}

TEST(RenderProgressTest, ThrottlingTakesThePlaceOfTheNextLook) {
  v1::Job job = RunningJob();
  *job.mutable_throttled_until() = ToProto(kNow + absl::Seconds(30));
  EXPECT_EQ(RenderProgress(job, kNow, 50, Paint::kPlain),
            "RUNNING  3m12s  throttled for 30s  12 polls");
  *job.mutable_throttled_until() = ToProto(kNow + absl::Seconds(7199));
  EXPECT_THAT(RenderProgress(job, kNow, 80, Paint::kPlain), HasSubstr("  throttled for 1h59m  "));
  EXPECT_THAT(RenderProgress(job, kNow + absl::Hours(2), 80, Paint::kPlain),
              Not(HasSubstr("throttled")));
}

class ProgressWidthTest : public ::testing::TestWithParam<int> {};

TEST_P(ProgressWidthTest, NeverFillsTheLine) {
  v1::Job job = RunningJob();
  job.set_upstream_status("注文を処理しています、しばらくお待ちください");
  const std::string line = RenderProgress(job, kNow, GetParam(), Paint::kPlain, "connection lost");
  EXPECT_LT(DisplayWidth(line), std::max(1, GetParam())) << line;
}

INSTANTIATE_TEST_SUITE_P(All, ProgressWidthTest, ::testing::Range(0, 120, 3));

TEST(RenderProgressTest, NarrowTerminalKeepsWhatMattersMost) {
  EXPECT_EQ(RenderProgress(RunningJob(), kNow, 20, Paint::kPlain), "RUNNING  3m12s");
  EXPECT_EQ(RenderProgress(RunningJob(), kNow, 6, Paint::kPlain), "RU...");
}

TEST(RenderProgressTest, ARemarkStandsForTheNextLook) {
  const std::string line =
      RenderProgress(RunningJob(), kNow, 80, Paint::kPlain, "connection lost, resuming");
  EXPECT_THAT(line, StartsWith("RUNNING  3m12s  connection lost, resuming"));
  EXPECT_THAT(line, Not(HasSubstr("next look")));
}

TEST(RenderProgressTest, ColorWrapsTheStateOnly) {
  const std::string line = RenderProgress(RunningJob(), kNow, 80, Paint::kColor);
  EXPECT_THAT(line, StartsWith("\x1b[36mRUNNING\x1b[0m  3m12s"));
  EXPECT_THAT(line, EndsWith("IN_PROGRESS"));
}

TEST(RenderProgressTest, ATerminalJobHasNoNextLookAndItsFinalAge) {
  v1::Job job = RunningJob();
  job.set_state(v1::JOB_STATE_SUCCEEDED);
  *job.mutable_end_time() = ToProto(kNow - absl::Seconds(92));
  EXPECT_EQ(RenderProgress(job, kNow, 80, Paint::kPlain),
            "SUCCEEDED  1m40s  12 polls  Genesys: IN_PROGRESS");
}

v1::JobEvent Event(v1::EventType type, v1::JobState before) {
  v1::JobEvent event;
  event.set_type(type);
  event.set_revision(12);
  event.set_previous_state(before);
  *event.mutable_time() = ToProto(kNow);
  *event.mutable_job() = RunningJob();
  return event;
}

TEST(RenderEventTest, ATransition) {
  EXPECT_EQ(
      RenderEvent(Event(v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_PENDING), Paint::kPlain),
      "2023-11-14T22:13:20.000Z  job-1  PENDING -> RUNNING  revision 12  Genesys: IN_PROGRESS");
}

TEST(RenderEventTest, NewSnapshotAndDeleted) {
  EXPECT_THAT(
      RenderEvent(Event(v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_UNSPECIFIED), Paint::kPlain),
      HasSubstr("  new RUNNING  "));
  EXPECT_THAT(RenderEvent(Event(v1::EVENT_TYPE_SNAPSHOT, v1::JOB_STATE_UNSPECIFIED), Paint::kPlain),
              HasSubstr("  is RUNNING  "));
  EXPECT_THAT(RenderEvent(Event(v1::EVENT_TYPE_DELETED, v1::JOB_STATE_UNSPECIFIED), Paint::kPlain),
              EndsWith("  deleted  revision 12"));
}

TEST(RenderShortEventTest, TimeOfDayAndTheIdAtTheStart) {
  const absl::TimeZone zone = absl::FixedTimeZone(2 * 60 * 60);
  EXPECT_EQ(RenderShortEvent(Event(v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_PENDING), zone,
                             Paint::kPlain),
            "00:13:20  PENDING -> RUNNING  Genesys: IN_PROGRESS");
  EXPECT_EQ(RenderShortEvent(Event(v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_UNSPECIFIED), zone,
                             Paint::kPlain),
            "00:13:20  new RUNNING  job-1  Genesys: IN_PROGRESS");
}

TEST(RenderEventTest, AThrottledJobSaysForHowLong) {
  v1::JobEvent event = Event(v1::EVENT_TYPE_UPDATED, v1::JOB_STATE_RUNNING);
  *event.mutable_job()->mutable_throttled_until() = ToProto(kNow + absl::Seconds(7199));
  EXPECT_EQ(RenderEvent(event, Paint::kPlain),
            "2023-11-14T22:13:20.000Z  job-1  RUNNING throttled for 1h59m  revision 12  "
            "Genesys: IN_PROGRESS");
  EXPECT_EQ(RenderShortEvent(event, absl::UTCTimeZone(), Paint::kPlain),
            "22:13:20  RUNNING throttled for 1h59m  Genesys: IN_PROGRESS");
  event.mutable_job()->clear_throttled_until();
  EXPECT_THAT(RenderEvent(event, Paint::kPlain), HasSubstr("  RUNNING no longer throttled  "));
}

TEST(RenderEventTest, AFailureSaysWhyAndCannotFakeLines) {
  v1::JobEvent event = Event(v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_RUNNING);
  event.mutable_job()->set_state(v1::JOB_STATE_FAILED);
  *event.mutable_job()->mutable_error() =
      ToProto(MakeError(absl::StatusCode::kInternal, "GENESYS_ACTION_FAILED", "no\n\x1b[31mstock"));
  EXPECT_THAT(RenderEvent(event, Paint::kPlain),
              EndsWith("GENESYS_ACTION_FAILED: no\\n\\x1b[31mstock"));
}

}  // namespace
}  // namespace gcjobs
