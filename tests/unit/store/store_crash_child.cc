// Commits jobs until it is killed, and prints the id of each once it is
// durable: `store_crash_child DIR COUNT` keeps 16 writes in flight and ends
// after COUNT jobs. At the end the first job is deleted and its events are
// trimmed.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/mutex.h"
#include "server/store/sqlite_store.h"
#include "tests/conformance/job_builders.h"

namespace gcjobs {
namespace {

constexpr int kInFlight = 16;

// Counts what was sent and is not answered.
class Window {
 public:
  void Enter() {
    MutexLock lock(&mu_);
    mu_.Await(absl::Condition(this, &Window::HasRoomLocked));
    ++in_flight_;
  }
  void Leave() {
    MutexLock lock(&mu_);
    --in_flight_;
  }

 private:
  bool HasRoomLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return in_flight_ < kInFlight; }

  Mutex mu_;
  int in_flight_ ABSL_GUARDED_BY(mu_) = 0;
};

// In one write, so that a kill leaves no half line.
void Tell(const std::string& line) {
  const std::string whole = absl::StrCat(line, "\n");
  if (write(STDOUT_FILENO, whole.data(), whole.size()) < 0) std::_Exit(2);
}

void CommitJobs(SqliteStore* store, Window* window, int count) {
  for (int i = 0; i < count; ++i) {
    window->Enter();
    auto job = testing::NewJob(absl::StrFormat("job-%08d", i), i);
    const std::string id = job.job().id();
    job.mutable_job()->set_result_json(std::string(i % 50 == 0 ? 100000 : 300, 'x'));
    store->Commit(testing::InsertOf(job),
                  [window, id](const absl::StatusOr<CommitOutcome>& result) {
                    if (!result.ok()) std::_Exit(3);
                    Tell(absl::StrCat(id, " ", std::get<Committed>(*result).job.job().revision()));
                    window->Leave();
                  });
  }
}

int Run(const std::string& dir, int count) {
  SqliteStore::Options options;
  options.data_dir = dir;
  auto store = SqliteStore::Open(std::move(options));
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  Window window;
  CommitJobs(store->get(), &window, count);
  const auto first = (*(*store)->OpenReader())->GetJob("job-00000000");
  if (first.ok()) (*store)->Commit(testing::DeleteOf(*first, 1), [](auto) {});
  int code = 4;
  (*store)->TrimEvents(testing::At(2),
                       [&code](const auto& dropped) { code = dropped.ok() ? 0 : 4; });
  (*store)->Close();
  return code;
}

}  // namespace
}  // namespace gcjobs

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  return gcjobs::Run(argv[1], std::atoi(argv[2]));
}
