#include "client/job_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "client/text.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(ToJsonTest, KeepsTheProtosFieldNamesAndEmbedsTheResultAsText) {
  v1::Job job;
  job.set_upstream_id("u");
  job.set_result_json("{\"a\":1.10}");
  EXPECT_EQ(ToJson(job, JsonLayout::kOneLine),
            "{\"upstream_id\":\"u\",\"result_json\":\"{\\\"a\\\":1.10}\"}\n");
}

TEST(ToJsonTest, TimesAreRfc3339) {
  v1::Job job;
  job.mutable_create_time()->set_seconds(1700000000);
  EXPECT_EQ(ToJson(job, JsonLayout::kOneLine), "{\"create_time\":\"2023-11-14T22:13:20Z\"}\n");
}

TEST(ToJsonTest, ErrorsShowTheirDetails) {
  v1::Job job;
  *job.mutable_error() = ToProto(MakeError(errors::kJobNotFound, "gone"));
  EXPECT_THAT(ToJson(job, JsonLayout::kOneLine), HasSubstr(R"("reason":"JOB_NOT_FOUND")"));
}

TEST(ToJsonTest, DetailsOfUnknownTypesDoNotSpoilTheRest) {
  v1::ListJobsResponse response;
  v1::Job* job = response.add_jobs();
  job->set_id("j");
  job->mutable_error()->set_message("gone");
  google::protobuf::Any* detail = job->mutable_error()->add_details();
  detail->set_type_url("type.googleapis.com/no.such.Type");
  detail->set_value("\x08\x01");
  const std::string json = ToJson(response, JsonLayout::kOneLine);
  EXPECT_THAT(json, HasSubstr(R"("message":"gone")"));
  EXPECT_THAT(json, Not(HasSubstr("no.such.Type")));
}

TEST(DescribeErrorTest, ReasonAndMessage) {
  v1::Job job;
  EXPECT_EQ(DescribeError(job), "");
  *job.mutable_error() = ToProto(MakeError(errors::kJobTimedOut, "m"));
  EXPECT_EQ(DescribeError(job), "JOB_TIMED_OUT: m");
  *job.mutable_error() = ToProto(absl::InternalError("m"));
  EXPECT_EQ(DescribeError(job), "INTERNAL: m");
}

v1::FailureBody Body(const std::string& text) {
  v1::FailureBody body;
  body.set_http_status(422);
  body.set_content_type("text/plain");
  body.set_body(text);
  return body;
}

TEST(RenderAnswerTest, LinesAreIndented) {
  EXPECT_EQ(RenderAnswer(Body("{\r\n \"a\": 1\r\n}\n")),
            "Genesys Cloud answered HTTP 422 (text/plain):\n  {\n   \"a\": 1\n  }\n");
}

TEST(RenderAnswerTest, WhatIsNotKnownIsLeftOut) {
  v1::FailureBody body;
  EXPECT_EQ(RenderAnswer(body), "");
  body.set_body("x");
  EXPECT_EQ(RenderAnswer(body), "Genesys Cloud answered:\n  x\n");
}

TEST(RenderAnswerTest, ControlCharactersAreEscaped) {
  EXPECT_THAT(RenderAnswer(Body("\x1b[2J")), EndsWith("  \\x1b[2J\n"));
}

TEST(RenderAnswerTest, BytesThatAreNotTextAreCounted) {
  EXPECT_THAT(RenderAnswer(Body(std::string("\xff\xfe\x00", 3))),
              EndsWith("\n  3 bytes that are not text\n"));
}

TEST(RenderAnswerTest, ALongBodyIsCutBetweenCharacters) {
  const std::string text = RenderAnswer(Body(absl::StrCat("a", std::string(1, ' ')) + [] {
    std::string umlauts;
    for (int i = 0; i < 3000; ++i) umlauts += "ü";
    return umlauts;
  }()));
  EXPECT_LT(text.size(), 2100u);
  EXPECT_THAT(text, EndsWith("ü\n  ...\n"));
}

TEST(RenderAnswerTest, ManyLinesAreCut) {
  std::string lines;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&lines, "line ", i, "\n");
  const std::string text = RenderAnswer(Body(lines));
  EXPECT_THAT(text, EndsWith("  line 19\n  ...\n"));
  const std::vector<std::string> shown = absl::StrSplit(text, '\n', absl::SkipEmpty());
  EXPECT_THAT(shown, SizeIs(22));
}

