// How late the end of a job is seen, and what it costs: the server's own
// scheduler, models and budget in virtual time, next to the bound that no
// poller can beat and to the pollers that guides recommend.
//
//   scheduler_bench                 all, in some minutes
//   scheduler_bench --quick         one seed, fewer jobs: seconds
//   scheduler_bench --svg=FILE      also draws the picture
//   scheduler_bench --seeds=11      five other seeds, from 11 on
//   scheduler_bench --other-laws    laws that nothing was chosen with
//   scheduler_bench --only=drift    a part: laws, drift or live

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

#include "tests/bench/scheduler/duration_law.h"
#include "tests/bench/scheduler/fleet.h"
#include "tests/bench/scheduler/live_jobs.h"
#include "tests/bench/scheduler/poll_bound.h"
#include "tests/bench/scheduler/poll_plot.h"

namespace gcjobs::bench {
namespace {

constexpr int kLimit = 300;

struct Scope {
  std::vector<uint64_t> seeds = {1, 2, 3, 4, 5};
  std::vector<double> polls = {3, 5, 10};
  int jobs = 4000;  // measured in each run
  size_t live_jobs = 1'000'000;
  std::vector<DurationLaw> laws = BenchmarkLaws();
  std::string only;  // "laws", "drift" or "live"; empty: all three
};

Scope QuickScope() {
  Scope scope;
  scope.seeds = {1};
  scope.polls = {5};
  scope.jobs = 1000;
  scope.live_jobs = 100'000;
  return scope;
}

// What one run, or the median of several, comes to.
struct Summary {
  double polls = 0, lag = 0, p99 = 0, ratio = 0;
  double total = 0;                              // polls of all measured jobs
  double lost = 0;                               // share of jobs whose end was never seen
  int sliding_overruns = 0, fixed_overruns = 0;  // of all runs
};

// Of the jobs from `first` up to but not including `last`.
Summary Summarise(const FleetRun& run, size_t first, size_t last, const PollBound& bound) {
  Summary summary;
  std::vector<double> lags;
  for (size_t i = first; i < last; ++i) {
    summary.total += run.jobs[i].polls;
    if (!run.jobs[i].lost) lags.push_back(run.jobs[i].lag);
  }
  std::sort(lags.begin(), lags.end());
  const double jobs = static_cast<double>(last - first), seen = static_cast<double>(lags.size());
  for (const double lag : lags) summary.lag += lag / seen;
  summary.p99 = lags[static_cast<size_t>(0.99 * (seen - 1))];
  summary.polls = summary.total / jobs;
  summary.lost = 1 - seen / jobs;
  summary.ratio = summary.lag / bound.Lag(summary.polls);
  summary.sliding_overruns = SlidingOverruns(run.sent, kLimit);
  summary.fixed_overruns = FixedOverruns(run.sent, kLimit);
  return summary;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// Each number by itself; overruns are summed up.
Summary MedianOf(const std::vector<Summary>& runs) {
  const auto median = [&runs](double Summary::*member) {
    std::vector<double> values;
    for (const Summary& run : runs) values.push_back(run.*member);
    return Median(values);
  };
  Summary summary;
  for (double Summary::*member : {&Summary::polls, &Summary::lag, &Summary::p99, &Summary::ratio,
                                  &Summary::total, &Summary::lost}) {
    summary.*member = median(member);
  }
  for (const Summary& run : runs) {
    summary.sliding_overruns += run.sliding_overruns;
    summary.fixed_overruns += run.fixed_overruns;
  }
  return summary;
}

Summary OverSeeds(const Scope& scope, const std::function<Summary(uint64_t seed)>& run) {
  std::vector<Summary> runs;
  for (const uint64_t seed : scope.seeds) runs.push_back(run(seed));
  return MedianOf(runs);
}

void PrintHead() {
  std::printf("%-12s %5s  %-24s %6s %8s %8s %7s %8s  %s\n", "law", "asked", "poller", "polls",
              "mean lag", "p99 lag", "x bound", "polls", "overruns (sliding + fixed window)");
}

void Print(const std::string& law, double asked, const std::string& poller,
           const Summary& summary) {
  std::string lost;
  if (summary.lost > 0) lost = absl::StrFormat("   %.1f %% never seen", 100 * summary.lost);
  std::printf("%-12s %5.0f  %-24s %6.2f %8.2f %8.2f %7.3f %8.0f  %d + %d%s\n", law.c_str(), asked,
              poller.c_str(), summary.polls, summary.lag, summary.p99, summary.ratio, summary.total,
              summary.sliding_overruns, summary.fixed_overruns, lost.c_str());
  std::fflush(stdout);
}

struct OurCase {
  std::string name;
  Knowledge knowledge;
};
const OurCase kOurs[] = {{"gcjobs, law known", Knowledge::kKnown},
                         {"gcjobs, after 300 jobs", Knowledge::kLearned},
                         {"gcjobs, first 300 jobs", Knowledge::kLearning}};

struct Guide {
  std::string name;
  std::function<double(int)> gap;
};
const Guide kGuides[] = {
    {"every 2 s, 60 times", [](int n) { return n < 60 ? 2.0 : -1.0; }},
    {"min(2 + n, 15) s", [](int n) { return std::min(2.0 + n, 15.0); }},
    {"1, 2, 4 ... 30 s", [](int n) { return std::min(std::exp2(std::min(n, 5)), 30.0); }}};

// The jobs measured: all of the first 300, or those after them, without the
// last ones, whose fleet thins out.
Summary RunOurs(const Scope& scope, const DurationLaw& law, const PollBound& bound, double polls,
                Knowledge knowledge, uint64_t seed) {
  const bool cold = knowledge == Knowledge::kLearning;
  const size_t measured = cold ? kLearnedJobs : static_cast<size_t>(scope.jobs);
  const size_t first = cold ? 0 : kLearnedJobs;
  const int jobs = static_cast<int>(first + measured) + 100;
  auto arrivals = Arrivals(law, PollCapacity() / polls, jobs, seed);
  return Summarise(RunScheduler(std::move(arrivals), knowledge, law, seed), first, first + measured,
                   bound);
}

PlotPanel MeasureLaw(const Scope& scope, const DurationLaw& law) {
  const PollBound bound(law);
  PlotPanel panel;
  panel.title = absl::StrFormat("%s, mean %.0f s", law.name, law.mean);
  for (double polls = 1.6; polls < 30; polls *= 1.02)
    panel.bound.push_back({polls, bound.Lag(polls)});
  for (const OurCase& ours : kOurs) panel.marks.push_back({ours.name, {}});
  for (const Guide& guide : kGuides) panel.marks.push_back({guide.name, {}});
  for (const double polls : scope.polls) {
    size_t series = 0;
    const auto add = [&](const std::string& name, const Summary& summary) {
      Print(law.name, polls, name, summary);
      panel.marks[series++].points.push_back({summary.polls, summary.lag});
    };
    for (const OurCase& ours : kOurs) {
      add(ours.name, OverSeeds(scope, [&](uint64_t seed) {
            return RunOurs(scope, law, bound, polls, ours.knowledge, seed);
          }));
    }
    for (const Guide& guide : kGuides) {
      add(guide.name, OverSeeds(scope, [&](uint64_t seed) {
            const int jobs = kLearnedJobs + scope.jobs + 100;
            auto arrivals = Arrivals(law, PollCapacity() / polls, jobs, seed);
            return Summarise(RunPoller(std::move(arrivals), guide.gap), kLearnedJobs,
                             static_cast<size_t>(jobs) - 100, bound);
          }));
    }
  }
  return panel;
}

// The law changes after so many jobs; what follows is seen in windows.
constexpr size_t kChange = 1000, kWindow = 50, kWindows = 12;
constexpr double kDriftPolls = 5;
// A change is over when the jobs from 200 on after it, of which that many have
// been seen, are seen as soon as those of a class that begins cold are to be: at
// most so many times as late as by a scheduler that knows the laws.
constexpr double kRecovered = 1.5;

std::vector<FleetJob> ChangingArrivals(const DurationLaw& before, const DurationLaw& after,
                                       uint64_t seed) {
  const double rate = PollCapacity() / kDriftPolls;
  std::vector<FleetJob> arrivals = Arrivals(before, rate, kChange, seed);
  const double change = arrivals.back().accepted_at;
  for (FleetJob job : Arrivals(after, rate, kWindow * kWindows + 100, seed + 1000)) {
    job.accepted_at += change;
    arrivals.push_back(job);
  }
  return arrivals;
}

// Beside one that knows of each job which law it follows, on the same arrivals.
// The jobs after the change share the budget with old ones that still run, so
// how many polls they get differs, and from the two laws alone nothing follows
// for it: lags are compared at the same polls, each as a multiple of the
// least possible at its own.
void MeasureDrift(const Scope& scope, const DurationLaw& before, const DurationLaw& after,
                  const std::string& what) {
  const PollBound bound(after);
  std::vector<double> learned(kWindows), told(kWindows), ratios;
  std::vector<Summary> learned_summaries, told_summaries;
  for (const uint64_t seed : scope.seeds) {
    const std::vector<FleetJob> arrivals = ChangingArrivals(before, after, seed);
    const FleetRun by_itself = RunScheduler(arrivals, Knowledge::kLearning, after, seed);
    const FleetRun when_told = RunToldScheduler(arrivals, before, after, kChange, seed);
    for (size_t i = 0; i < kWindow * kWindows; ++i) {
      learned[i / kWindow] += by_itself.jobs[kChange + i].lag;
      told[i / kWindow] += when_told.jobs[kChange + i].lag;
    }
    learned_summaries.push_back(Summarise(by_itself, kChange + 200, kChange + 600, bound));
    told_summaries.push_back(Summarise(when_told, kChange + 200, kChange + 600, bound));
    ratios.push_back(learned_summaries.back().ratio / told_summaries.back().ratio);
  }
  std::printf("%-12s %-5s lag over that of one who knows, by 50 jobs:", before.name.c_str(),
              what.c_str());
  for (size_t i = 0; i < kWindows; ++i) std::printf(" %.2f", learned[i] / told[i]);
  const Summary summary = MedianOf(learned_summaries), knows = MedianOf(told_summaries);
  const double ratio = Median(ratios);
  std::printf(
      "\n%-18s jobs 201 to 600: %.2f polls, %.2f s (x bound %.2f); one who knows: %.2f polls, "
      "%.2f s (%.2f); at the same polls %.2f times as late: %s; overruns %d + %d\n",
      "", summary.polls, summary.lag, summary.ratio, knows.polls, knows.lag, knows.ratio, ratio,
      ratio <= kRecovered ? "recovered" : "NOT recovered", summary.sliding_overruns,
      summary.fixed_overruns);
  std::fflush(stdout);
}

void MeasureDrifts(const Scope& scope) {
  std::printf(
      "\nThe law changes tenfold after %zu jobs; asked: %.0f polls a job. Beside a scheduler "
      "that knows of each job which law it follows.\nRecovered: the jobs 201 to 600 that "
      "arrive after the change are seen at most %.2f times as late as by it, at the same polls.\n",
      kChange, kDriftPolls, kRecovered);
  for (const DurationLaw& law : scope.laws) {
    MeasureDrift(scope, law, Stretched(law, 10), "x 10");
    MeasureDrift(scope, Stretched(law, 10), law, "/ 10");
  }
}

void PrintLiveJobs(size_t jobs) {
  const LiveJobsCost cost = MeasureLiveJobs(jobs, 100'000);
  std::printf(
      "\n%zu live jobs: %.0f bytes a job, %.2f us to add one, %.2f us a "
      "decision (slowest 1 %%: from %.1f us)\n",
      cost.jobs, cost.bytes_per_job, cost.add_microseconds, cost.decision_microseconds,
      cost.slowest_1_percent_from);
}

int Usage() {
  std::fprintf(
      stderr,
      "usage: scheduler_bench [--quick] [--seeds=FIRST] [--other-laws] [--only=laws|drift|live] "
      "[--svg=FILE]\n");
  return 2;
}

int Main(const std::vector<std::string>& arguments) {
  Scope scope;
  std::string svg;
  for (absl::string_view argument : arguments) {
    if (argument == "--quick") {
      scope = QuickScope();
    } else if (absl::ConsumePrefix(&argument, "--seeds=")) {
      int first = 0;
      if (!absl::SimpleAtoi(argument, &first) || first < 0) return Usage();
      for (uint64_t& seed : scope.seeds) seed = static_cast<uint64_t>(first++);
    } else if (argument == "--other-laws") {
      scope.laws = OtherLaws();
    } else if (absl::ConsumePrefix(&argument, "--only=")) {
      scope.only = std::string(argument);
    } else if (absl::ConsumePrefix(&argument, "--svg=")) {
      svg = std::string(argument);
    } else {
      return Usage();
    }
  }
  std::printf(
      "Jobs arrive at random and share %d polls a minute; asked: polls that the budget has "
      "for each.\nx bound: mean lag over the least possible at the same number of polls. "
      "Medians over %zu seeds, from %d on.\nThe guides' pollers run on the same arrivals "
      "and are never refused, though they exceed the limit.\n\n",
      kLimit, scope.seeds.size(), static_cast<int>(scope.seeds.front()));
  PrintHead();
  const auto measures = [&](absl::string_view part) {
    return scope.only.empty() || scope.only == part;
  };
  std::vector<PlotPanel> panels;
  if (measures("laws")) {
    for (const DurationLaw& law : scope.laws) panels.push_back(MeasureLaw(scope, law));
  }
  if (measures("drift")) MeasureDrifts(scope);
  if (measures("live")) PrintLiveJobs(scope.live_jobs);
  if (svg.empty()) return 0;
  std::ofstream file(svg);
  file << PlotSvg(panels);
  file.close();
  return file ? 0 : 1;
}

}  // namespace
}  // namespace gcjobs::bench

int main(int argc, char** argv) {
  return gcjobs::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
