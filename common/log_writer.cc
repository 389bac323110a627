#include "common/log_writer.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace gcjobs {
namespace {

// How often the thread looks, while the reader takes nothing, whether it is to stop.
constexpr int kLookMillis = 100;

// How long the thread rests after it has written: what is said meanwhile goes out
// together. A busy server would otherwise wake it for each line, which costs those
// who speak more than the line does. No rest when more than that waits.
constexpr absl::Duration kRest = absl::Milliseconds(10);
constexpr size_t kMaxRestingBytes = 64 << 10;

}  // namespace

LogWriter::LogWriter(int fd, Options options)
    : fd_(fd), options_(std::move(options)), thread_("gcj-log", [this] { Run(); }) {}

LogWriter::~LogWriter() {
  MutexLock lock(&mu_);
  stopping_ = true;
}

void LogWriter::Write(std::string line) {
  MutexLock lock(&mu_);
  bytes_ += line.size();
  lines_.push_back(std::move(line));
  while (bytes_ > options_.max_bytes && lines_.size() > 1) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
    DropLocked(1);
  }
}

bool LogWriter::Flush(absl::Duration at_most) {
  MutexLock lock(&mu_);
  ++flushing_;
  const bool flushed =
      mu_.AwaitWithTimeout(absl::Condition(this, &LogWriter::IsIdleLocked), at_most);
  --flushing_;
  return flushed;
}

uint64_t LogWriter::dropped() const {
  MutexLock lock(&mu_);
  return dropped_;
}

void LogWriter::Run() {
  while (std::optional<Batch> batch = TakeBatch()) {
    const bool written = WriteAll(batch->text);
    MutexLock lock(&mu_);
    writing_ = false;
    if (!written) DropLocked(batch->lines);
    if (lines_.empty()) {
      mu_.AwaitWithTimeout(absl::Condition(this, &LogWriter::MustHurryLocked), kRest);
    }
  }
}

bool LogWriter::MustHurryLocked() const {
  return stopping_ || (flushing_ > 0 && !lines_.empty()) || bytes_ > kMaxRestingBytes;
}

// Lines go out together as long as a pipe takes them whole, never mixed with those
// of others who write to it (PIPE_BUF, see pipe(7)).
std::optional<LogWriter::Batch> LogWriter::TakeBatch() {
  MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &LogWriter::HasWorkLocked));
  if (lines_.empty()) return std::nullopt;
  Batch batch;
  if (gap_ > 0 && options_.describe_gap) batch.text = options_.describe_gap(gap_);
  gap_ = 0;
  do {
    bytes_ -= lines_.front().size();
    batch.text += lines_.front();
    ++batch.lines;
    lines_.pop_front();
  } while (!lines_.empty() && batch.text.size() + lines_.front().size() <= PIPE_BUF);
  writing_ = true;
  return batch;
}

// The descriptor is shared with other processes, so it is not made non-blocking: a
// write of at most PIPE_BUF bytes to one that is ready does not block either.
bool LogWriter::WriteAll(const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    if (!AwaitReader()) return false;
    const ssize_t size =
        write(fd_, text.data() + done, std::min<size_t>(text.size() - done, PIPE_BUF));
    if (size > 0) done += static_cast<size_t>(size);
    if (size < 0 && errno != EINTR && errno != EAGAIN) return false;
  }
  return true;
}

// False when the writer stops first.
bool LogWriter::AwaitReader() {
  for (;;) {
    const bool stopping = IsStopping();
    pollfd ready = {fd_, POLLOUT, 0};
    if (poll(&ready, 1, stopping ? 0 : kLookMillis) > 0) return true;
    if (stopping) return false;
  }
}

bool LogWriter::IsStopping() const {
  MutexLock lock(&mu_);
  return stopping_;
}

void LogWriter::DropLocked(uint64_t lines) {
  dropped_ += lines;
  gap_ += lines;
}

}  // namespace gcjobs
