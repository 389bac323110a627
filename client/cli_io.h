#ifndef GCJOBS_CLIENT_CLI_IO_H_
#define GCJOBS_CLIENT_CLI_IO_H_

#include <grpcpp/client_context.h>

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

#include "common/clock.h"
#include "common/mutex.h"

namespace gcjobs {

// Ctrl-C, as the commands see it: once Set, running and later calls are
// cancelled and waits end. Thread-safe; not for use inside a signal handler
// (a thread that waits for the signal calls Set).
class Interrupt {
 public:
  // Cancels a call while it lives. Make it before the call starts and destroy
  // it after the call has ended and before its context goes.
  class Scope {
   public:
    Scope(Interrupt* interrupt, grpc::ClientContext* context);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Interrupt* const interrupt_;
    grpc::ClientContext* const context_;
  };

  // Cancels the calls of all scopes, and those to come. Idempotent.
  void Set() ABSL_LOCKS_EXCLUDED(mu_);

  bool IsSet() const ABSL_LOCKS_EXCLUDED(mu_);

  // Waits for `duration`, or until Set; true when it was not Set.
  bool Sleep(absl::Duration duration) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  mutable Mutex mu_;
  bool set_ ABSL_GUARDED_BY(mu_) = false;
  absl::flat_hash_set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mu_);
};

// Everything outside the program, except the server and the files that options
// name; main.cc has the real one, tests have their own.
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

  // How often the live line is redrawn; zero = only when something happens.
  absl::Duration redraw_interval;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CLI_IO_H_
