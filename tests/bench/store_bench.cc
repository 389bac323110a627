// How many jobs a second become durable, by how many are in flight; and what
// reads cost in a store of some size. Run a release build, on the disk that
// counts: the store is made in the current directory.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/time/clock.h"

#include "common/job_id.h"
#include "common/mutex.h"
#include "server/store/sqlite_store.h"
#include "tests/conformance/job_builders.h"

namespace gcjobs {
namespace {

// A store in a directory that goes with it.
class BenchStore {
 public:
  BenchStore() {
    std::string dir = "store_bench-XXXXXX";
    if (mkdtemp(dir.data()) == nullptr) std::abort();
    dir_ = dir;
    SqliteStore::Options options;
    options.data_dir = dir_;
    auto store = SqliteStore::Open(std::move(options));
    if (!store.ok()) std::abort();
    store_ = *std::move(store);
    reader_ = *store_->OpenReader();
  }
  ~BenchStore() {
    reader_.reset();
    store_.reset();
    std::filesystem::remove_all(dir_);
  }
  Store& operator*() { return *store_; }
  StoreReader& reader() { return *reader_; }

 private:
  std::string dir_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<StoreReader> reader_;
};

// A job of some 500 bytes, as a submission makes it.
store::StoredJob TypicalJob(const std::string& id) {
  store::StoredJob job = testing::NewJob(id);
  job.mutable_job()->set_action_id("custom_-_3f1c2a6e-8c0d-4f57-9d3e-6a1b2c3d4e5f");
  job.mutable_job()->set_request_id("request-" + id);
  (*job.mutable_job()->mutable_labels())["campaign"] = "autumn-2026";
  (*job.mutable_job()->mutable_labels())["team"] = "retention";
  job.set_fingerprint(std::string(64, 'f'));
  return job;
}

// Lets a number of commits be on their way at a time.
class Window {
 public:
  explicit Window(int size) : room_(size) {}
  void Enter() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(this, &Window::HasRoomLocked));
    --room_;
  }
  void Leave() {
    MutexLock lock(&mu_);
    ++room_;
  }

 private:
  bool HasRoomLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return room_ > 0; }

  Mutex mu_;
  int room_ ABSL_GUARDED_BY(mu_);
};

void Insert(Store* store, JobIdGenerator* ids, Window* window) {
  window->Enter();
  Write write = testing::InsertOf(TypicalJob(ids->Next(absl::Now())));
  store->Commit(std::move(write), [window](const absl::StatusOr<CommitOutcome>& outcome) {
    if (!outcome.ok() || !std::holds_alternative<Committed>(*outcome)) std::abort();
    window->Leave();
  });
}

void InsertAll(Store* store, int jobs) {
  JobIdGenerator ids;
  Window window(256);
  for (int i = 0; i < jobs; ++i) Insert(store, &ids, &window);
  for (int i = 0; i < 256; ++i) window.Enter();
}

// Argument: jobs in flight. items_per_second = durable jobs a second.
void BM_DurableInsert(benchmark::State& state) {
  BenchStore store;
  JobIdGenerator ids;
  Window window(static_cast<int>(state.range(0)));
  for (auto _ : state) Insert(&*store, &ids, &window);
  for (int64_t i = 0; i < state.range(0); ++i) window.Enter();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_DurableInsert)->Arg(1)->Arg(16)->Arg(64)->Arg(256)->UseRealTime()->MinTime(3);

// The same without syncs: what the code around them costs.
void BM_MemoryInsert(benchmark::State& state) {
  const auto store = *SqliteStore::Open({});
  JobIdGenerator ids;
  Window window(static_cast<int>(state.range(0)));
  for (auto _ : state) Insert(store.get(), &ids, &window);
  for (int64_t i = 0; i < state.range(0); ++i) window.Enter();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_MemoryInsert)->Arg(64)->UseRealTime();

// One page of 50 jobs, of the newest of the argument's number.
void BM_ListJobs(benchmark::State& state) {
  BenchStore store;
  InsertAll(&*store, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(store.reader().ListJobs({}));
}
BENCHMARK(BM_ListJobs)->Arg(1000)->Arg(100000);

// A page of 256 events from the middle.
void BM_ReadEvents(benchmark::State& state) {
  BenchStore store;
  InsertAll(&*store, 10000);
  for (auto _ : state) benchmark::DoNotOptimize(store.reader().ReadEvents(5000, {}));
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(BM_ReadEvents);

}  // namespace
}  // namespace gcjobs
