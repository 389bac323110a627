#include "client/status_line.h"

#include <utility>

namespace gcjobs {
namespace {

constexpr absl::string_view kTakeAway = "\r\x1b[K";
// Also hides the cursor: after Ctrl-Z and fg it is visible again.
constexpr absl::string_view kRedraw = "\x1b[?25l\r\x1b[K";

}  // namespace

StatusLine::StatusLine(const CliIo& io, Options options) : io_(io), options_(std::move(options)) {
  if (io_.redraw_interval > absl::ZeroDuration()) {
    ticker_ = std::make_unique<Thread>("status-line", [this] { RunTicks(); });
  }
}

StatusLine::~StatusLine() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  ticker_.reset();
  MutexLock lock(&mu_);
  if (drawn_) *options_.stream << kRestoreTerminal << std::flush;
}

bool StatusLine::Print(absl::string_view line) {
  MutexLock lock(&mu_);
  *options_.stream << kTakeAway << line << "\n";
  DrawLocked();
  return options_.stream->good();
}

void StatusLine::Interject(absl::FunctionRef<void()> write) {
  MutexLock lock(&mu_);
  *options_.stream << kTakeAway << std::flush;
  write();
  DrawLocked();
}

void StatusLine::Draw() {
  MutexLock lock(&mu_);
  DrawLocked();
}

void StatusLine::Tick() {
  if (options_.on_tick) options_.on_tick();
  Draw();
}

void StatusLine::DrawLocked() {
  const std::string text = options_.render();
  if (text.empty()) return;
  *options_.stream << kRedraw << text << std::flush;
  drawn_ = true;
}

void StatusLine::RunTicks() {
  for (;;) {
    {
      MutexLock lock(&mu_);
      if (mu_.AwaitWithTimeout(absl::Condition(&stop_), io_.redraw_interval)) return;
    }
    Tick();
  }
}

}  // namespace gcjobs
