#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "absl/strings/str_cat.h"

#include "client/download/part_file.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "tests/fakes/temp_dir.h"
#include "tests/unit/client/cli_test_base.h"

// `gcjobs results` over a real connection that breaks in every way.
namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Page N of LAST: the items N.0 and {"page":N}.
v1::ResultPage Page(int number, int last) {
  v1::ResultPage page;
  page.set_items_json(absl::StrCat("[", number, ".0,{\"page\":", number, "}]"));
  page.set_item_count(2);
  page.set_page_number(number);
  page.set_last(number == last);
  if (number != last) page.set_next_cursor(absl::StrCat("c", number));
  return page;
}

std::string Lines(int first, int last) {
  std::string lines;
  for (int i = first; i <= last; ++i) absl::StrAppend(&lines, i, ".0\n{\"page\":", i, "}\n");
  return lines;
}

class ResultsTest : public CliTest {
 protected:
  // A stream of pages `first` to `last` of `total`, that ends so or stays open.
  void Play(int first, int last, int total, std::optional<absl::Status> end = absl::OkStatus()) {
    std::vector<v1::ResultPage> pages;
    for (int i = first; i <= last; ++i) pages.push_back(Page(i, total));
    server_.jobs.read_results.Play({std::move(pages), std::move(end)});
  }

  int Results(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"results", kJobId});
    return Run(std::move(arguments));
  }
  std::string Out() const { return "--out=" + folder_.File("f"); }

  std::vector<std::string> Cursors() const {
    std::vector<std::string> cursors;
    for (const auto& request : server_.jobs.read_results.requests()) {
      cursors.push_back(request.cursor());
    }
    return cursors;
  }

  std::string HowToResume(const std::string& pages) const {
    const std::string file = folder_.File("f");
    return absl::StrCat(file, ".part has ", pages, "; to resume: gcjobs results ", kJobId,
                        " --out ", file);
  }

  DownloadState SavedState() const {
    return ParseDownloadState(folder_.Read("f.part.state")).value_or(DownloadState());
  }

  TempDir folder_;
};

