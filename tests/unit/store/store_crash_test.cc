// A process that commits is killed; what it was promised must be there.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "server/store/sqlite_handle.h"
#include "server/store/sqlite_store.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::IsEmpty;
using testing::IsError;
using testing::IsOk;

// A run of store_crash_child, with its standard output.
class Child {
 public:
  Child(const std::string& dir, int count, const std::string& failpoint = "") {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    const std::string count_text = absl::StrCat(count);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      setenv("GCJOBS_FAILPOINT", failpoint.c_str(), 1);
      execl(GCJOBS_STORE_CRASH_CHILD, "store_crash_child", dir.c_str(), count_text.c_str(),
            nullptr);
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    Kill();
    Wait();
    close(output_);
  }

  // Reads at least so many bytes of what it says; less only when it has ended.
  void ReadOutput(size_t at_least) {
    char buffer[65536];
    while (text_.size() < at_least) {
      const ssize_t got = read(output_, buffer, sizeof(buffer));
      if (got <= 0) return;
      text_.append(buffer, got);
    }
  }

  void Kill() {
    if (!status_) kill(pid_, SIGKILL);
  }

  // Waits for its end: the exit status as waitpid gives it.
  int Wait() {
    if (!status_) {
      int status = 0;
      waitpid(pid_, &status, 0);
      status_ = status;
    }
    return *status_;
  }

  // Job ids and revisions of which it said that they are durable.
  std::vector<std::pair<std::string, int64_t>> Acknowledged() {
    ReadOutput(SIZE_MAX);
    std::vector<std::pair<std::string, int64_t>> acknowledged;
    for (const absl::string_view line : absl::StrSplit(text_, '\n', absl::SkipEmpty())) {
      const std::pair<std::string, std::string> parts = absl::StrSplit(line, ' ');
      int64_t revision = 0;
      EXPECT_TRUE(absl::SimpleAtoi(parts.second, &revision)) << line;
      acknowledged.emplace_back(parts.first, revision);
    }
    return acknowledged;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string text_;
  std::optional<int> status_;
};

absl::StatusOr<std::unique_ptr<SqliteStore>> OpenStore(const std::string& dir) {
  SqliteStore::Options options;
  options.data_dir = dir;
  options.writer = SqliteStore::Writer::kTestOnlyByHand;
  return SqliteStore::Open(std::move(options));
}

// The file is sound, revisions have no gap, and each job has its event.
void ExpectSound(const std::string& dir, StoreReader& store) {
  const auto handle =
      SqliteHandle::Open(absl::StrCat(dir, "/gcjobs.db"), SqliteHandle::Access::kReadOnly);
  EXPECT_EQ(*(*handle)->ReadText("PRAGMA quick_check"), "ok");
  EXPECT_EQ(*(*handle)->ReadInt("SELECT count(*) FROM jobs LEFT JOIN submissions USING (job_id)"
                                " LEFT JOIN events ON events.job_id = jobs.job_id"
                                " AND events.revision = jobs.revision"
                                " WHERE submission IS NULL OR event IS NULL"),
            0);
  const auto range = store.GetRevisionRange();
  ASSERT_THAT(range, IsOk());
  EXPECT_EQ(*(*handle)->ReadInt(
                absl::StrCat("SELECT count(*) FROM events WHERE revision >= ", range->oldest)),
            range->head - range->oldest + 1);
}

void ExpectAllThere(const std::vector<std::pair<std::string, int64_t>>& acknowledged,
                    StoreReader& store) {
  for (const auto& [id, revision] : acknowledged) {
    const auto job = store.GetJob(id);
    ASSERT_THAT(job, IsOk()) << id << " was acknowledged";
    ASSERT_EQ(job->job().revision(), revision);
  }
}

TEST(StoreCrashTest, KillInMidCommitLosesNothingAcknowledged) {
  const testing::TempDir temp;
  for (const size_t bytes : {size_t{1}, size_t{5000}, size_t{60000}}) {
    const std::string dir = temp.File(absl::StrCat("after-", bytes));
    Child child(dir, 1000000);
    child.ReadOutput(bytes);
    child.Kill();
    EXPECT_TRUE(WIFSIGNALED(child.Wait()));
    const auto acknowledged = child.Acknowledged();

    const auto store = OpenStore(dir);

    ASSERT_THAT(store, IsOk());
    EXPECT_FALSE(acknowledged.empty());
    const auto reader = *(*store)->OpenReader();
    ExpectAllThere(acknowledged, *reader);
    ExpectSound(dir, *reader);
  }
}

#ifdef GCJOBS_FAILPOINTS

constexpr int kJobs = 40;

// A crash of a child at a failpoint, and the store as it then is.
class Crash {
 public:
  explicit Crash(const std::string& failpoint) : child_(temp_.path(), kJobs, failpoint) {
    acknowledged_ = child_.Acknowledged();
    const int status = child_.Wait();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "never came to " << failpoint;
    auto store = OpenStore(temp_.path());
    EXPECT_THAT(store, IsOk());
    store_ = *std::move(store);
    reader_ = *store_->OpenReader();
    ExpectSound(temp_.path(), *reader_);
  }

