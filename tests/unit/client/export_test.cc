#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "client/download/part_file.h"
#include "common/errors.h"
#include "tests/fakes/temp_dir.h"
#include "tests/unit/client/cli_test_base.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ExportTest : public CliTest {
 protected:
  ExportTest() { server_.jobs.submit_query.Return(MakeJob(v1::JOB_STATE_QUEUED)); }

  // As a process of its own: an interrupt is over at its end.
  int Export(std::vector<std::string> arguments = {"--last=24h"}) {
    Interrupt interrupt;
    io_.interrupt = running_ = &interrupt;
    arguments.insert(arguments.begin(), {"export", "--out=" + folder_.File("f")});
    const int code = Run(std::move(arguments));
    io_.interrupt = running_ = &interrupt_;
    return code;
  }

  void PlaySuccess() {
    server_.jobs.watch_job.Play({{Queued(), Running(), Succeeded()}, absl::OkStatus()});
  }
  void PlayEnd(v1::JobState state) {
    server_.jobs.watch_job.Play(
        {{Queued(), MakeEvent(20, 2, v1::JOB_STATE_QUEUED, state)}, absl::OkStatus()});
  }
  // Pages `first` to `last` of 3, one item each.
  void PlayPages(int first, int last, const absl::Status& end = absl::OkStatus()) {
    std::vector<v1::ResultPage> pages;
    for (int i = first; i <= last; ++i) {
      v1::ResultPage page;
      page.set_items_json(absl::StrCat("[", i, "]"));
      page.set_item_count(1);
      page.set_page_number(i);
      page.set_last(i == 3);
      if (i != 3) page.set_next_cursor(absl::StrCat("c", i));
      pages.push_back(page);
    }
    server_.jobs.read_results.Play({std::move(pages), end});
  }
  // A run that is interrupted after the first page.
  void LeaveInterrupted(const std::vector<std::string>& arguments = {"--last=24h"}) {
    PlaySuccess();
    PlayPages(1, 1, absl::UnavailableError("reset"));
    on_sleep_ = [this] { running_->Set(); };
    EXPECT_EQ(Export(arguments), 130);
    on_sleep_ = nullptr;
  }

  std::vector<v1::SubmitConversationQueryRequest> Submitted() const {
    return server_.jobs.submit_query.requests();
  }
  DownloadState SavedState() const {
    return ParseDownloadState(folder_.Read("f.part.state")).value_or(DownloadState());
  }

  TempDir folder_;
  Interrupt* running_ = &interrupt_;
};

TEST_F(ExportTest, SubmitsWaitsAndFetches) {
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export({"--last=24h", "--endpoint=jobs", "--label=a=b", "--filter=mediaType=voice"}),
            0);
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
  EXPECT_THAT(folder_.Names(), ElementsAre("f"));
  const v1::SubmitConversationQueryRequest sent = Submitted().at(0);
  EXPECT_EQ(sent.endpoint(), v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(sent.options().labels().at("a"), "b");
  EXPECT_THAT(sent.options().request_id(), StartsWith("cli-"));
  EXPECT_EQ(server_.jobs.read_results.requests().at(0).job_id(), kJobId);
  EXPECT_EQ(err(), absl::StrCat("job ", kJobId, "\n3 pages, 3 items, 6 bytes in 0.0s\n"));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(ExportTest, AnyKindOfJob) {
  server_.jobs.submit_job.Return(MakeJob(v1::JOB_STATE_QUEUED));
  PlaySuccess();
  PlayPages(1, 3);
  in_.str("{\"a\":1.10}");
  EXPECT_EQ(Export({"--kind=audits.query", "--body-file=-", "--path=x=y"}), 0);
  const v1::SubmitJobRequest sent = server_.jobs.submit_job.requests().at(0);
  EXPECT_EQ(sent.kind(), "audits.query");
  EXPECT_EQ(sent.body(), "{\"a\":1.10}");
  EXPECT_EQ(sent.path_parameters().at("x"), "y");
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
}

TEST_F(ExportTest, AnInterruptedDownloadGoesOnWithTheSameJob) {
  LeaveInterrupted();
  EXPECT_THAT(err(), HasSubstr("f.part has 1 page; to resume: run the same command again"));
  PlayPages(2, 3);
  EXPECT_EQ(Export(), 0);
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
  EXPECT_THAT(Submitted(), SizeIs(1));
  EXPECT_EQ(server_.jobs.read_results.requests().at(1).cursor(), "c1");
  EXPECT_THAT(err(), HasSubstr(absl::StrCat("resuming job ", kJobId, "\n")));
}

TEST_F(ExportTest, RelativeTimesCountFromTheFirstRun) {
  LeaveInterrupted({"--from=2d", "--to=1d"});
  clock_.Advance(absl::Hours(5));
  PlayPages(2, 3);
  EXPECT_EQ(Export({"--from=2d", "--to=1d"}), 0);
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
}

TEST_F(ExportTest, AnInterruptWhileTheJobRunsGoesOnWithIt) {
  server_.jobs.watch_job.Play({{Queued()}, absl::UnavailableError("reset")});
  on_sleep_ = [this] { running_->Set(); };
  EXPECT_EQ(Export(), 130);
  EXPECT_THAT(err(), HasSubstr("run the same command again to resume the same job"));
  EXPECT_THAT(err(), Not(HasSubstr("gcjobs watch")));
  on_sleep_ = nullptr;
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export(), 0);
  EXPECT_THAT(Submitted(), SizeIs(1));
}

