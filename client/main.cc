#include <google/protobuf/stubs/logging.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "client/cli.h"
#include "client/cli_error.h"
#include "client/cli_io.h"
#include "client/process.h"
#include "common/allocator.h"

namespace gcjobs {
namespace {

// Smooth for a countdown, and cheap for a terminal far away.
constexpr absl::Duration kRedrawInterval = absl::Milliseconds(250);

std::optional<std::string> Environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool IsCapableTerminal(int fd) {
  return isatty(fd) != 0 && Environment("TERM").value_or("dumb") != "dumb";
}

// stdout when both are: it is then the same terminal.
std::optional<int> TerminalFd() {
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (IsCapableTerminal(fd)) return fd;
  }
  return std::nullopt;
}

int WidthOf(std::optional<int> terminal) {
  winsize size{};
  const bool known =
      terminal.has_value() && ioctl(*terminal, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

CliIo RealIo(Interrupt* interrupt, std::ostream* out, std::ostream* err,
             std::optional<int> terminal) {
  CliIo io;
  io.in = &std::cin;
  io.out = out;
  io.err = err;
  io.out_is_terminal = IsCapableTerminal(STDOUT_FILENO);
  io.err_is_terminal = IsCapableTerminal(STDERR_FILENO);
  io.color = Environment("NO_COLOR").value_or("").empty();  // https://no-color.org
  io.width = [terminal] { return WidthOf(terminal); };
  io.env = Environment;
  io.clock = RealClock();
  io.interrupt = interrupt;
  io.time_zone = absl::LocalTimeZone();
  io.sleep = [interrupt](absl::Duration duration) { return interrupt->Sleep(duration); };
  io.redraw_interval = kRedrawInterval;
  return io;
}

int Main(const std::vector<std::string>& arguments) {
  // A closed pipe shows as EPIPE.
  signal(SIGPIPE, SIG_IGN);
  // We report errors ourselves; the libraries' own lines would come on top.
  google::protobuf::SetLogHandler(nullptr);
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  std::ios::sync_with_stdio(false);

  Interrupt interrupt;
  FdOutput out(STDOUT_FILENO);
  FdOutput err(STDERR_FILENO);
  const std::optional<int> terminal = TerminalFd();
  const CliIo io = RealIo(&interrupt, &out, &err, terminal);
  const SignalWatcher signals(&interrupt, terminal);
  const int code = RunCli(arguments, io);
  out.flush();
  if (out.error() == 0 || out.error() == EPIPE) return code;
  err << "error: cannot write to stdout: " << std::strerror(out.error()) << "\n" << std::flush;
  return static_cast<int>(ExitCode::kFailed);
}

}  // namespace
}  // namespace gcjobs

int main(int argc, char** argv) {
  gcjobs::KeepFreedMemory();
  return gcjobs::Main(std::vector<std::string>(argv + 1, argv + argc));
}