TEST(RenderAnswerTest, WhatTheServerHasCutIsMarked) {
  v1::FailureBody body = Body("{\"a\":\"\xc3");  // within a character
  body.set_truncated(true);
  EXPECT_THAT(RenderAnswer(body), EndsWith("  {\"a\":\"\xEF\xBF\xBD\n  ...\n"));
}

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

TEST(RenderProgressTest, StateAgeNextPollPollsAndStatus) {
  EXPECT_EQ(RenderProgress(RunningJob(), kNow, 80, Paint::kPlain),
            "RUNNING  3m12s  next poll in 4.2s  12 polls  Genesys: IN_PROGRESS");
}

TEST(RenderProgressTest, CountdownRunsDown) {
  const v1::Job job = RunningJob();
  EXPECT_THAT(RenderProgress(job, kNow + absl::Seconds(3), 80, Paint::kPlain),
              HasSubstr("next poll in 1.2s"));
  EXPECT_THAT(RenderProgress(job, kNow + absl::Seconds(5), 80, Paint::kPlain),
              HasSubstr("poll due"));
  EXPECT_THAT(RenderProgress(job, kNow - absl::Minutes(2), 80, Paint::kPlain),
              HasSubstr("next poll in 2m4s"));
}

TEST(RenderProgressTest, APollThatIsDueSaysWhatItWaitsFor) {
  const absl::Time due = kNow + absl::Seconds(5);
  v1::JobExplanation why;
  why.set_limit(v1::POLL_LIMIT_BUDGET);
  why.set_budget_left(2);
  why.set_budget_limit(300);
  EXPECT_EQ(RenderProgress(RunningJob(), due, 80, Paint::kPlain, "", &why),
            "RUNNING  3m17s  waiting for the request budget (2 of 300 left)  12 polls");
  EXPECT_TRUE(IsWaiting(RunningJob(), due));
  why.set_limit(v1::POLL_LIMIT_POLL_UNDER_WAY);
  EXPECT_THAT(RenderProgress(RunningJob(), due, 80, Paint::kPlain, "", &why),
              HasSubstr("  polling now  "));
  // What was asked a while ago does not count when the next poll is planned.
  EXPECT_THAT(RenderProgress(RunningJob(), kNow, 80, Paint::kPlain, "", &why),
              HasSubstr("  next poll in "));
  EXPECT_FALSE(IsWaiting(RunningJob(), kNow));
}

TEST(RenderProgressTest, AQueuedJobSaysWhatItWaitsFor) {
  v1::Job job = RunningJob();
  job.set_state(v1::JOB_STATE_QUEUED);
  job.clear_next_poll_time();
  EXPECT_TRUE(IsWaiting(job, kNow));
  EXPECT_THAT(RenderProgress(job, kNow, 80, Paint::kPlain),
              HasSubstr("  not accepted by Genesys Cloud yet  "));
  v1::JobExplanation why;
  why.set_limit(v1::POLL_LIMIT_DATA_AVAILABILITY);
  EXPECT_THAT(RenderProgress(job, kNow, 80, Paint::kPlain, "", &why),
              HasSubstr("waiting for the data of its interval"));
}

TEST(RenderProgressTest, ThrottlingTakesThePlaceOfTheNextPoll) {
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

TEST(RenderProgressTest, ARemarkStandsForTheNextPoll) {
  const std::string line =
      RenderProgress(RunningJob(), kNow, 80, Paint::kPlain, "connection lost, resuming");
  EXPECT_THAT(line, StartsWith("RUNNING  3m12s  connection lost, resuming"));
  EXPECT_THAT(line, Not(HasSubstr("next poll")));
}

TEST(RenderProgressTest, ColorWrapsTheStateOnly) {
  const std::string line = RenderProgress(RunningJob(), kNow, 80, Paint::kColor);
  EXPECT_THAT(line, StartsWith("\x1b[36mRUNNING\x1b[0m  3m12s"));
  EXPECT_THAT(line, EndsWith("IN_PROGRESS"));
}

TEST(RenderProgressTest, ATerminalJobHasNoNextPollAndItsFinalAge) {
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
      ToProto(MakeError(errors::kGenesysJobFailed, "no\n\x1b[31mstock"));
  EXPECT_THAT(RenderEvent(event, Paint::kPlain),
              EndsWith("GENESYS_JOB_FAILED: no\\n\\x1b[31mstock"));
}

}  // namespace
}  // namespace gcjobs
