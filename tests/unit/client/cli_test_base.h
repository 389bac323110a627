#ifndef GCJOBS_TESTS_UNIT_CLIENT_CLI_TEST_BASE_H_
#define GCJOBS_TESTS_UNIT_CLIENT_CLI_TEST_BASE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli.h"
#include "client/cli_io.h"
#include "common/errors.h"
#include "common/failure_body.h"
#include "common/time_conversion.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_job_service.h"

namespace gcjobs::testing {

// A stream that keeps what is written and tells of each flush, on the thread
// that writes: there a test stops the server or presses Ctrl-C at a known
// point of the output.
class HookedOutput : private std::stringbuf, public std::ostream {
 public:
  HookedOutput() : std::ostream(static_cast<std::stringbuf*>(this)) {}

  std::string text() const { return std::stringbuf::str(); }
  void Clear() { std::stringbuf::str(""); }
  void set_on_flush(std::function<void()> on_flush) { on_flush_ = std::move(on_flush); }

  // Calls `action` once, at the first flush at which `part` has been written.
  void WhenHolds(const std::string& part, std::function<void()> action) {
    set_on_flush([this, part, action = std::move(action), done = false]() mutable {
      if (done || text().find(part) == std::string::npos) return;
      done = true;
      action();
    });
  }

 private:
  int sync() override {
    if (on_flush_) on_flush_();
    return 0;
  }

  std::function<void()> on_flush_;
};

// Runs whole commands against a fake server. Nothing sleeps: a wait moves the
// clock and tells `on_sleep`.
class CliTest : public ::testing::Test {
 protected:
  static constexpr char kJobId[] = "0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f";

  CliTest() {
    io_.in = &in_;
    io_.out = &out_;
    io_.err = &err_;
    io_.env = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    io_.clock = &clock_;
    io_.interrupt = &interrupt_;
    io_.sleep = [this](absl::Duration duration) {
      sleeps_.push_back(duration);
      clock_.Advance(duration);
      if (on_sleep_) on_sleep_();
      return !interrupt_.IsSet();
    };
  }

  // The exit code of `gcjobs ARGUMENTS --server <the fake's address>`.
  int Run(std::vector<std::string> arguments) {
    arguments.push_back("--server=" + server_.address());
    return RunCli(arguments, io_);
  }

  std::string out() const { return out_.text(); }
  std::string err() const { return err_.text(); }

  // A job as the server would give it, `age` old.
  v1::Job MakeJob(v1::JobState state, int64_t revision = 1,
                  absl::Duration age = absl::Seconds(192)) const {
    v1::Job job;
    job.set_id(kJobId);
    job.set_org("default");
    job.set_kind("action.async");
    job.set_action_id("custom_-_1a2b");
    job.set_state(state);
    job.set_revision(revision);
    *job.mutable_create_time() = ToProto(clock_.Now() - age);
    *job.mutable_update_time() = ToProto(clock_.Now() - age / 2);
    return job;
  }

  // The `sequence`-th event of that job, which brings it into `state`.
  v1::JobEvent MakeEvent(int64_t revision, int64_t sequence, v1::JobState before,
                         v1::JobState state) const {
    v1::JobEvent event;
    event.set_type(v1::EVENT_TYPE_TRANSITION);
    event.set_revision(revision);
    event.set_sequence(sequence);
    event.set_previous_state(before);
    *event.mutable_time() = ToProto(clock_.Now());
    *event.mutable_job() = MakeJob(state, revision);
    return event;
  }

  // The usual life of a job, at revisions 10, 20, 30.
  v1::JobEvent Queued() const {
    return MakeEvent(10, 1, v1::JOB_STATE_UNSPECIFIED, v1::JOB_STATE_QUEUED);
  }
  v1::JobEvent Running() const {
    return MakeEvent(20, 2, v1::JOB_STATE_QUEUED, v1::JOB_STATE_RUNNING);
  }
  v1::JobEvent Succeeded() const {
    return MakeEvent(30, 3, v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED);
  }

  // The error of an action that has answered with a body of its own.
  static absl::Status FailedByAction() {
    absl::Status status = MakeError(errors::kGenesysBadRequest, "HTTP 422: no stock");
    SetFailureBody(&status, MakeFailureBody(422, "application/json", "{\"error\":\"no stock\"}"));
    return status;
  }

  // How often `part` occurs in `text`.
  static int Count(const std::string& text, const std::string& part) {
    int count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++count;
    }
    return count;
  }

  FakeServer server_;
  FakeClock clock_;
  Interrupt interrupt_;
  std::istringstream in_;
  HookedOutput out_;
  HookedOutput err_;
  std::map<std::string, std::string> environment_;
  std::vector<absl::Duration> sleeps_;
  std::function<void()> on_sleep_;
  CliIo io_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_CLIENT_CLI_TEST_BASE_H_