TEST_F(ResultsTest, OneItemALineOnStdout) {
  Play(1, 3, 3);
  EXPECT_EQ(Results(), 0);
  EXPECT_EQ(out(), Lines(1, 3));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(ResultsTest, StdoutMayBeSaid) {
  Play(1, 1, 1);
  EXPECT_EQ(Results({"--stdout"}), 0);
  Play(1, 1, 1);
  EXPECT_EQ(Results({"--out=-"}), 0);
  EXPECT_EQ(out(), Lines(1, 1) + Lines(1, 1));
}

TEST_F(ResultsTest, OnePageALine) {
  v1::ResultPage page = Page(1, 1);
  page.set_items_json("[1.10,\n 2]\n");
  server_.jobs.read_results.Play({{page}, absl::OkStatus()});
  EXPECT_EQ(Results({"--pages"}), 0);
  EXPECT_EQ(out(), "[1.10, 2]\n");
}

TEST_F(ResultsTest, JsonIsAMessageALine) {
  Play(1, 2, 2);
  EXPECT_EQ(Results({"-o", "json"}), 0);
  EXPECT_EQ(out(),
            "{\"items_json\":\"[1.0,{\\\"page\\\":1}]\",\"item_count\":2,\"page_number\":1,"
            "\"next_cursor\":\"c1\"}\n"
            "{\"items_json\":\"[2.0,{\\\"page\\\":2}]\",\"item_count\":2,\"page_number\":2,"
            "\"last\":true}\n");
}

TEST_F(ResultsTest, CursorAndPageSizeReachTheServer) {
  Play(5, 6, 6);
  EXPECT_EQ(Results({"--cursor=c4", "--page-size=77"}), 0);
  EXPECT_THAT(Cursors(), ElementsAre("c4"));
  EXPECT_EQ(server_.jobs.read_results.requests().at(0).page_size(), 77);
  EXPECT_EQ(out(), Lines(5, 6));
}

TEST_F(ResultsTest, AClosedPipeEndsQuietly) {
  Play(1, 2, 9, std::nullopt);
  out_.set_on_flush([this] { out_.setstate(std::ios::badbit); });
  EXPECT_EQ(Results(), 0);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(ResultsTest, StdoutGoesOnAfterABreakWithoutARepeat) {
  Play(1, 2, 4, absl::UnavailableError("reset"));
  Play(3, 4, 4);
  EXPECT_EQ(Results(), 0);
  EXPECT_EQ(out(), Lines(1, 4));
  EXPECT_THAT(Cursors(), ElementsAre("", "c2"));
}

TEST_F(ResultsTest, StdoutThatBreaksOffSaysHowToResume) {
  Play(1, 2, 4, absl::PermissionDeniedError("no more"));
  EXPECT_EQ(Results(), 4);
  EXPECT_THAT(err(), HasSubstr(absl::StrCat("gcjobs results ", kJobId, " --cursor c2")));
}

TEST_F(ResultsTest, AnInterruptOfStdoutSaysHowToResume) {
  Play(1, 2, 4, std::nullopt);
  out_.set_on_flush([this] {
    if (out() == Lines(1, 2)) interrupt_.Set();
  });
  EXPECT_EQ(Results(), 130);
  EXPECT_THAT(err(), HasSubstr("--cursor c2\n"));
}

TEST_F(ResultsTest, ATerminalsOutputIsNotMixedWithProgress) {
  io_.out_is_terminal = io_.err_is_terminal = true;
  Play(1, 1, 1);
  EXPECT_EQ(Results(), 0);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(ResultsTest, APipeHasItsProgressOnATerminal) {
  io_.err_is_terminal = true;
  Play(1, 1, 1);
  EXPECT_EQ(Results(), 0);
  EXPECT_EQ(out(), Lines(1, 1));
  EXPECT_THAT(err(), HasSubstr("\x1b[?25l"));
  EXPECT_THAT(err(), EndsWith("\x1b[?25h1 page, 2 items, 15 bytes in 0.0s\n"));
}

TEST_F(ResultsTest, AFileIsWholeAndAlone) {
  Play(1, 3, 3);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 3));
  EXPECT_THAT(folder_.Names(), ElementsAre("f"));
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(err(), "3 pages, 6 items, 45 bytes in 0.0s\n");
}

TEST_F(ResultsTest, AFileWithoutItems) {
  v1::ResultPage page;
  page.set_items_json("[]");
  page.set_page_number(1);
  page.set_last(true);
  server_.jobs.read_results.Play({{page}, absl::OkStatus()});
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), "");
  EXPECT_THAT(folder_.Names(), ElementsAre("f"));
}

TEST_F(ResultsTest, AScriptGetsTheSummaryAsJson) {
  Play(1, 1, 1);
  EXPECT_EQ(Results({Out(), "-o", "json"}), 0);
  EXPECT_EQ(out(), absl::StrCat("{\"job_id\":\"", kJobId, "\",\"file\":\"", folder_.File("f"),
                                "\",\"pages\":1,\"items\":2,\"bytes\":15,\"seconds\":0.0}\n"));
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(ResultsTest, AMessageLargerThanGrpcsUsualLimit) {
  const std::string item = "{\"text\":\"" + std::string(5 << 20, 'x') + "\"}";
  v1::ResultPage page = Page(1, 1);
  page.set_items_json("[" + item + "]");
  page.set_item_count(1);
  server_.jobs.read_results.Play({{page}, absl::OkStatus()});
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_TRUE(folder_.Read("f") == item + "\n");
}

TEST_F(ResultsTest, ARestartOfTheServerIsBridged) {
  Play(1, 2, 4, std::nullopt);
  Play(3, 4, 4);
  out_.set_on_flush([this] {
    if (out() == Lines(1, 2)) server_.Stop();
  });
  on_sleep_ = [this] {
    if (sleeps_.size() == 3) server_.Start();
  };
  EXPECT_EQ(Results(), 0);
  EXPECT_EQ(out(), Lines(1, 4));
  EXPECT_EQ(Count(err(), "connection lost after page 2, resuming from there"), 1) << err();
}

class BrokenResultsTest : public ResultsTest,
                          public ::testing::WithParamInterface<absl::StatusCode> {};

TEST_P(BrokenResultsTest, GoOnFromTheLastPagesCursor) {
  Play(1, 1, 4, absl::Status(GetParam(), "broken"));
  Play(2, 1, 4, absl::Status(GetParam(), "broken"));
  Play(2, 3, 4, absl::Status(GetParam(), "broken"));
  Play(4, 4, 4);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 4));
  EXPECT_THAT(Cursors(), ElementsAre("", "c1", "c1", "c3"));
}