TEST_F(ExportTest, ASubmissionWithoutAnAnswerIsSentAgainWithItsId) {
  server_.jobs.submit_query.FailOnce(absl::DeadlineExceededError("late"));
  EXPECT_EQ(Export(), 3);
  EXPECT_THAT(err(), HasSubstr("run the same command again to resume the same job"));
  EXPECT_THAT(SavedState().job_id, IsEmpty());
  clock_.Advance(absl::Hours(1));
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export(), 0);
  ASSERT_THAT(Submitted(), SizeIs(2));
  // All of it is the same, or the server would refuse the id.
  EXPECT_EQ(Submitted()[0].SerializeAsString(), Submitted()[1].SerializeAsString());
}

TEST_F(ExportTest, TheIdIsOnDiskBeforeItIsSent) {
  std::string id_on_disk;
  server_.jobs.submit_query.Handle(
      [&](const v1::SubmitConversationQueryRequest& request, v1::Job* job) {
        id_on_disk = SavedState().request_id;
        EXPECT_EQ(request.options().request_id(), id_on_disk);
        *job = MakeJob(v1::JOB_STATE_QUEUED);
        return absl::OkStatus();
      });
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export(), 0);
  EXPECT_THAT(id_on_disk, StartsWith("cli-"));
}

TEST_F(ExportTest, OtherOptionsAreRefused) {
  LeaveInterrupted();
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--last=23h"},
                                             {"--last=24h", "--filter=a=b"},
                                             {"--last=24h", "--endpoint=jobs"},
                                             {"--last=24h", "--label=a=b"},
                                             {"--last=24h", "--org=eu"},
                                             {"--last=24h", "--request-id=mine"},
                                             {"--query={}"},
                                             {"--kind=k"}}) {
    EXPECT_EQ(Export(arguments), 2) << ::testing::PrintToString(arguments);
  }
  EXPECT_THAT(err(), HasSubstr("f.part belongs to an export with other options"));
  EXPECT_THAT(err(), HasSubstr("hint: use --restart"));
  EXPECT_EQ(SavedState().pages, 1);
  EXPECT_THAT(Submitted(), SizeIs(1));
}

TEST_F(ExportTest, OptionsOfTheWayMayDiffer) {
  LeaveInterrupted();
  PlayPages(2, 3);
  EXPECT_EQ(Export({"--last=24h", "--wait=0", "--reconnect-for=1h", "--timeout=5s"}), 0);
}

TEST_F(ExportTest, RestartSubmitsAnew) {
  LeaveInterrupted();
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export({"--last=23h", "--restart"}), 0);
  EXPECT_THAT(Submitted(), SizeIs(2));
  EXPECT_NE(Submitted()[0].options().request_id(), Submitted()[1].options().request_id());
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
}