  StoreReader& store() const { return *reader_; }
  const std::vector<std::pair<std::string, int64_t>>& acknowledged() const { return acknowledged_; }

 private:
  const testing::TempDir temp_;
  Child child_;
  std::vector<std::pair<std::string, int64_t>> acknowledged_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<StoreReader> reader_;
};

TEST(StoreCrashTest, CrashBeforeTheFirstCommitLeavesNothing) {
  const Crash crash("store.before_commit");

  EXPECT_THAT(crash.acknowledged(), IsEmpty());
  EXPECT_EQ(crash.store().GetRevisionRange()->head, 0);
}

TEST(StoreCrashTest, CrashAfterTheCommitKeepsWhatNobodyWasTold) {
  const Crash crash("store.after_commit");

  EXPECT_THAT(crash.acknowledged(), IsEmpty());
  EXPECT_GE(crash.store().GetRevisionRange()->head, 1);
  EXPECT_THAT(crash.store().GetJob("job-00000000"), IsOk());
}

TEST(StoreCrashTest, CrashInALaterCommitKeepsTheEarlierOnes) {
  const Crash crash("store.before_commit:2");

  EXPECT_FALSE(crash.acknowledged().empty());
  ExpectAllThere(crash.acknowledged(), crash.store());
  EXPECT_EQ(crash.store().GetRevisionRange()->head,
            static_cast<int64_t>(crash.acknowledged().size()));
}

TEST(StoreCrashTest, CrashInATrimLeavesEveryEvent) {
  const Crash crash("store.trim");

  EXPECT_EQ(crash.store().GetRevisionRange()->oldest, 1);
  EXPECT_THAT(crash.store().ReadEvents(0, {}), IsOk());
}

TEST(StoreCrashTest, CrashWhileTheSchemaIsMadeLeavesAnEmptyFileThatOpens) {
  const Crash crash("store.create_schema");

  EXPECT_EQ(crash.store().GetRevisionRange()->head, 0);
}

TEST(StoreCrashTest, CrashBeforeACheckpointLosesNothingAcknowledged) {
  const testing::TempDir temp;
  Child child(temp.path(), 1000000, "store.checkpoint:2");
  const auto acknowledged = child.Acknowledged();
  EXPECT_TRUE(WIFSIGNALED(child.Wait()));

  const auto store = OpenStore(temp.path());

  ASSERT_THAT(store, IsOk());
  EXPECT_FALSE(acknowledged.empty());
  const auto reader = *(*store)->OpenReader();
  ExpectAllThere(acknowledged, *reader);
  ExpectSound(temp.path(), *reader);
}

#endif  // GCJOBS_FAILPOINTS

}  // namespace
}  // namespace gcjobs