INSTANTIATE_TEST_SUITE_P(All, BrokenResultsTest,
                         ::testing::Values(absl::StatusCode::kUnavailable,
                                           absl::StatusCode::kCancelled,
                                           absl::StatusCode::kInternal, absl::StatusCode::kUnknown,
                                           absl::StatusCode::kAborted,
                                           absl::StatusCode::kDeadlineExceeded));

TEST_F(ResultsTest, AThrottledReaderComesBackWhenItIsTold) {
  absl::Status throttled = MakeError(errors::kGenesysRateLimited, "throttled");
  SetRetryDelay(&throttled, absl::Seconds(7));
  Play(1, 1, 2, throttled);
  Play(2, 2, 2);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_THAT(sleeps_, ElementsAre(absl::Seconds(7)));
  EXPECT_EQ(folder_.Read("f"), Lines(1, 2));
}

TEST_F(ResultsTest, WhatIsRefusedForGoodIsNotTriedAgain) {
  Play(1, 1, 3, MakeError(errors::kGenesysBadResponse, "empty pages"));
  EXPECT_EQ(Results({Out()}), 1);
  EXPECT_THAT(sleeps_, IsEmpty());
  EXPECT_EQ(SavedState().pages, 1);
}

TEST_F(ResultsTest, ExpiredResultsSayWhatToDo) {
  Play(1, 0, 3, MakeError(errors::kGenesysResultExpired, "gone"));
  EXPECT_EQ(Results({Out()}), 5);
  EXPECT_THAT(err(), HasSubstr("hint: Genesys Cloud no longer keeps the results"));
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ResultsTest, AJobThatHasNotEndedSaysHowToWait) {
  Play(1, 0, 3, MakeError(errors::kJobNotFinished, "runs", {{"job_id", "j"}}));
  EXPECT_EQ(Results({Out()}), 1);
  EXPECT_THAT(err(), HasSubstr("Watch the job until it ends"));
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ResultsTest, AStreamThatEndsBeforeTheLastPageIsResumed) {
  Play(1, 2, 3);
  Play(3, 3, 3);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 3));
}

TEST_F(ResultsTest, AnErrorAfterTheLastPageChangesNothing) {
  Play(1, 2, 2, absl::UnavailableError("draining"));
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 2));
}

TEST_F(ResultsTest, APageTwiceIsALossAndNotWritten) {
  Play(1, 2, 3, absl::UnavailableError("reset"));
  Play(2, 3, 3);
  EXPECT_EQ(Results({Out()}), 1);
  EXPECT_THAT(err(), HasSubstr("the server sent page 2 where page 3 was due"));
  EXPECT_EQ(folder_.Read("f.part"), Lines(1, 2));
}

