#include <gmock/gmock.h>

#include <chrono>

#include "absl/synchronization/notification.h"

#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"

// Clients that go away while their call is under way: the work goes on, the
// call is finished once, and nothing waits for it when the server stops.

namespace gcjobs::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A call that the test waits for by itself.
struct PendingSubmit {
  explicit PendingSubmit(v1::JobService::Stub* stub) : PendingSubmit() { Start(stub); }
  PendingSubmit() { request.set_action_id("a"); }

  void Start(v1::JobService::Stub* stub) {
    stub->async()->SubmitAction(&context, &request, &job, [this](grpc::Status status) {
      outcome = FromGrpc(status);
      done.Notify();
    });
  }

  grpc::ClientContext context;
  v1::SubmitActionRequest request;
  v1::Job job;
  absl::Status outcome;
  absl::Notification done;
};

class GoneClientTest : public ServiceTest {
 protected:
  GoneClientTest() {
    engine_.HoldAnswers();
    StartServer();
  }

  // The engine answers now; the server can then stop, which it could not with
  // a call that nobody finished.
  void AnswerAndStop() {
    loop_.RunAndWait([this] { engine_.ReleaseAnswers(); });
    StopServer();
    EXPECT_THAT(engine_.cancels(), IsEmpty());
  }
};

TEST_F(GoneClientTest, CancelDuringASubmitCancelsNothing) {
  PendingSubmit call(jobs_.get());
  engine_.AwaitSubmissions(1);
  call.context.TryCancel();
  call.done.WaitForNotification();
  EXPECT_THAT(call.outcome, StatusIs(absl::StatusCode::kCancelled));
  AnswerAndStop();
}

TEST_F(GoneClientTest, DeadlineDuringASubmitCancelsNothing) {
  PendingSubmit call;
  call.context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  call.Start(jobs_.get());
  call.done.WaitForNotification();
  EXPECT_THAT(call.outcome, StatusIs(absl::StatusCode::kDeadlineExceeded));
  AnswerAndStop();
}

TEST_F(GoneClientTest, CancelBeforeTheHandlerIsHarmless) {
  PendingSubmit call;
  call.context.TryCancel();
  call.Start(jobs_.get());
  call.done.WaitForNotification();
  EXPECT_THAT(call.outcome, StatusIs(absl::StatusCode::kCancelled));
  AnswerAndStop();
}

TEST_F(GoneClientTest, CancelAfterTheAnswerIsHarmless) {
  PendingSubmit call(jobs_.get());
  engine_.AwaitSubmissions(1);
  loop_.RunAndWait([this] { engine_.ReleaseAnswers(); });
  call.done.WaitForNotification();
  EXPECT_THAT(call.outcome, IsOk());
  call.context.TryCancel();
  AnswerAndStop();
}

TEST_F(GoneClientTest, ManyCancelsAmongTheAnswers) {
  constexpr int kCalls = 30;
  std::vector<std::unique_ptr<PendingSubmit>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(std::make_unique<PendingSubmit>(jobs_.get()));
  engine_.AwaitSubmissions(kCalls);
  loop_.get()->Post([this] { engine_.ReleaseAnswers(); });
  for (int i = 0; i < kCalls; i += 2) calls[i]->context.TryCancel();
  for (int i = 0; i < kCalls; ++i) {
    calls[i]->done.WaitForNotification();
    const bool cancelled = absl::IsCancelled(calls[i]->outcome);
    EXPECT_TRUE(calls[i]->outcome.ok() || (cancelled && i % 2 == 0)) << calls[i]->outcome;
  }
  StopServer();
  EXPECT_THAT(engine_.cancels(), IsEmpty());
}

TEST_F(GoneClientTest, TimeoutUpdateGoesOn) {
  main_actions_.holds_updates = true;
  grpc::ClientContext context;
  v1::UpdateActionTimeoutRequest request;
  request.set_action_id("a");
  request.mutable_timeout()->set_seconds(5);
  v1::ActionTimeout timeout;
  absl::Notification done;
  actions_->async()->UpdateActionTimeout(&context, &request, &timeout,
                                         [&done](const grpc::Status&) { done.Notify(); });
  main_actions_.update_came.WaitForNotification();
  context.TryCancel();
  done.WaitForNotification();
  loop_.RunAndWait(
      [this] { std::exchange(main_actions_.held_update, nullptr)(v1::ActionTimeout()); });
  StopServer();
  EXPECT_THAT(main_actions_.updates, SizeIs(1));
}

}  // namespace
}  // namespace gcjobs::testing
