#include "client/live_line.h"

#include <utility>

#include "client/progress.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr absl::Duration kRefreshInterval = absl::Seconds(1);

}  // namespace

LiveLine::LiveLine(const CliIo& io, std::ostream* terminal, Refresh refresh)
    : io_(io),
      refresh_(std::move(refresh)),
      next_refresh_(io.clock->MonotonicNow() + kRefreshInterval),
      line_(io, {terminal, [this] { return Render(); }, [this] { RefreshJob(); }}) {}

bool LiveLine::Show(absl::string_view line, const v1::Job& job) {
  SetJob(job);
  return line_.Print(line);
}

void LiveLine::Show(const v1::Job& job) {
  SetJob(job);
  line_.Draw();
}

void LiveLine::SetRemark(absl::string_view remark) {
  {
    MutexLock lock(&mu_);
    remark_ = std::string(remark);
  }
  line_.Draw();
}

void LiveLine::SetJob(const v1::Job& job) {
  MutexLock lock(&mu_);
  job_ = job;
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

std::string LiveLine::Render() {
  MutexLock lock(&mu_);
  if (job_.id().empty()) return "";
  const Paint paint = io_.color ? Paint::kColor : Paint::kPlain;
  return RenderProgress(job_, io_.clock->Now(), io_.width(), paint, remark_);
}

}  // namespace gcjobs
