#include "client/watch_printer.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/job_view.h"
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
  progress_ = {job, std::nullopt};
}

void LiveLine::RefreshJob() {
  std::string job_id;
  {
    MutexLock lock(&mu_);
    const absl::Time now = io_.clock->MonotonicNow();
    const v1::Job& job = progress_.job;
    if (now < next_refresh_ || job.id().empty() || IsTerminal(job.state())) return;
    next_refresh_ = now + kRefreshInterval;
    job_id = job.id();
  }
  absl::StatusOr<Progress> progress = refresh_(job_id);
  if (!progress.ok()) return;  // the watch itself tells of outages
  MutexLock lock(&mu_);
  // The stream may have been quicker, and it alone tells of states: the line
  // must not be ahead of the events above it.
  if (progress->job.revision() == progress_.job.revision()) progress_ = *std::move(progress);
}

std::string LiveLine::Render() {
  MutexLock lock(&mu_);
  if (progress_.job.id().empty()) return "";
  const Paint paint = io_.color ? Paint::kColor : Paint::kPlain;
  return RenderProgress(progress_.job, io_.clock->Now(), io_.width(), paint, remark_,
                        progress_.why.has_value() ? &*progress_.why : nullptr);
}

WatchPrinter::WatchPrinter(const CliIo& io, const GlobalOptions& options, Events events,
                           LiveLine::Refresh refresh)
    : io_(io), options_(options), events_(events) {
  const bool is_terminal = (events == Events::kShow && io.out_is_terminal) ||
                           (events == Events::kLine && io.err_is_terminal);
  if (!is_terminal || refresh == nullptr || options.output != OutputFormat::kTable) return;
  live_ =
      std::make_unique<LiveLine>(io, events == Events::kLine ? io.err : io.out, std::move(refresh));
}

bool WatchPrinter::OnEvent(const v1::JobEvent& event) {
  if (events_ == Events::kHide) return true;
  if (events_ == Events::kLine) {
    if (live_ != nullptr && event.has_job()) live_->Show(event.job());
    return true;
  }
  if (options_.output == OutputFormat::kJson) {
    *io_.out << ToJson(event, JsonLayout::kOneLine) << std::flush;
    return io_.out->good();
  }
  if (event.type() == v1::EVENT_TYPE_BOOKMARK) return true;
  const Paint paint = io_.out_is_terminal && io_.color ? Paint::kColor : Paint::kPlain;
  if (live_ != nullptr) {
    return live_->Show(RenderShortEvent(event, io_.time_zone, paint), event.job());
  }
  *io_.out << RenderEvent(event, paint) << "\n" << std::flush;
  return io_.out->good();
}

void WatchPrinter::OnConnectionLost(const absl::Status& why, int64_t revision) {
  const std::string from =
      revision > 0 ? absl::StrCat("from revision ", revision) : "from the start";
  const std::string what = WhatBroke(why);
  Remark(absl::StrCat(what, ", resuming ", from, " (", why.message(), ")"));
  if (live_ != nullptr) live_->SetRemark(absl::StrCat(what, ", resuming"));
}

void WatchPrinter::OnConnectionRestored() {
  if (live_ != nullptr) live_->SetRemark("");
}

void WatchPrinter::OnCompacted(int64_t revision) {
  Remark(absl::StrCat("events after revision ", revision,
                      " are no longer kept; continuing from the current state"));
}

void WatchPrinter::Remark(const std::string& text) {
  const auto write = [&] { *io_.err << "gcjobs: " << EscapeControls(text) << "\n" << std::flush; };
  if (live_ != nullptr) {
    live_->Interject(write);
  } else {
    write();
  }
}

}  // namespace gcjobs