TEST_F(ResultsTest, APageLeftOutIsALoss) {
  Play(2, 3, 3);
  EXPECT_EQ(Results(), 1);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(ResultsTest, APageWithoutAWayOnIsALoss) {
  v1::ResultPage page = Page(1, 2);
  page.clear_next_cursor();
  server_.jobs.read_results.Play({{page}, absl::UnavailableError("reset")});
  EXPECT_EQ(Results(), 1);
  EXPECT_THAT(err(), HasSubstr("page 1 is not the last and has no cursor"));
}

TEST_F(ResultsTest, AServerThatIsNotThereIsUnreachable) {
  server_.Stop();
  EXPECT_EQ(Results({Out()}), 3);
  EXPECT_THAT(sleeps_, SizeIs(2));
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

TEST_F(ResultsTest, GivesUpAfterReconnectForAndStaysResumable) {
  Play(1, 2, 4, absl::UnavailableError("reset"));
  for (int i = 0; i < 100; ++i) Play(3, 2, 4, absl::UnavailableError("reset"));
  EXPECT_EQ(Results({Out(), "--reconnect-for=20s"}), 3);
  EXPECT_THAT(err(), HasSubstr(HowToResume("2 pages")));
  EXPECT_EQ(SavedState().pages, 2);
}

class ResumedResultsTest : public ResultsTest {
 protected:
  // A run that was interrupted after two of four pages.
  void SetUp() override {
    Play(1, 2, 4, absl::UnavailableError("reset"));
    on_sleep_ = [this] { interrupt_.Set(); };
    EXPECT_EQ(Results({Out()}), 130);
    on_sleep_ = nullptr;
    interrupted_err_ = err();
  }
  // As a new process.
  int Again(std::vector<std::string> arguments = {}) {
    Interrupt fresh;
    io_.interrupt = &fresh;
    arguments.push_back(Out());
    const int code = Results(arguments);
    io_.interrupt = &interrupt_;
    return code;
  }

  std::string interrupted_err_;
};

TEST_F(ResumedResultsTest, TheInterruptedRunSaysHowToResume) {
  EXPECT_THAT(interrupted_err_, HasSubstr(HowToResume("2 pages") + "\n"));
  EXPECT_FALSE(folder_.Exists("f"));
  EXPECT_EQ(SavedState().next_cursor, "c2");
}

TEST_F(ResumedResultsTest, ResumesByItself) {
  Play(3, 4, 4);
  EXPECT_EQ(Again(), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 4));
  EXPECT_THAT(folder_.Names(), ElementsAre("f"));
  EXPECT_THAT(Cursors(), ElementsAre("", "c2"));
  EXPECT_THAT(err(), HasSubstr("resuming after page 2\n"));
  EXPECT_THAT(err(), HasSubstr("4 pages, 8 items, 60 bytes; the last 2 pages in"));
}

TEST_F(ResumedResultsTest, WhatWasWrittenBeyondTheStateIsCut) {
  folder_.Write("f.part", Lines(1, 2) + Lines(3, 3) + "4.");
  Play(3, 4, 4);
  EXPECT_EQ(Again(), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 4));
}

TEST_F(ResumedResultsTest, APartThatWasCutIsRefused) {
  std::filesystem::resize_file(folder_.File("f.part"), 5);
  EXPECT_EQ(Again(), 1);
  EXPECT_THAT(err(), HasSubstr("is too short"));
  EXPECT_THAT(err(), HasSubstr("hint: use --restart"));
}

TEST_F(ResumedResultsTest, WithoutItsStateItIsRefused) {
  folder_.Remove("f.part.state");
  EXPECT_EQ(Again(), 1);
  EXPECT_THAT(err(), HasSubstr("hint: use --restart"));
}

TEST_F(ResumedResultsTest, AnotherJobIsRefused) {
  Interrupt fresh;
  io_.interrupt = &fresh;
  EXPECT_EQ(Run({"results", "other", Out()}), 2);
  io_.interrupt = &interrupt_;
  EXPECT_THAT(err(), HasSubstr(absl::StrCat("f.part belongs to job ", kJobId)));
  EXPECT_EQ(SavedState().pages, 2);
}

TEST_F(ResumedResultsTest, RestartStartsAnew) {
  folder_.Remove("f.part.state");
  Play(1, 4, 4);
  EXPECT_EQ(Again({"--restart"}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 4));
  EXPECT_THAT(Cursors(), ElementsAre("", ""));
}

