#include "client/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "client/cli_error.h"
#include "client/status_line.h"

namespace gcjobs {
namespace {

constexpr size_t kFlushAtBytes = 64 << 10;

bool IsIgnored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t SignalsToWatch(bool has_terminal) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!IsIgnored(signal)) sigaddset(&signals, signal);
  }
  if (has_terminal && !IsIgnored(SIGTSTP)) sigaddset(&signals, SIGTSTP);
  return signals;
}

}  // namespace

FdOutput::int_type FdOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof()))
    return traits_type::not_eof(character);
  const char c = traits_type::to_char_type(character);
  return xsputn(&c, 1) == 1 ? character : traits_type::eof();
}

std::streamsize FdOutput::xsputn(const char* text, std::streamsize size) {
  if (error_ != 0) return 0;
  const absl::string_view bytes(text, static_cast<size_t>(size));
  if (bytes.size() >= kFlushAtBytes) {
    // A large piece goes straight out instead of through the buffer.
    if (sync() != 0 || !WriteOut(bytes)) return 0;
    return size;
  }
  buffer_.append(bytes.data(), bytes.size());
  if (buffer_.size() >= kFlushAtBytes && sync() != 0) return 0;
  return size;
}

int FdOutput::sync() {
  const bool done = WriteOut(buffer_);
  buffer_.clear();
  return done ? 0 : -1;
}

bool FdOutput::WriteOut(absl::string_view bytes) {
  while (error_ == 0 && !bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  return error_ == 0;
}

SignalWatcher::SignalWatcher(Interrupt* interrupt, std::optional<int> terminal)
    : interrupt_(interrupt), terminal_(terminal) {
  const sigset_t signals = SignalsToWatch(terminal.has_value());
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
  stop_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || stop_ < 0) return;  // signals then end the process, as they would have
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::make_unique<Thread>("signals", [this] { Watch(); });
}

SignalWatcher::~SignalWatcher() {
  if (thread_ != nullptr) eventfd_write(stop_, 1);
  thread_.reset();
  if (signals_ >= 0) close(signals_);
  if (stop_ >= 0) close(stop_);
}

void SignalWatcher::Watch() {
  for (;;) {
    pollfd waits[] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    signalfd_siginfo info{};
    if (waits[0].revents != 0 && read(signals_, &info, sizeof info) == sizeof info) {
      Handle(static_cast<int>(info.ssi_signo));
    }
  }
}

void SignalWatcher::Handle(int signal) {
  if (signal == SIGTSTP) {
    RestoreTerminal();
    kill(getpid(), SIGSTOP);
    return;
  }
  if (!interrupt_->IsSet()) {
    interrupt_->Set();
    return;
  }
  RestoreTerminal();
  _exit(static_cast<int>(ExitCode::kInterrupted));
}

void SignalWatcher::RestoreTerminal() const {
  if (!terminal_.has_value()) return;
  // Nothing can be done about a terminal that takes no bytes.
  const ssize_t written = write(*terminal_, kRestoreTerminal.data(), kRestoreTerminal.size());
  static_cast<void>(written);
}

}  // namespace gcjobs
