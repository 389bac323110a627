#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_CHILD_PROCESS_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_CHILD_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs::testing {

// A program that a test has started. Whatever happens, it ends with this
// object.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> argv;  // argv[0] is the path of the program
    // Added to a small environment of PATH and HOME; nothing else is inherited.
    std::map<std::string, std::string> environment;
    std::string input;  // written to its stdin, which is then closed
    // False: nobody reads its stderr, a pipe that is soon full, until the program's
    // end.
    bool read_errors = true;
  };

  explicit ChildProcess(const Options& options);
  ~ChildProcess();  // SIGKILL, if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until stdout has a line that begins with `prefix`; returns the rest
  // of it. Empty when stdout ends or `timeout` passes first.
  std::string AwaitLine(absl::string_view prefix, absl::Duration timeout = absl::Seconds(30));

  // Waits until it has written `text` to stderr; false when stderr ends or `timeout`
  // passes first.
  bool AwaitErrors(absl::string_view text, absl::Duration timeout = absl::Seconds(30))
      ABSL_LOCKS_EXCLUDED(mu_);

  // Whether it has closed its stdout, as it does when it ends.
  bool HasEnded() ABSL_LOCKS_EXCLUDED(mu_);

  void Kill(int signal);

  // Waits for its end. The exit code, or minus the signal that ended it.
  int Wait();

  // What it has written so far; all of it after Wait().
  std::string output() ABSL_LOCKS_EXCLUDED(mu_);
  std::string errors() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Collect(int fd, std::string* text, bool* ended);

  pid_t pid_ = -1;
  bool waited_ = false;
  int exit_code_ = 0;
  int unread_fd_ = -1;
  Mutex mu_;
  std::string output_ ABSL_GUARDED_BY(mu_);
  std::string errors_ ABSL_GUARDED_BY(mu_);
  bool output_ended_ ABSL_GUARDED_BY(mu_) = false;
  bool errors_ended_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::unique_ptr<Thread>> collectors_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_CHILD_PROCESS_H_