TEST_F(ExportTest, ARefusedSubmissionLeavesNothing) {
  server_.jobs.submit_query.Fail(MakeError(errors::kGenesysBadRequest, "bad interval"));
  EXPECT_EQ(Export(), 2);
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ExportTest, AJobThatFailsLeavesNothingAndItsExitCode) {
  PlayEnd(v1::JOB_STATE_FAILED);
  EXPECT_EQ(Export(), 1);
  EXPECT_THAT(err(), HasSubstr("failed"));
  EXPECT_THAT(folder_.Names(), IsEmpty());
  PlayEnd(v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(Export(), 1);
  EXPECT_NE(Submitted()[0].options().request_id(), Submitted()[1].options().request_id());
}

TEST_F(ExportTest, AnUnknownOutcomeIsNeverRepeatedByItself) {
  PlayEnd(v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_EQ(Export(), 6);
  PlayEnd(v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_EQ(Export(), 6);
  EXPECT_THAT(Submitted(), SizeIs(1));
  EXPECT_THAT(err(), HasSubstr("--restart"));
}

TEST_F(ExportTest, AJobWithoutResultsLeavesNothing) {
  PlaySuccess();
  PlayPages(1, 0, MakeError(errors::kNoResults, "none"));
  EXPECT_EQ(Export(), 1);
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ExportTest, AJobThatIsGoneIsSubmittedAnewByTheNextRun) {
  server_.jobs.submit_query.FailOnce(absl::DeadlineExceededError("late"));
  EXPECT_EQ(Export(), 3);
  server_.jobs.watch_job.Play({{}, MakeError(errors::kJobNotFound, "gone")});
  EXPECT_EQ(Export(), 5);
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ExportTest, ARefusedReaderKeepsTheJob) {
  PlaySuccess();
  PlayPages(1, 0, absl::UnauthenticatedError("bad token"));
  EXPECT_EQ(Export(), 4);
  EXPECT_EQ(SavedState().job_id, kJobId);
}

TEST_F(ExportTest, PartsOfGcjobsResultsAreNotTakenForOnesOwn) {
  PlayPages(1, 1, absl::PermissionDeniedError("no"));
  EXPECT_EQ(Run({"results", kJobId, "--out=" + folder_.File("f")}), 4);
  EXPECT_EQ(Export(), 2);
  EXPECT_THAT(err(), HasSubstr(absl::StrCat("f.part belongs to gcjobs results ", kJobId)));
}

TEST_F(ExportTest, ResultsOfItsJobMayGoOnInstead) {
  LeaveInterrupted();
  PlayPages(2, 3);
  EXPECT_EQ(Run({"results", kJobId, "--out=" + folder_.File("f")}), 0);
  EXPECT_EQ(folder_.Read("f"), "1\n2\n3\n");
}

TEST_F(ExportTest, AFileThatIsThereIsNotReplacedAndNothingSubmitted) {
  folder_.Write("f", "precious");
  EXPECT_EQ(Export(), 2);
  EXPECT_THAT(Submitted(), IsEmpty());
  EXPECT_THAT(folder_.Names(), ElementsAre("f"));
}

TEST_F(ExportTest, ATerminalShowsTheJobAndThenTheDownload) {
  io_.err_is_terminal = true;
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export(), 0);
  const size_t job = err().find("\r\x1b[KRUNNING  3m12s");
  const size_t download = err().find("0 pages  0 items");
  EXPECT_NE(job, std::string::npos);
  EXPECT_NE(download, std::string::npos);
  EXPECT_LT(job, download);
}

TEST_F(ExportTest, AScriptGetsTheSummaryAsJson) {
  PlaySuccess();
  PlayPages(1, 3);
  EXPECT_EQ(Export({"--last=24h", "-o", "json"}), 0);
  EXPECT_THAT(out(), HasSubstr("\"pages\":3,\"items\":3,\"bytes\":6"));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(ExportTest, Mistakes) {
  EXPECT_EQ(Run({"export", "--last=1h"}), 2);
  EXPECT_EQ(Run({"export", "--last=1h", "--out=-"}), 2);
  EXPECT_EQ(Export({}), 2);
  EXPECT_EQ(Export({"--last=1h", "--body={}"}), 2);
  EXPECT_EQ(Export({"--kind=k", "--last=1h"}), 2);
  EXPECT_EQ(Export({"--kind=k", "--body={}", "--endpoint=jobs"}), 2);
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

}  // namespace
}  // namespace gcjobs::testing
