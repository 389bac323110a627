#include "tests/bench/scheduler/fleet.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/numbers.h"

#include "server/scheduler/poll_scheduler.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/survival_book.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs::bench {
namespace {

constexpr char kClass[] = "action.async/bench";
constexpr char kClassAfterChange[] = "action.async/changed";

// Polls have all of the budget, so that the budget divided by the arrivals is
// what each job can have. (The server keeps a tenth for submissions, which
// would only make each row's number of polls a smaller one.)
RequestBudget::Options BudgetOptions() {
  RequestBudget::Options options;
  options.reserve = 0;
  return options;
}

// Where the law is known there is nothing to put to the test by early polls.
PollScheduler::Options SchedulerOptions(Knowledge knowledge) {
  PollScheduler::Options options;
  if (knowledge == Knowledge::kKnown) options.one_early_of = 0;
  return options;
}

// Drives scheduler and budget as the server's loop does.
class FleetSimulation {
 public:
  FleetSimulation(std::vector<FleetJob> jobs, Knowledge knowledge, const DurationLaw& law,
                  uint64_t seed)
      : knowledge_(knowledge), random_(seed), change_(jobs.size()), left_(jobs.size()) {
    run_.jobs = std::move(jobs);
    if (knowledge == Knowledge::kKnown) {
      book_.SetKnown(kClass, SurvivalCurve::OfLaw(law.survival));
    }
  }

  // The jobs from `change` on are known to follow another law.
  void TellOfChange(size_t change, const DurationLaw& after) {
    change_ = change;
    book_.SetKnown(kClassAfterChange, SurvivalCurve::OfLaw(after.survival));
  }

  FleetRun Run() {
    while (left_ > 0) {
      Submit();
      absl::Time wake = Poll();
      if (arrived_ < run_.jobs.size()) wake = std::min(wake, ArrivalOf(run_.jobs[arrived_]));
      clock_.Advance(std::max(wake - now(), absl::Microseconds(1)));
    }
    return std::move(run_);
  }

 private:
  absl::Time now() const { return clock_.MonotonicNow(); }
  double Seconds() const { return absl::ToDoubleSeconds(now() - start_); }

  absl::Time ArrivalOf(const FleetJob& job) const {
    return start_ + absl::Seconds(job.accepted_at);
  }

  void Submit() {
    while (arrived_ < run_.jobs.size() && ArrivalOf(run_.jobs[arrived_]) <= now()) {
      PollTask task;
      task.accepted_at = ArrivalOf(run_.jobs[arrived_]);
      task.poll_class = arrived_ < change_ ? kClass : kClassAfterChange;
      task.job_id = std::to_string(arrived_++);
      scheduler_.Add(std::move(task), now());
    }
  }

  // Polls as often as may be now; when to come back.
  absl::Time Poll() {
    for (;;) {
      const absl::Time due = scheduler_.Refresh(now());
      if (due > now()) return due;
      const absl::Time permit = budget_.Earliest(RequestClass::kPoll);
      if (permit > now()) return permit;
      const std::optional<std::string> id = scheduler_.Take(now());
      if (!id) return now() + absl::Milliseconds(10);
      budget_.Take(RequestClass::kPoll);
      run_.sent.push_back(Seconds());
      size_t index = 0;
      (void)absl::SimpleAtoi(*id, &index);
      Answer(*id, &run_.jobs[index]);
    }
  }

  void Answer(const std::string& id, FleetJob* job) {
    ++job->polls;
    job->lag = Seconds() - job->accepted_at - job->duration;
    if (job->lag < 0) return scheduler_.SeenUnfinished(id, now());
    scheduler_.SeenEnded(id, now());
    --left_;
    if (knowledge_ == Knowledge::kLearned && ++ended_ == kLearnedJobs) {
      const SurvivalCurve learned = book_.ModelOf(book_.ClassOf(kClass)).curve();
      book_.SetKnown(kClass, learned);
    }
  }

  const Knowledge knowledge_;
  testing::FakeClock clock_;
  const absl::Time start_ = clock_.MonotonicNow();
  std::mt19937_64 random_;
  RequestBudget budget_{BudgetOptions(), &clock_};
  SurvivalBook book_;
  PollScheduler scheduler_{SchedulerOptions(knowledge_), &budget_, &book_, random_, start_};
  FleetRun run_;
  size_t change_;
  size_t arrived_ = 0;
  size_t left_ = 0;
  int ended_ = 0;
};

}  // namespace

std::vector<FleetJob> Arrivals(const DurationLaw& law, double jobs_a_second, int jobs,
                               uint64_t seed) {
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> gap(jobs_a_second);
  std::vector<FleetJob> arrivals(static_cast<size_t>(jobs));
  double time = 0;
  for (FleetJob& job : arrivals) {
    time += gap(random);
    job.accepted_at = time;
    job.duration = law.draw(random);
  }
  return arrivals;
}

FleetRun RunScheduler(std::vector<FleetJob> jobs, Knowledge knowledge, const DurationLaw& law,
                      uint64_t seed) {
  return FleetSimulation(std::move(jobs), knowledge, law, seed).Run();
}

FleetRun RunToldScheduler(std::vector<FleetJob> jobs, const DurationLaw& before,
                          const DurationLaw& after, size_t change, uint64_t seed) {
  FleetSimulation simulation(std::move(jobs), Knowledge::kKnown, before, seed);
  simulation.TellOfChange(change, after);
  return simulation.Run();
}

FleetRun RunPoller(std::vector<FleetJob> jobs, const std::function<double(int)>& gap) {
  FleetRun run;
  run.jobs = std::move(jobs);
  for (FleetJob& job : run.jobs) {
    double age = 0;
    while (age < job.duration) {
      const double next = gap(job.polls);
      job.lost = next < 0;
      if (job.lost) break;
      age += next;
      ++job.polls;
      job.lag = age - job.duration;
      run.sent.push_back(job.accepted_at + age);
    }
  }
  std::sort(run.sent.begin(), run.sent.end());
  return run;
}

int SlidingOverruns(const std::vector<double>& sent, int limit) {
  int overruns = 0;
  size_t first = 0;
  for (size_t i = 0; i < sent.size(); ++i) {
    while (sent[i] - sent[first] >= 60) ++first;
    if (i - first + 1 > static_cast<size_t>(limit)) ++overruns;
  }
  return overruns;
}

int FixedOverruns(const std::vector<double>& sent, int limit) {
  int overruns = 0, count = 0;
  int64_t minute = -1;
  for (const double time : sent) {
    const auto its_minute = static_cast<int64_t>(time / 60);
    if (its_minute != minute) count = 0;
    minute = its_minute;
    if (++count > limit) ++overruns;
  }
  return overruns;
}

double PollCapacity() {
  testing::FakeClock clock;
  const RequestBudget budget(BudgetOptions(), &clock);
  return budget.LeftBy(RequestClass::kPoll, clock.MonotonicNow()) /
         absl::ToDoubleSeconds(budget.Span());
}

}  // namespace gcjobs::bench
