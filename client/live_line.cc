#include "client/live_line.h"

#include <utility>

#include "client/progress.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr absl::Duration kRefreshInterval = absl::Seconds(1);
constexpr absl::string_view kTakeAway = "\r\x1b[K";
// Also hides the cursor: after Ctrl-Z and fg it is visible again.
constexpr absl::string_view kRedraw = "\x1b[?25l\r\x1b[K";

}  // namespace

LiveLine::LiveLine(const CliIo& io, Refresh refresh) : io_(io), refresh_(std::move(refresh)) {
  next_refresh_ = io_.clock->MonotonicNow() + kRefreshInterval;
  if (io_.redraw_interval > absl::ZeroDuration()) {
    ticker_ = std::make_unique<Thread>("live-line", [this] { RunTicks(); });
  }
}

LiveLine::~LiveLine() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  ticker_.reset();
  MutexLock lock(&mu_);
  if (drawn_) *io_.out << kRestoreTerminal << std::flush;
}

bool LiveLine::Show(absl::string_view line, const v1::Job& job) {
  MutexLock lock(&mu_);
  job_ = job;
  *io_.out << kTakeAway << line << "\n";
  DrawLocked();
  return io_.out->good();
}

void LiveLine::Interject(absl::FunctionRef<void()> write) {
  MutexLock lock(&mu_);
  *io_.out << kTakeAway << std::flush;
  write();
  DrawLocked();
}

void LiveLine::SetRemark(absl::string_view remark) {
  MutexLock lock(&mu_);
  remark_ = std::string(remark);
  DrawLocked();
}

void LiveLine::Tick() {
  RefreshJob();
  MutexLock lock(&mu_);
  DrawLocked();
}

void LiveLine::RefreshJob() {
  std::string job_id;
  {
    MutexLock lock(&mu_);
    const absl::Time now = io_.clock->MonotonicNow();
    if (now < next_refresh_ || job_.id().empty() || IsTerminal(job_.state())) return;
    next_refresh_ = now + kRefreshInterval;
    job_id = job_.id();
  }
  absl::StatusOr<v1::Job> job = refresh_(job_id);
  if (!job.ok()) return;  // the watch itself tells of outages
  MutexLock lock(&mu_);
  // The stream may have been quicker, and it alone tells of states: the line
  // must not be ahead of the events above it.
  if (job->revision() == job_.revision()) job_ = *std::move(job);
}

void LiveLine::DrawLocked() {
  if (job_.id().empty()) return;
  const Paint paint = io_.color ? Paint::kColor : Paint::kPlain;
  *io_.out << kRedraw << RenderProgress(job_, io_.clock->Now(), io_.width(), paint, remark_)
           << std::flush;
  drawn_ = true;
}

void LiveLine::RunTicks() {
  for (;;) {
    {
      MutexLock lock(&mu_);
      if (mu_.AwaitWithTimeout(absl::Condition(&stop_), io_.redraw_interval)) return;
    }
    Tick();
  }
}

}  // namespace gcjobs
