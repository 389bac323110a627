// gcjobs-sim: a simulated Genesys Cloud for demos, tests and benchmarks.

#include <pthread.h>
#include <signal.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "tests/simulator/http_server.h"
#include "tests/simulator/options.h"
#include "tests/simulator/simulator.h"
#include "tests/simulator/waiter.h"

namespace {

using gcjobs::sim::CommandLine;
using gcjobs::sim::HttpServer;
using gcjobs::sim::Simulator;

// To be called before any thread starts: they inherit the mask, and the
// signals wait for sigwait.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "gcjobs-sim: %s\n", status.ToString().c_str());
  return 1;
}

int Run(const CommandLine& line) {
  const sigset_t stop_signals = BlockStopSignals();
  gcjobs::sim::RealWaiter waiter;
  const absl::StatusOr<std::unique_ptr<Simulator>> simulator =
      Simulator::Create(line.simulator, gcjobs::RealClock(), &waiter);
  if (!simulator.ok()) return Fail(simulator.status());
  const absl::StatusOr<std::unique_ptr<HttpServer>> server = HttpServer::Start(
      line.http,
      [&](const gcjobs::sim::ApiRequest& request) { return (*simulator)->Handle(request); });
  if (!server.ok()) return Fail(server.status());

  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  waiter.Stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const CommandLine line =
      gcjobs::sim::ParseCommandLine(std::vector<std::string>(argv + 1, argv + argc));
  if (line.exit_now) {
    std::fputs(line.output.c_str(), line.exit_code == 0 ? stdout : stderr);
    return line.exit_code;
  }
  return Run(line);
}
