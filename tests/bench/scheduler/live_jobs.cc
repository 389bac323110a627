#include "tests/bench/scheduler/live_jobs.h"

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "server/scheduler/poll_scheduler.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/survival_book.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs::bench {
namespace {

// A budget that is no obstacle: decisions are what is measured.
constexpr int kPollsAMinute = 60'000;

double HeapBytes() { return static_cast<double>(mallinfo2().uordblks); }

// Processor time of this thread in microseconds: what else the machine does
// does not count.
double ProcessorTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

class Crowd {
 public:
  void AddJob() {
    PollTask task;
    // As long as real ids.
    task.job_id = absl::StrFormat("01a1ffee-806a-747d-a154-%012d", ++last_id_);
    task.poll_class = absl::StrCat("action.async/", last_id_ % 20);
    task.accepted_at = clock_.MonotonicNow();
    scheduler_.Add(std::move(task), clock_.MonotonicNow());
  }

  // One poll; how long the scheduler took for it, in microseconds.
  double Decide() {
    clock_.Advance(absl::Milliseconds(1));
    absl::Time due = scheduler_.Refresh(clock_.MonotonicNow());
    while (due > clock_.MonotonicNow()) {
      clock_.Advance(due - clock_.MonotonicNow());
      due = scheduler_.Refresh(clock_.MonotonicNow());
    }
    const double start = ProcessorTime();
    const absl::Time now = clock_.MonotonicNow();
    scheduler_.Refresh(now);
    const std::optional<std::string> id = scheduler_.Take(now);
    if (!id) return 0;
    budget_.Take(RequestClass::kPoll);
    if (random_() % 4 != 0) {
      scheduler_.SeenUnfinished(*id, now);
    } else {
      scheduler_.SeenEnded(*id, now);
      AddJob();
    }
    return ProcessorTime() - start;
  }

  void LetPass(absl::Duration time) { clock_.Advance(time); }

 private:
  static RequestBudget::Options BudgetOptions() {
    RequestBudget::Options options;
    options.limit = kPollsAMinute;
    return options;
  }

  testing::FakeClock clock_;
  std::mt19937_64 random_{1};
  RequestBudget budget_{BudgetOptions(), &clock_};
  SurvivalBook book_;
  PollScheduler scheduler_{PollScheduler::Options(), &budget_, &book_, random_,
                           clock_.MonotonicNow()};
  int last_id_ = 0;
};

}  // namespace

LiveJobsCost MeasureLiveJobs(size_t jobs, int decisions) {
  LiveJobsCost cost;
  cost.jobs = jobs;
  const double before = HeapBytes();
  Crowd crowd;
  const double start = ProcessorTime();
  for (size_t i = 0; i < jobs; ++i) {
    crowd.AddJob();
    crowd.LetPass(absl::Hours(1) / static_cast<int64_t>(jobs));
  }
  cost.add_microseconds = (ProcessorTime() - start) / static_cast<double>(jobs);
  cost.bytes_per_job = (HeapBytes() - before) / static_cast<double>(jobs);
  std::vector<double> times;
  for (int i = 0; i < decisions; ++i) {
    times.push_back(crowd.Decide());
    cost.decision_microseconds += times.back() / decisions;
  }
  std::sort(times.begin(), times.end());
  cost.slowest_1_percent_from = times[times.size() * 99 / 100];
  return cost;
}

}  // namespace gcjobs::bench
