// gcjobsd: runs long Genesys Cloud work as durable jobs. See --help.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/allocator.h"
#include "common/error_info.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/check.h"
#include "server/config.h"
#include "server/grpc_log.h"
#include "server/server.h"

namespace gcjobs {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

// How long the end waits for a reader of the log.
constexpr absl::Duration kLogPatience = absl::Seconds(1);

std::optional<std::string> GetEnvironment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// The signals that the server heeds: SIGHUP reads the configuration again, the
// others stop it. Blocked before any thread starts, so that only sigwait gets them.
sigset_t HeededSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal_number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, signal_number);
  return signals;
}

// A reload may be asked for while the server still starts: it waits its turn.
void HoldHangups() {
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &hangup, nullptr);
}

// Reads the configuration again. Whatever is wrong with it: the server goes on with
// what it has.
absl::Status Reload(const std::vector<std::string>& args, const CommandLine& started_with,
                    Server* server) {
  ASSIGN_OR_RETURN(const CommandLine line, ReadConfig(args, GetEnvironment));
  RETURN_IF_ERROR(server->Reload(line.config));
  ConfigureLog(line.config.log_level, line.config.log_format);
  Log(LogLevel::kInfo, "reloaded",
      {{"need_restart", absl::StrJoin(NeedRestart(started_with, line), ", ")}});
  return absl::OkStatus();
}

int Run(const std::vector<std::string>& args, const CommandLine& line) {
  const ServerConfig& config = line.config;
  ConfigureLog(config.log_level, config.log_format);
  const sigset_t signals = HeededSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  StartLogThread();
  LogGrpcLines();

  std::atomic<int> exit_code{kExitOk};
  auto server = Server::Start(config, [&exit_code](const absl::Status& status) {
    Log(LogLevel::kError, "store_failed_stopping", {{"error", status}});
    exit_code = kExitFailure;
    kill(getpid(), SIGTERM);
  });
  if (!server.ok()) {
    FlushLog(kLogPatience);
    std::fprintf(stderr, "gcjobsd: %s\n", std::string(server.status().message()).c_str());
    const std::string remedy = GetRemedy(server.status());
    if (!remedy.empty()) std::fprintf(stderr, "hint: %s\n", remedy.c_str());
    return absl::IsInvalidArgument(server.status()) ? kExitUsage : kExitFailure;
  }
  std::printf("listening on %s\n", (*server)->address().c_str());
  std::fflush(stdout);

  int signal_number = 0;
  for (;;) {
    sigwait(&signals, &signal_number);
    if (signal_number != SIGHUP) break;
    const absl::Status reloaded = Reload(args, line, server->get());
    if (!reloaded.ok()) Log(LogLevel::kError, "reload_refused", {{"error", reloaded}});
  }
  Log(LogLevel::kInfo, "stopping", {{"signal", signal_number}});
  (*server)->Shutdown();
  FlushLog(kLogPatience);
  return exit_code;
}

int RunCheck(const ServerConfig& config) {
  // Whatever goes wrong is told below; the log is for those who want to see more.
  ConfigureLog(config.log_level == LogLevel::kDebug ? LogLevel::kDebug : LogLevel::kError,
               config.log_format);
  signal(SIGPIPE, SIG_IGN);
  const bool passed = Check(config, [](const Finding& finding) {
    std::fputs(Describe(finding).c_str(), stdout);
    std::fflush(stdout);
  });
  return passed ? kExitOk : kExitFailure;
}

// Debian builds Abseil with the detection of deadlocks on, which keeps a graph of
// all mutexes and the order in which they are locked, gRPC's own included: a tenth
// to a fifth of the processor time of an event that goes to 10,000 watchers. Debug
// and sanitizer builds keep it on, and so do the tests that run with them.
void DisableMutexDeadlockDetection() {
#ifdef NDEBUG
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace
}  // namespace gcjobs

int main(int argc, char** argv) {
  gcjobs::HoldHangups();
  gcjobs::DisableMutexDeadlockDetection();
  gcjobs::KeepFreedMemory();
  const std::vector<std::string> args(argv + 1, argv + argc);
  const auto line = gcjobs::ReadConfig(args, gcjobs::GetEnvironment);
  if (!line.ok()) {
    std::fprintf(stderr, "gcjobsd: %s\nTry: gcjobsd --help\n",
                 std::string(line.status().message()).c_str());
    return gcjobs::kExitUsage;
  }
  if (line->print) {
    std::fputs(line->print->c_str(), stdout);
    return gcjobs::kExitOk;
  }
  if (line->check) return gcjobs::RunCheck(line->config);
  return gcjobs::Run(args, *line);
}
