#ifndef GCJOBS_CLIENT_CLI_IO_H_
#define GCJOBS_CLIENT_CLI_IO_H_

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"

#include "client/interrupt.h"
#include "common/clock.h"

namespace gcjobs {

// All that the program meets of the world outside, but for the server and the
// files that options name; main.cc gives the real one and tests their own.
struct CliIo {
  // Must outlive the run.
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  // results; a failed write ends the run
  std::ostream* err = nullptr;  // errors and remarks

  // A terminal that understands escape sequences (TERM is not `dumb`).
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // The user wants colours (no NO_COLOR). Used on terminals only.
  bool color = false;
  // Columns of the terminal now; it may change while the program runs.
  std::function<int()> width = [] { return 80; };

  // The environment.
  std::function<std::optional<std::string>(const std::string& name)> env;

  // Must outlive the run.
  const Clock* clock = nullptr;
  Interrupt* interrupt = nullptr;

  // For times in tables.
  absl::TimeZone time_zone = absl::UTCTimeZone();

  // Waits before a retry; false when interrupted meanwhile.
  std::function<bool(absl::Duration)> sleep;

  // How often the live line is drawn anew; zero = only when something happens.
  absl::Duration redraw_interval;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CLI_IO_H_