TEST_F(ResumedResultsTest, StoppedJustBeforeTheEnd) {
  DownloadState state = SavedState();
  state.complete = true;
  folder_.Write("f.part.state", ToJson(state));
  EXPECT_EQ(Again(), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 2));
  EXPECT_THAT(Cursors(), ElementsAre(""));  // the server was not asked again
}

TEST_F(ResultsTest, AFileThatIsThereIsNotReplaced) {
  folder_.Write("f", "precious");
  EXPECT_EQ(Results({Out()}), 2);
  EXPECT_THAT(err(), HasSubstr("hint: use --overwrite"));
  EXPECT_EQ(folder_.Read("f"), "precious");
  Play(1, 1, 1);
  EXPECT_EQ(Results({Out(), "--overwrite"}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 1));
}

// No file of this process may grow beyond this, as on a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(ResultsTest, AFullDiskLeavesWhatALaterRunGoesOnFrom) {
  v1::ResultPage large = Page(2, 2);
  large.set_items_json("[\"" + std::string(4 << 20, 'x') + "\",2]");
  server_.jobs.read_results.Play({{Page(1, 2), large}, absl::OkStatus()});
  {
    const FileSizeLimit limit(3 << 20);
    EXPECT_EQ(Results({Out()}), 1);
  }
  EXPECT_THAT(err(), HasSubstr("f.part: File too large"));
  EXPECT_THAT(err(), HasSubstr(HowToResume("1 page")));
  EXPECT_EQ(SavedState().pages, 1);
  Play(2, 2, 2);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_EQ(folder_.Read("f"), Lines(1, 2));
}

TEST_F(ResultsTest, AFolderThatIsNotThereIsAUsageError) {
  EXPECT_EQ(Results({"--out=" + folder_.File("no/f")}), 2);
  EXPECT_THAT(err(), HasSubstr("No such file or directory"));
}

TEST_F(ResultsTest, ATerminalShowsProgressAndIsRestored) {
  io_.err_is_terminal = true;
  Play(1, 2, 2);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_THAT(err(), HasSubstr("\x1b[?25l\r\x1b[K[====        ]  0 pages"));
  EXPECT_THAT(err(), EndsWith("\x1b[?25h2 pages, 4 items, 30 bytes in 0.0s\n"));
}

TEST_F(ResultsTest, AnInterruptedTerminalIsRestored) {
  io_.err_is_terminal = true;
  Play(1, 1, 2, absl::UnavailableError("reset"));
  err_.WhenHolds("connection lost", [this] { interrupt_.Set(); });
  EXPECT_EQ(Results({Out()}), 130);
  EXPECT_THAT(err(), HasSubstr("\x1b[?25h"));
  EXPECT_THAT(err(), HasSubstr("\x1b[?25hgcjobs: interrupted\nhint: "));
}

TEST_F(ResultsTest, NoColorWithoutBeingAsked) {
  io_.err_is_terminal = true;
  Play(1, 1, 1);
  EXPECT_EQ(Results({Out()}), 0);
  EXPECT_THAT(err(), Not(HasSubstr("\x1b[36m")));
}

TEST_F(ResultsTest, OptionsThatDoNotGoTogether) {
  EXPECT_EQ(Results({Out(), "--stdout"}), 2);
  EXPECT_EQ(Results({Out(), "--pages"}), 2);
  EXPECT_EQ(Results({Out(), "--cursor=c"}), 2);
  EXPECT_EQ(Results({"--restart"}), 2);
  EXPECT_EQ(Results({"--overwrite"}), 2);
  EXPECT_EQ(Results({"--reconnect-for=1"}), 2);
  EXPECT_THAT(server_.jobs.read_results.requests(), IsEmpty());
  EXPECT_THAT(folder_.Names(), IsEmpty());
}

}  // namespace
}  // namespace gcjobs::testing
