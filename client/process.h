#ifndef GCJOBS_CLIENT_PROCESS_H_
#define GCJOBS_CLIENT_PROCESS_H_

#include <memory>
#include <optional>
#include <ostream>
#include <streambuf>
#include <string>

#include "absl/strings/string_view.h"

#include "client/cli_io.h"
#include "common/thread.h"

namespace gcjobs {

// An std::ostream onto a file descriptor that remembers why a write failed,
// which the standard's streams do not tell: a closed pipe is not an error for
// a command line tool, a full disk is. Buffered; for one thread.
class FdOutput : private std::streambuf, public std::ostream {
 public:
  // Does not own `fd`.
  explicit FdOutput(int fd) : std::ostream(static_cast<std::streambuf*>(this)), fd_(fd) {}
  ~FdOutput() override { FdOutput::sync(); }

  // errno of the first failed write, or 0.
  int error() const { return error_; }

 private:
  // Both bases have them, and they are the same.
  using std::streambuf::int_type;
  using std::streambuf::traits_type;

  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  // False after an error, which error() then tells.
  bool WriteOut(absl::string_view bytes);

  const int fd_;
  int error_ = 0;
  std::string buffer_;
};

// Takes signals on a thread of its own, where all functions may be called:
// SIGINT, SIGTERM and SIGHUP set the interrupt; the second of them ends the
// process at once with 130. A terminal's cursor is made visible again before
// that, and before Ctrl-Z stops the process.
//
// Signals that are ignored at the start (nohup, background jobs of a script)
// stay ignored.
class SignalWatcher {
 public:
  // `interrupt` must outlive it. `terminal`: the descriptor that a live line is
  // drawn on, if there is one. REQUIRES: no other thread exists yet, since
  // threads inherit the signal mask that is set here.
  SignalWatcher(Interrupt* interrupt, std::optional<int> terminal);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  void Watch();
  void Handle(int signal);
  void RestoreTerminal() const;

  Interrupt* const interrupt_;
  const std::optional<int> terminal_;
  int signals_ = -1;  // a signalfd
  int stop_ = -1;     // an eventfd
  std::unique_ptr<Thread> thread_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_PROCESS_H_
