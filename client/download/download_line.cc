#include "client/download/download_line.h"

#include "absl/strings/str_cat.h"

#include "client/text.h"

namespace gcjobs {

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
  Print(absl::StrCat("gcjobs: connection lost", where, ", going on from there (",
                     EscapeControls(why.message()), ")"));
  SetRemark("connection lost, trying again");
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
