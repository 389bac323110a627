#include "tests/bench/polls/poller_report.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "absl/time/time.h"

#include "common/check.h"

namespace gcjobs::bench {
namespace {

using testing::SeenRequest;
using testing::SimulatorProcess;

struct Execution {
  absl::Time start;
  absl::Time end;
};

// Of all that the simulator has run, by id; times of day, to the microsecond.
std::map<std::string, Execution> Executions(SimulatorProcess* simulator) {
  const std::string json = simulator->Get("/__sim/jobs");
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  GCJOBS_CHECK(!document.HasParseError(), json);
  const auto time = [](const rapidjson::Value& seconds) {
    return absl::UnixEpoch() + absl::Seconds(seconds.GetDouble());
  };
  std::map<std::string, Execution> executions;
  for (const rapidjson::Value& job : document["jobs"].GetArray()) {
    executions[job["id"].GetString()] = {time(job["submitTime"]), time(job["endTime"])};
  }
  return executions;
}

void CountRequests(const std::vector<SeenRequest>& all, size_t seen_before, PollerReport* report) {
  int polls = 0;
  for (size_t i = seen_before; i < all.size(); ++i) {
    const SeenRequest& request = all[i];
    if (request.route_class == "token") continue;
    ++report->requests;
    if (request.status == 429) ++report->refused;
    if (request.status == 200 && request.route_class == "poll") ++polls;
  }
  report->polls = polls / static_cast<double>(report->seen + report->given_up);
}

// The value that this share of the others does not exceed.
double Quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

PollerReport Report(const std::vector<WatchedJob>& watched, SimulatorProcess* simulator,
                    size_t seen_before) {
  const std::map<std::string, Execution> executions = Executions(simulator);
  PollerReport report;
  std::vector<double> lags;
  for (const WatchedJob& job : watched) {
    const Execution& execution = executions.at(job.execution_id);
    report.start_delay +=
        absl::ToDoubleSeconds(execution.start - job.arrival) / static_cast<double>(watched.size());
    if (job.end_seen) lags.push_back(absl::ToDoubleSeconds(*job.end_seen - execution.end));
  }
  report.seen = lags.size();
  report.given_up = watched.size() - lags.size();
  CountRequests(simulator->Seen(), seen_before, &report);
  if (lags.empty()) return report;
  std::sort(lags.begin(), lags.end());
  for (const double lag : lags) report.mean_lag += lag / static_cast<double>(lags.size());
  report.median_lag = Quantile(lags, 0.5);
  report.p99_lag = Quantile(lags, 0.99);
  return report;
}

void PrintHead() {
  std::printf("%-20s %5s %8s %6s %8s %5s %12s %9s %7s %7s %8s\n", "poller", "seen", "given up",
              "polls", "requests", "429s", "starts late", "mean lag", "median", "p99", "x gcjobs");
  std::fflush(stdout);
}

void Print(const std::string& poller, const PollerReport& report, const PollerReport& base) {
  std::printf("%-20s %5zu %8zu %6.2f %8d %5d %12.2f %9.2f %7.2f %7.2f %8.2f\n", poller.c_str(),
              report.seen, report.given_up, report.polls, report.requests, report.refused,
              report.start_delay, report.mean_lag, report.median_lag, report.p99_lag,
              report.mean_lag / base.mean_lag);
  std::fflush(stdout);
}

}  // namespace gcjobs::bench
