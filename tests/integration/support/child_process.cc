#include "tests/integration/support/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"

namespace gcjobs::testing {
namespace {

constexpr int kSmallestPipe = 4096;

struct Pipe {
  Pipe() {
    int fds[2];
    GCJOBS_CHECK(pipe2(fds, O_CLOEXEC) == 0, "pipe2: errno ", errno);
    read_end = fds[0];
    write_end = fds[1];
  }
  int read_end;
  int write_end;
};

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MakeEnvironment(const std::map<std::string, std::string>& added) {
  std::map<std::string, std::string> all = {{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}};
  for (const auto& [name, value] : added) all[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : all) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

}  // namespace

ChildProcess::ChildProcess(const Options& options) {
  signal(SIGPIPE, SIG_IGN);  // a child may end before it has read its input
  Pipe in, out, err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read_end, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write_end, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end, STDERR_FILENO);
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> environment = MakeEnvironment(options.environment);
  const int error = posix_spawn(&pid_, argv[0].c_str(), &actions, nullptr, Pointers(&argv).data(),
                                Pointers(&environment).data());
  GCJOBS_CHECK(error == 0, "cannot start ", argv[0], ": error ", error);
  posix_spawn_file_actions_destroy(&actions);
  close(in.read_end);
  close(out.write_end);
  close(err.write_end);
  (void)!write(in.write_end, options.input.data(), options.input.size());
  close(in.write_end);
  collectors_.push_back(std::make_unique<Thread>(
      "child-out", [this, fd = out.read_end] { Collect(fd, &output_, &output_ended_); }));
  if (!options.read_errors) {
    fcntl(err.read_end, F_SETPIPE_SZ, kSmallestPipe);
    unread_fd_ = err.read_end;
    return;
  }
  collectors_.push_back(std::make_unique<Thread>(
      "child-err", [this, fd = err.read_end] { Collect(fd, &errors_, &errors_ended_); }));
}

ChildProcess::~ChildProcess() {
  if (waited_) return;
  Kill(SIGKILL);
  Wait();
}

void ChildProcess::Collect(int fd, std::string* text, bool* ended) {
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    MutexLock lock(&mu_);
    if (count <= 0) {
      *ended = true;
      break;
    }
    text->append(buffer, static_cast<size_t>(count));
  }
  close(fd);
}

std::string ChildProcess::AwaitLine(absl::string_view prefix, absl::Duration timeout) {
  std::string rest;
  const auto found = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    // The piece behind the last line end is not a line yet.
    std::vector<std::string> lines = absl::StrSplit(output_, '\n');
    lines.pop_back();
    for (const std::string& line : lines) {
      if (!absl::StartsWith(line, prefix)) continue;
      rest = line.substr(prefix.size());
      return true;
    }
    return output_ended_;
  };
  MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(&found), timeout);
  return rest;
}

bool ChildProcess::AwaitErrors(absl::string_view text, absl::Duration timeout) {
  const auto found = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return errors_ended_ || absl::StrContains(errors_, text);
  };
  MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(&found), timeout);
  return absl::StrContains(errors_, text);
}

bool ChildProcess::HasEnded() {
  MutexLock lock(&mu_);
  return output_ended_;
}

void ChildProcess::Kill(int signal) {
  if (!waited_) kill(pid_, signal);
}

int ChildProcess::Wait() {
  if (waited_) return exit_code_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  collectors_.clear();
  if (unread_fd_ >= 0) close(std::exchange(unread_fd_, -1));
  waited_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return exit_code_;
}

std::string ChildProcess::output() {
  MutexLock lock(&mu_);
  return output_;
}

std::string ChildProcess::errors() {
  MutexLock lock(&mu_);
  return errors_;
}

}  // namespace gcjobs::testing
