#ifndef GCJOBS_CLIENT_SIGNAL_WATCHER_H_
#define GCJOBS_CLIENT_SIGNAL_WATCHER_H_

#include <memory>
#include <optional>

#include "client/interrupt.h"
#include "common/thread.h"

namespace gcjobs {

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

#endif  // GCJOBS_CLIENT_SIGNAL_WATCHER_H_
