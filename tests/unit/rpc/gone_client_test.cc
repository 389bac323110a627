#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <vector>

#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"

// Clients that go away while their call is under way: the work goes on, the
// call is finished once, and nothing waits for it when the server stops (which
// it could not with a call that nobody finished).

namespace gcjobs::testing {
namespace {

class GoneClientTest : public ServiceTest {
 protected:
  GoneClientTest() {
    StartServer();
    request_.set_action_id("a");
  }

  // Genesys Cloud accepts all that was submitted; no job knows of a cancel.
  void AcceptAllAndStop() {
    world_.Settle();
    while (!world_.client().sent().empty()) AnswerUpstream(R"({"id":"u"})", 202);
    const std::vector<v1::Job> jobs = world_.store().reader().ListJobs(JobQuery()).value();
    for (const v1::Job& job : jobs) {
      EXPECT_EQ(job.state(), v1::JOB_STATE_PENDING);
      EXPECT_FALSE(job.cancel_requested());
    }
    StopServer();
  }

  v1::SubmitActionRequest request_;
};

TEST_F(GoneClientTest, CancelDuringASubmitCancelsNothing) {
  const auto call = BeginSubmit(request_);
  TurnUntil([this] { return !world_.client().sent().empty(); });
  call->context.TryCancel();
  EXPECT_THAT(Await(call.get()), StatusIs(absl::StatusCode::kCancelled));
  AcceptAllAndStop();
  EXPECT_EQ(CountStored(), 1u);
}

TEST_F(GoneClientTest, DeadlineDuringASubmitCancelsNothing) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  EXPECT_THAT(Submit(request_, &context), StatusIs(absl::StatusCode::kDeadlineExceeded));
  AcceptAllAndStop();
}

TEST_F(GoneClientTest, CancelBeforeTheHandlerIsHarmless) {
  grpc::ClientContext context;
  context.TryCancel();
  EXPECT_THAT(Submit(request_, &context), StatusIs(absl::StatusCode::kCancelled));
  AcceptAllAndStop();
}

TEST_F(GoneClientTest, CancelAfterTheAnswerIsHarmless) {
  const auto call = BeginSubmit(request_);
  AnswerUpstream(R"({"id":"u"})", 202);
  EXPECT_THAT(Await(call.get()), IsOk());
  call->context.TryCancel();
  AcceptAllAndStop();
}

TEST_F(GoneClientTest, ManyCancelsAmongTheAnswers) {
  constexpr size_t kCalls = 30;
  std::vector<std::unique_ptr<PendingCall<v1::Job>>> calls;
  for (size_t i = 0; i < kCalls; ++i) calls.push_back(BeginSubmit(request_));
  TurnUntil([this] { return world_.client().sent().size() == kCalls; });
  for (size_t i = 0; i < kCalls; ++i) {
    if (i % 2 == 0) calls[i]->context.TryCancel();
    AnswerUpstream(R"({"id":"u"})", 202);
  }
  for (size_t i = 0; i < kCalls; ++i) {
    const absl::Status status = Await(calls[i].get()).status();
    EXPECT_TRUE(status.ok() || (absl::IsCancelled(status) && i % 2 == 0)) << status;
  }
  AcceptAllAndStop();
  EXPECT_EQ(CountStored(), kCalls);
}

TEST_F(GoneClientTest, TimeoutUpdateGoesOn) {
  v1::UpdateActionTimeoutRequest request;
  request.set_action_id("a");
  request.mutable_timeout()->set_seconds(5);
  const auto call = Begin(actions_.get(), &v1::ActionService::Stub::UpdateActionTimeout, request);
  TurnUntil([this] { return !world_.client().sent().empty(); });
  call->context.TryCancel();
  EXPECT_THAT(Await(call.get()), StatusIs(absl::StatusCode::kCancelled));

  const std::string action = "/api/v2/integrations/actions/a";
  EXPECT_EQ(AnswerUpstream(R"({"id":"a","version":3,"config":{"timeoutSeconds":9}})"),
            "GET " + action + "?includeConfig=true");
  EXPECT_EQ(AnswerUpstream("{}"), "PATCH " + action);
  EXPECT_EQ(AnswerUpstream(R"({"id":"a","version":4,"config":{"timeoutSeconds":5}})"),
            "GET " + action + "?includeConfig=true");
  StopServer();
}

}  // namespace
}  // namespace gcjobs::testing
