#ifndef GCJOBS_CLIENT_STATUS_LINE_H_
#define GCJOBS_CLIENT_STATUS_LINE_H_

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

#include "client/cli_io.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs {

// Shows the cursor and starts a fresh line: what a process that ends at once
// owes the terminal.
inline constexpr absl::string_view kRestoreTerminal = "\r\x1b[K\x1b[?25h";

// One line at the bottom of a terminal, redrawn at io.redraw_interval by a
// thread of its own, below lines that stay. The cursor is hidden while the line
// is there and shown again at its end.
//
// Thread-safe. While it lives, nobody else writes to the terminal.
class StatusLine {
 public:
  struct Options {
    // The terminal; must outlive the line.
    std::ostream* stream = nullptr;
    // The line as it now is, without control characters except colours, and
    // narrower than the terminal; empty = nothing to show yet. Runs under the
    // line's lock and must not call back.
    std::function<std::string()> render;
    // Runs before each drawing by the thread, without a lock; may be null.
    std::function<void()> on_tick;
  };

  // `io` must outlive it.
  StatusLine(const CliIo& io, Options options);
  ~StatusLine();  // takes the line away
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  // Writes a line that stays, above this one. False: the terminal takes no more.
  bool Print(absl::string_view line) ABSL_LOCKS_EXCLUDED(mu_);

  // Takes the line away, lets `write` write to the terminal by whatever stream,
  // and draws the line again. `write` runs under the lock and must not call back.
  void Interject(absl::FunctionRef<void()> write) ABSL_LOCKS_EXCLUDED(mu_);

  void Draw() ABSL_LOCKS_EXCLUDED(mu_);

  // The thread's beat; tests call it.
  void Tick() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void DrawLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RunTicks() ABSL_LOCKS_EXCLUDED(mu_);

  const CliIo& io_;
  const Options options_;

  Mutex mu_;
  bool drawn_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<Thread> ticker_;  // null when nothing ticks
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_STATUS_LINE_H_
