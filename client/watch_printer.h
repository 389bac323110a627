#ifndef GCJOBS_CLIENT_WATCH_PRINTER_H_
#define GCJOBS_CLIENT_WATCH_PRINTER_H_

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/global_options.h"
#include "client/status_line.h"
#include "client/watch_session.h"
#include "common/mutex.h"
#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// One job's progress at the bottom of a terminal (a StatusLine).
//
// Between events the job is refreshed about once a second, since polls and the
// time of the next poll make no events.
//
// Thread-safe. While it lives, nobody else writes to the terminal.
class LiveLine {
 public:
  // The job as it now is, and what it waits for where that is known.
  struct Progress {
    v1::Job job;
    std::optional<v1::JobExplanation> why;
  };
  // Runs on the line's thread without a lock held.
  using Refresh = std::function<absl::StatusOr<Progress>(const std::string& job_id)>;

  // `io` and `terminal` must outlive it.
  LiveLine(const CliIo& io, std::ostream* terminal, Refresh refresh);
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  // Writes a line that stays, and shows the job below it. False: the terminal
  // takes no more.
  bool Show(absl::string_view line, const v1::Job& job) ABSL_LOCKS_EXCLUDED(mu_);

  // Shows the job, and nothing above it.
  void Show(const v1::Job& job) ABSL_LOCKS_EXCLUDED(mu_);

  // Stands in the line until it is replaced; empty takes it away.
  void SetRemark(absl::string_view remark) ABSL_LOCKS_EXCLUDED(mu_);

  // See StatusLine.
  void Interject(absl::FunctionRef<void()> write) { line_.Interject(write); }

  // Refreshes when that is due, and draws. The thread's beat; tests call it.
  void Tick() { line_.Tick(); }

 private:
  void SetJob(const v1::Job& job) ABSL_LOCKS_EXCLUDED(mu_);
  void RefreshJob() ABSL_LOCKS_EXCLUDED(mu_);
  std::string Render() ABSL_LOCKS_EXCLUDED(mu_);

  const CliIo& io_;
  const Refresh refresh_;

  Mutex mu_;  // a leaf: taken under the line's lock
  Progress progress_ ABSL_GUARDED_BY(mu_);
  std::string remark_ ABSL_GUARDED_BY(mu_);
  absl::Time next_refresh_ ABSL_GUARDED_BY(mu_);

  StatusLine line_;  // last: its thread uses the rest
};

// Shows a watch: one JSON JobEvent per line with --output json (bookmarks
// included), otherwise one line per event; each is flushed at once. With a live line
// the events appear above it, in short. Remarks about the connection go to
// stderr.
class WatchPrinter final : public WatchObserver {
 public:
  // What is shown of the events; kLine: only a live line, on stderr.
  enum class Events { kShow, kHide, kLine };

  // `io` and `options` must outlive it. `refresh`: for the live line of one
  // job on a terminal; null = no live line.
  WatchPrinter(const CliIo& io, const GlobalOptions& options, Events events,
               LiveLine::Refresh refresh);

  bool OnEvent(const v1::JobEvent& event) override;
  void OnConnectionLost(const absl::Status& why, int64_t revision) override;
  void OnConnectionRestored() override;
  void OnCompacted(int64_t revision) override;

  // Takes the live line away. No event may follow.
  void Close() { live_.reset(); }

 private:
  void Remark(const std::string& text);

  const CliIo& io_;
  const GlobalOptions& options_;
  const Events events_;
  std::unique_ptr<LiveLine> live_;  // null when there is none
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_WATCH_PRINTER_H_
