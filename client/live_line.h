#ifndef GCJOBS_CLIENT_LIVE_LINE_H_
#define GCJOBS_CLIENT_LIVE_LINE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "common/mutex.h"
#include "common/thread.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Shows the cursor and starts a fresh line: what a process that ends at once
// owes the terminal.
inline constexpr absl::string_view kRestoreTerminal = "\r\x1b[K\x1b[?25h";

// One job's progress at the bottom of a terminal: drawn anew at
// io.redraw_interval by a thread of its own, below lines that stay. The cursor
// is hidden while the line is there and shown again at its end.
//
// Between events the job is refreshed about once a second, since polls and the
// time of the next look make no events.
//
// Thread-safe. While it lives, nobody else writes to io.out.
class LiveLine {
 public:
  // Gives the job as it now is; runs on the line's thread without a lock held.
  using Refresh = std::function<absl::StatusOr<v1::Job>(const std::string& job_id)>;

  // `io` must outlive it. REQUIRES: io.out_is_terminal.
  LiveLine(const CliIo& io, Refresh refresh);
  ~LiveLine();  // takes the line away
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // Writes a line that stays, and shows the job below it. False: io.out takes
  // no more.
  bool Show(absl::string_view line, const v1::Job& job) ABSL_LOCKS_EXCLUDED(mu_);

  // Stands in the line until it is replaced; empty takes it away.
  void SetRemark(absl::string_view remark) ABSL_LOCKS_EXCLUDED(mu_);

  // Takes the line away, lets `write` write to io.out or io.err, and draws the
  // line again. `write` runs under the lock and must not call back.
  void Interject(absl::FunctionRef<void()> write) ABSL_LOCKS_EXCLUDED(mu_);

  // Refreshes when that is due, and draws. The thread's beat; tests call it.
  void Tick() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void RefreshJob() ABSL_LOCKS_EXCLUDED(mu_);
  void DrawLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void RunTicks() ABSL_LOCKS_EXCLUDED(mu_);

  const CliIo& io_;
  const Refresh refresh_;

  Mutex mu_;
  v1::Job job_ ABSL_GUARDED_BY(mu_);
  std::string remark_ ABSL_GUARDED_BY(mu_);
  absl::Time next_refresh_ ABSL_GUARDED_BY(mu_);
  bool drawn_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<Thread> ticker_;  // null when nothing ticks
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_LIVE_LINE_H_
