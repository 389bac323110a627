#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Results into a file: whole or resumable, never in between, whoever dies.

namespace gcjobs {
namespace {

namespace fs = std::filesystem;

using ::gcjobs::testing::Binary;
using ::gcjobs::testing::ChildProcess;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;

constexpr int kPages = 60;

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class CliExportTest : public ::testing::Test {
 protected:
  CliExportTest() : file_(system_.data_dir() + "/export.ndjson"), part_(file_ + ".part") {}

  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    ChildProcess::Options options;
    options.argv = {Binary("gcjobs")};
    for (std::string& argument : arguments) options.argv.push_back(std::move(argument));
    options.environment = {{"GCJOBS_SERVER", system_.address()}};
    return std::make_unique<ChildProcess>(options);
  }

  int Run(std::vector<std::string> arguments) {
    const auto child = Start(std::move(arguments));
    const int code = child->Wait();
    errors_ = child->errors();
    return code;
  }

  // A finished query of kPages pages whose items are in `items_`.
  void FinishQuery() {
    const auto job = system_.Submit(SteeredQuery(
        v1::QUERY_ENDPOINT_JOBS,
        absl::StrCat(R"({"queued":"0s","duration":"0s","itemsPerPage":20,"pageBytes":50000,)",
                     R"("pages":)", kPages, "}")));
    ASSERT_THAT(job, IsOk());
    job_id_ = job->id();
    ASSERT_EQ(system_.AwaitEnd(job_id_).state(), v1::JOB_STATE_SUCCEEDED);
    items_ = system_.ReadResults(job_id_).items();
  }

  // Pages take a while from now on, so that there is a middle.
  void SlowDown() {
    system_.simulator().AddFault(
        R"({"method":"GET","route":"**/results","when":"before","delay":"40ms","count":100000})");
  }

  // Waits until a good part of the file is there.
  void AwaitMiddle(ChildProcess* child) {
    std::error_code ignored;
    while (!child->HasEnded()) {
      const auto size = fs::exists(part_) ? fs::file_size(part_, ignored) : 0;
      if (size > items_.size() / 3 && size < items_.size()) return;
    }
    FAIL() << "ended before it was in the middle: " << child->errors();
  }

  void ExpectWholeFile() {
    EXPECT_TRUE(Read(file_) == items_) << "the file differs";
    EXPECT_FALSE(fs::exists(part_));
    EXPECT_FALSE(fs::exists(part_ + ".state"));
  }

  System system_;
  const std::string file_;
  const std::string part_;
  std::string job_id_;
  std::string items_;
  std::string errors_;
};

TEST_F(CliExportTest, ResultsGoIntoAFile) {
  FinishQuery();
  EXPECT_EQ(Run({"results", job_id_, "--out", file_}), 0) << errors_;
  ExpectWholeFile();
  EXPECT_THAT(errors_, HasSubstr("60 pages"));
}

TEST_F(CliExportTest, ResultsGoIntoAPipe) {
  FinishQuery();
  const auto child = Start({"results", job_id_, "--stdout"});
  EXPECT_EQ(child->Wait(), 0) << child->errors();
  EXPECT_TRUE(child->output() == items_);
}

TEST_F(CliExportTest, AKilledReaderGoesOnWhereItStood) {
  FinishQuery();
  SlowDown();
  const auto child = Start({"results", job_id_, "--out", file_});
  AwaitMiddle(child.get());
  child->Kill(SIGKILL);
  child->Wait();
  EXPECT_FALSE(fs::exists(file_)) << "what is not whole must not look whole";
  EXPECT_EQ(Run({"results", job_id_, "--out", file_}), 0) << errors_;
  ExpectWholeFile();
}

TEST_F(CliExportTest, AKilledServerIsWaitedFor) {
  FinishQuery();
  SlowDown();
  const auto child = Start({"results", job_id_, "--out", file_});
  AwaitMiddle(child.get());
  system_.RestartServer();
  EXPECT_EQ(child->Wait(), 0) << child->errors();
  ExpectWholeFile();
}

TEST_F(CliExportTest, BothKilledAndStartedAgainGiveTheSameBytes) {
  FinishQuery();
  SlowDown();
  const auto child = Start({"results", job_id_, "--out", file_});
  AwaitMiddle(child.get());
  child->Kill(SIGKILL);
  system_.KillServer();
  child->Wait();
  system_.StartServer();
  EXPECT_EQ(Run({"results", job_id_, "--out", file_}), 0) << errors_;
  ExpectWholeFile();
}

TEST_F(CliExportTest, AnInterruptSaysHowToGoOn) {
  FinishQuery();
  SlowDown();
  const auto child = Start({"results", job_id_, "--out", file_});
  AwaitMiddle(child.get());
  child->Kill(SIGINT);
  EXPECT_EQ(child->Wait(), 130);
  EXPECT_THAT(child->errors(), HasSubstr(job_id_));
  EXPECT_EQ(Run({"results", job_id_, "--out", file_}), 0) << errors_;
  ExpectWholeFile();
}

class CliExportCommandTest : public CliExportTest {
 protected:
  std::vector<std::string> Export() const {
    return {"export",
            "--out",
            file_,
            "--endpoint",
            "jobs",
            "--query",
            R"({"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z","$sim":{"queued":"0s",)"
            R"("duration":"500ms","pages":30,"itemsPerPage":10,"pageBytes":50000}})"};
  }
};

TEST_F(CliExportCommandTest, SubmitsWaitsAndDownloads) {
  EXPECT_EQ(Run(Export()), 0) << errors_;
  EXPECT_EQ(system_.simulator().Submissions().size(), 1u);
  const std::string file = Read(file_);
  EXPECT_EQ(std::count(file.begin(), file.end(), '\n'), 300);
}

TEST_F(CliExportCommandTest, KilledAnywhereItNeverSubmitsTwice) {
  SlowDown();
  system_.simulator().AddFault(
      R"({"method":"POST","route":"**/details/jobs","when":"after","delay":"500ms"})");
  // Killed while the submission is under way, while the job runs, while pages
  // come: each time the same command goes on.
  const auto submitting = Start(Export());
  while (system_.simulator().Submissions().empty()) ASSERT_FALSE(submitting->HasEnded());
  submitting->Kill(SIGKILL);
  submitting->Wait();

  const auto downloading = Start(Export());
  while (!fs::exists(part_) || fs::file_size(part_) < 200'000) {
    ASSERT_FALSE(downloading->HasEnded()) << downloading->errors();
  }
  downloading->Kill(SIGKILL);
  downloading->Wait();

  EXPECT_EQ(Run(Export()), 0) << errors_;
  EXPECT_EQ(system_.simulator().Submissions().size(), 1u);
  const std::string file = Read(file_);
  EXPECT_EQ(std::count(file.begin(), file.end(), '\n'), 300);
}

}  // namespace
}  // namespace gcjobs
