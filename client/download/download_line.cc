#include "client/download/download_line.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli_error.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kGap = "  ";

// The bar and its block that goes to and fro.
constexpr int kTrackWidth = 12;
constexpr int kBlockWidth = 4;
constexpr double kStepsPerSecond = 8;
// Narrower terminals need the room for numbers.
constexpr int kLeastWidthForBar = 60;

constexpr absl::Duration kRateWindow = absl::Seconds(3);
constexpr absl::Duration kSampleInterval = absl::Milliseconds(100);

std::string Count(int64_t n, absl::string_view one, absl::string_view many) {
  return absl::StrCat(n, " ", n == 1 ? one : many);
}

std::string Elapsed(absl::Duration elapsed) {
  if (elapsed >= absl::Minutes(1)) return ShortDuration(elapsed);
  return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(elapsed));
}

std::string Bar(absl::Duration elapsed) {
  constexpr int64_t kSpan = kTrackWidth - kBlockWidth;
  const auto step = static_cast<int64_t>(absl::ToDoubleSeconds(elapsed) * kStepsPerSecond);
  const int64_t phase = step % (2 * kSpan);
  const int64_t at = phase <= kSpan ? phase : 2 * kSpan - phase;
  std::string track(kTrackWidth, ' ');
  track.replace(at, kBlockWidth, kBlockWidth, '=');
  return absl::StrCat("[", track, "]");
}

std::string Painted(const std::string& text, Paint paint) {
  return paint == Paint::kColor ? absl::StrCat("\x1b[36m", text, "\x1b[0m") : text;
}

std::string Rate(double bytes_per_second) {
  return absl::StrCat(RenderBytes(static_cast<int64_t>(bytes_per_second)), "/s");
}

}  // namespace

std::string RenderBytes(int64_t bytes) {
  constexpr double kKilo = 1e3;
  constexpr double kMega = 1e6;
  if (bytes < 1000) return Count(bytes, "byte", "bytes");
  const auto size = static_cast<double>(bytes);
  if (bytes < 1000000) return absl::StrFormat("%.1f kB", size / kKilo);
  return absl::StrFormat("%.1f MB", size / kMega);
}

std::string RenderDownload(const DownloadProgress& progress, int width, Paint paint,
                           absl::string_view remark) {
  const std::vector<std::string> parts = {
      Count(progress.pages, "page", "pages"), Count(progress.items, "item", "items"),
      RenderBytes(progress.bytes),
      remark.empty() ? Rate(progress.bytes_per_second) : EscapeControls(remark),
      Elapsed(progress.elapsed)};
  // A full line would make some terminals wrap.
  int left = std::max(0, width - 1);
  std::string line;
  if (width >= kLeastWidthForBar) {
    const std::string bar = Bar(progress.elapsed);
    line = absl::StrCat(Painted(bar, paint), kGap);
    left -= DisplayWidth(bar) + static_cast<int>(kGap.size());
  }
  absl::string_view gap;
  for (const std::string& part : parts) {
    const int needed = static_cast<int>(gap.size()) + DisplayWidth(part);
    if (needed > left) break;
    absl::StrAppend(&line, gap, part);
    left -= needed;
    gap = kGap;
  }
  return line;
}

std::string RenderSummary(const DownloadProgress& progress) {
  const std::string all =
      absl::StrCat(Count(progress.pages, "page", "pages"), ", ",
                   Count(progress.items, "item", "items"), ", ", RenderBytes(progress.bytes));
  const std::string in = absl::StrCat(" in ", Elapsed(progress.elapsed));
  if (progress.earlier_pages == 0) return all + in;
  const int64_t fetched = progress.pages - progress.earlier_pages;
  return absl::StrCat(all, "; the last ", Count(fetched, "page", "pages"), in);
}

void TransferRate::Add(absl::Time now, int64_t bytes) {
  if (!samples_.empty() && now - samples_.back().time < kSampleInterval && samples_.size() > 1) {
    samples_.back().bytes = bytes;
    return;
  }
  samples_.push_back({now, bytes});
  while (samples_.size() > 2 && now - samples_[1].time >= kRateWindow) samples_.pop_front();
}

double TransferRate::BytesPerSecond(absl::Time now) const {
  if (samples_.empty()) return 0;
  const Sample& first = samples_.front();
  const absl::Duration span = std::max(now - first.time, kSampleInterval);
  return static_cast<double>(samples_.back().bytes - first.bytes) / absl::ToDoubleSeconds(span);
}

DownloadLine::DownloadLine(const CliIo& io, Display display, const DownloadProgress& earlier)
    : io_(io), start_(io.clock->MonotonicNow()), progress_(earlier) {
  rate_.Add(start_, earlier.bytes);
  if (display == Display::kHidden) return;
  line_ = std::make_unique<StatusLine>(
      io, StatusLine::Options{io.err, [this] { return Render(); }, nullptr});
  line_->Draw();
}

void DownloadLine::Update(int64_t pages, int64_t items, int64_t bytes) {
  MutexLock lock(&mu_);
  progress_.pages = pages;
  progress_.items = items;
  progress_.bytes = bytes;
  rate_.Add(io_.clock->MonotonicNow(), bytes);
}

void DownloadLine::ShowOutage(const absl::Status& why, int64_t pages) {
  const std::string where = pages > 0 ? absl::StrCat(" after page ", pages) : "";
  const std::string what = WhatBroke(why);
  Print(absl::StrCat("gcjobs: ", what, where, ", resuming from there (",
                     EscapeControls(why.message()), ")"));
  SetRemark(absl::StrCat(what, ", retrying"));
}

void DownloadLine::EndOutage() { SetRemark(""); }

void DownloadLine::Tick() {
  if (line_ != nullptr) line_->Tick();
}

void DownloadLine::SetRemark(absl::string_view remark) {
  {
    MutexLock lock(&mu_);
    remark_ = std::string(remark);
  }
  if (line_ != nullptr) line_->Draw();
}

void DownloadLine::Print(absl::string_view line) {
  if (line_ != nullptr) {
    line_->Print(line);
  } else {
    *io_.err << line << "\n" << std::flush;
  }
}

DownloadProgress DownloadLine::progress() const {
  const absl::Time now = io_.clock->MonotonicNow();
  MutexLock lock(&mu_);
  DownloadProgress progress = progress_;
  progress.elapsed = now - start_;
  progress.bytes_per_second = rate_.BytesPerSecond(now);
  return progress;
}

std::string DownloadLine::Render() const {
  const DownloadProgress now = progress();
  std::string remark;
  {
    MutexLock lock(&mu_);
    remark = remark_;
  }
  const Paint paint = io_.color ? Paint::kColor : Paint::kPlain;
  return RenderDownload(now, io_.width(), paint, remark);
}

}  // namespace gcjobs
