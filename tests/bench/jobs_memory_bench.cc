// What a live job costs in memory: 100,000 jobs that wait for their next poll,
// once right after their submission and once after a restart. Counts what is
// allocated and what of it is resident, both without what the store's engine
// holds (its page cache has a bound of its own). Run a release build: it makes a
// store of some 100 MB in the current directory.

#include <malloc.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "common/job_id.h"
#include "common/metrics.h"
#include "common/time_conversion.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/orchestrator.h"
#include "server/net/event_loop.h"
#include "server/scheduler/poll_scheduler.h"
#include "server/store/reader_pool.h"
#include "server/store/sqlite_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_genesys_client.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::gcjobs::testing::FakeGenesysClient;

// Fewer than may be QUEUED in one organisation.
constexpr int kJobsAtOnce = 5000;

// Without mapped files, such as the store's own.
int64_t ResidentBytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "RssAnon:") {
  }
  int64_t kib = 0;
  status >> kib;
  return kib * 1024;
}

struct Memory {
  int64_t allocated = 0;
  int64_t resident = 0;

  static Memory Now() {
    malloc_trim(0);
    const struct mallinfo2 info = mallinfo2();
    const int64_t engine = sqlite3_memory_used();
    return {static_cast<int64_t>(info.uordblks + info.hblkhd) - engine, ResidentBytes() - engine};
  }
};

void Report(const char* when, int jobs, const Memory& before) {
  const Memory now = Memory::Now();
  std::printf("%-18s %7.0f bytes allocated, %7.0f resident, for each of %d live jobs\n", when,
              static_cast<double>(now.allocated - before.allocated) / jobs,
              static_cast<double>(now.resident - before.resident) / jobs, jobs);
}

// One life of the server's jobs, over a store that outlives it.
class Life {
 public:
  explicit Life(Store* store)
      : readers_(*ReaderPool::Start(store, {/*threads=*/0})),
        loop_(&clock_, nullptr),
        client_(&loop_),
        scheduler_(PollScheduler::Options(), &budget_, &book_, random_, clock_.MonotonicNow()),
        org_{"acme", &client_, &scheduler_} {
    std::vector<std::unique_ptr<JobKind>> kinds;
    kinds.push_back(MakeAsyncActionKind());
    kinds_ = std::make_unique<JobKindRegistry>(std::move(kinds));
    Orchestrator::Deps with;
    with.loop = &loop_;
    with.store = store;
    with.readers = readers_.get();
    with.metrics = &metrics_;
    with.kinds = kinds_.get();
    with.orgs = {&org_};
    with.on_store_failed = [](const absl::Status&) { std::abort(); };
    engine_ = std::make_unique<Orchestrator>(Orchestrator::Options(), std::move(with));
  }
  ~Life() { engine_.reset(); }

  // Submits a typical action; Genesys Cloud takes it.
  void SubmitAll(int jobs) {
    for (int done = 0; done < jobs; done += kJobsAtOnce) {
      for (int i = 0; i < kJobsAtOnce; ++i) SubmitOne();
      while (accepted_ < done + kJobsAtOnce) {
        Turn();
        while (!client_.sent().empty()) Accept();
      }
    }
  }
  size_t Recover() { return engine_->Recover()->restored; }
  size_t live_jobs() const { return engine_->live_jobs(); }
  void Turn() {
    if (!loop_.Turn(absl::ZeroDuration())) absl::SleepFor(absl::Microseconds(100));
  }

 private:
  void SubmitOne() {
    const std::string action = absl::StrCat("custom_-_", ids_.Next(clock_.Now()));
    JobSubmission submission;
    v1::Job& job = *submission.record.mutable_job();
    job.set_org("acme");
    job.set_kind(std::string(kAsyncActionKind));
    job.set_state(v1::JOB_STATE_QUEUED);
    job.set_action_id(action);
    job.set_request_id(ids_.Next(clock_.Now()));
    job.set_created_by("reporting");
    (*job.mutable_labels())["campaign"] = "autumn-2026";
    (*job.mutable_labels())["team"] = "retention";
    submission.record.set_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
    *submission.record.mutable_retention() = ToProto(absl::Hours(24 * 7));
    // One class: what a class costs is not the jobs' business.
    submission.record.set_poll_class(absl::StrCat(kAsyncActionKind, "/custom_-_1"));
    submission.record.set_fingerprint(std::string(64, 'f'));
    submission.payload.set_body(R"({"customer":"0123456789"})");
    submission.wait = absl::Minutes(1);
    engine_->Submit(std::move(submission), [this](const absl::StatusOr<v1::Job>& answer) {
      if (!answer.ok() || answer->state() != v1::JOB_STATE_PENDING) std::abort();
      ++accepted_;
    });
  }
  void Accept() {
    client_.Answer(FakeGenesysClient::Ok(
        absl::StrCat(R"({"id":")", ids_.Next(clock_.Now()), R"(","status":"queued"})"), 202));
  }

  absl::BitGen random_;
  JobIdGenerator ids_;
  FakeClock clock_;  // stands still: no poll becomes due
  Metrics metrics_;
  std::unique_ptr<ReaderPool> readers_;
  EventLoop loop_;
  FakeGenesysClient client_;
  std::unique_ptr<JobKindRegistry> kinds_;
  RequestBudget budget_{RequestBudget::Options(), &clock_};
  SurvivalBook book_;
  PollScheduler scheduler_;
  OrgRuntime org_;
  std::unique_ptr<Orchestrator> engine_;
  int accepted_ = 0;
};

std::unique_ptr<SqliteStore> Open(const std::string& dir) {
  SqliteStore::Options options;
  options.data_dir = dir;
  auto store = SqliteStore::Open(std::move(options));
  if (!store.ok()) std::abort();
  return *std::move(store);
}

// In a process of its own: memory that was freed before would be used again.
template <typename Function>
void InChild(Function run) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    run();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) std::abort();
}

void SubmitAndReport(const std::string& dir, int jobs) {
  const auto store = Open(dir);
  Life life(store.get());
  const Memory before = Memory::Now();
  life.SubmitAll(jobs);
  Report("after submission", jobs, before);
}

void RecoverAndReport(const std::string& dir, int jobs) {
  const auto store = Open(dir);
  Life life(store.get());
  const Memory before = Memory::Now();
  const absl::Time start = absl::Now();
  const size_t restored = life.Recover();
  life.Turn();
  const absl::Duration took = absl::Now() - start;
  if (restored != static_cast<size_t>(jobs)) std::abort();
  Report("after a restart", jobs, before);
  std::printf("recovered in %s\n", absl::FormatDuration(took).c_str());
}

void Run(int jobs) {
  std::string dir = "jobs_memory_bench-XXXXXX";
  if (mkdtemp(dir.data()) == nullptr) std::abort();
  InChild([&] { SubmitAndReport(dir, jobs); });
  InChild([&] { RecoverAndReport(dir, jobs); });
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace gcjobs

int main(int argc, char** argv) {
  const int jobs = argc > 1 ? std::atoi(argv[1]) : 100'000;
  gcjobs::Run(jobs);
  return 0;
}
