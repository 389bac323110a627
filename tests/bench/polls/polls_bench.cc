// How late watchers learn of the end of their jobs, live: the real gcjobsd and
// the pollers of guides, one after the other, each with the same jobs at a
// gcjobs-sim that takes 300 requests a minute.
//
//   polls_bench                  half an hour
//   polls_bench --quick          few and short jobs, below the limit: whether it works
//   polls_bench --jobs=N --seconds=S --seed=N

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

#include "tests/bench/polls/gcjobs_client.h"
#include "tests/bench/polls/guide_poller.h"
#include "tests/bench/polls/poller_report.h"
#include "tests/bench/polls/workload.h"
#include "tests/integration/support/simulator_process.h"
#include "tests/integration/support/system.h"

namespace gcjobs::bench {
namespace {

using testing::SimulatorProcess;
using testing::System;

constexpr int kLimit = 300;

// Each in seconds instead of minutes.
WorkloadOptions QuickWorkload() {
  WorkloadOptions options;
  options.jobs = 30;
  options.span = absl::Seconds(2);
  options.stretch = 0.02;
  return options;
}

void SetLimit(SimulatorProcess* simulator) {
  simulator->Post("/__sim/rate-limit", absl::StrFormat(R"({"limit":%d})", kLimit));
}

// A server that knows nothing, and the same one after a restart. Its simulator
// stays, but the restarted server begins with a token of its own, and so with
// a window of its own. Returns the first's report.
PollerReport MeasureGcjobs(const std::vector<PlannedJob>& jobs) {
  System::Options options;
  options.start_server = false;
  System system(options);
  SetLimit(&system.simulator());
  system.StartServer();
  const PollerReport first = Report(RunGcjobs(&system.jobs(), "first", jobs), &system.simulator());
  Print("gcjobs, first run", first, first);

  system.server().Kill(SIGTERM);
  system.server().Wait();
  const size_t seen_before = system.simulator().Seen().size();
  system.StartServer();
  Print("gcjobs, second run",
        Report(RunGcjobs(&system.jobs(), "second", jobs), &system.simulator(), seen_before), first);
  return first;
}

void MeasureGuide(const Guide& guide, const std::vector<PlannedJob>& jobs,
                  const PollerReport& base) {
  SimulatorProcess simulator;
  SetLimit(&simulator);
  Print(guide.name, Report(RunGuide(guide, simulator.url(), jobs), &simulator), base);
}

bool ReadArguments(const std::vector<std::string>& arguments, WorkloadOptions* options) {
  for (absl::string_view argument : arguments) {
    int64_t seconds = 0;
    if (argument == "--quick") {
      *options = QuickWorkload();
    } else if (absl::ConsumePrefix(&argument, "--jobs=")) {
      if (!absl::SimpleAtoi(argument, &options->jobs) || options->jobs < 1) return false;
    } else if (absl::ConsumePrefix(&argument, "--seconds=")) {
      if (!absl::SimpleAtoi(argument, &seconds) || seconds < 1) return false;
      options->span = absl::Seconds(seconds);
    } else if (absl::ConsumePrefix(&argument, "--seed=")) {
      if (!absl::SimpleAtoi(argument, &options->seed)) return false;
    } else {
      return false;
    }
  }
  return true;
}

void PrintWhat(const WorkloadOptions& options) {
  absl::PrintF(
      "%d jobs arrive at random within about %s; %d requests a minute for all of them; seed %d.\n"
      "Two of three last as lognormal, median %.3g s, sigma %.3g; the others, of another action,\n"
      "as median %.3g s, sigma %.3g; none longer than %.3g s.\n"
      "polls: answered ones, per job; starts late: from arrival to acceptance, mean; lag:\n"
      "from the end upstream until the watcher knows; all in seconds. The second run is of the\n"
      "same server after a restart, with the same jobs.\n\n",
      options.jobs, absl::FormatDuration(options.span), kLimit, options.seed,
      kFastMedian * options.stretch, kFastSigma, kSlowMedian * options.stretch, kSlowSigma,
      kLongest * options.stretch);
}

int Main(const std::vector<std::string>& arguments) {
  WorkloadOptions options;
  if (!ReadArguments(arguments, &options)) {
    std::fprintf(stderr, "usage: polls_bench [--quick] [--jobs=N] [--seconds=S] [--seed=N]\n");
    return 2;
  }
  PrintWhat(options);
  PrintHead();
  const std::vector<PlannedJob> jobs = PlanJobs(options);
  const PollerReport gcjobs = MeasureGcjobs(jobs);
  for (const Guide& guide : Guides()) MeasureGuide(guide, jobs, gcjobs);
  return 0;
}

}  // namespace
}  // namespace gcjobs::bench

int main(int argc, char** argv) {
  return gcjobs::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
