#ifndef GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_
#define GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"

#include "common/grpc_status.h"
#include "common/thread.h"
#include "server/genesys/action_timeouts.h"
#include "server/rpc/action_service.h"
#include "server/rpc/job_service.h"
#include "server/rpc/request_validation.h"
#include "server/watch/event_log.h"
#include "server/watch/watch_hub.h"
#include "tests/unit/jobs/job_world.h"
#include "tests/unit/rpc/submit/test_kinds.h"

namespace gcjobs::testing {

// A call under way, on a thread of its own.
template <typename Response>
struct PendingCall {
  grpc::ClientContext context;
  absl::StatusOr<Response> answer = absl::UnknownError("the call is under way");
  absl::Notification done;
  std::unique_ptr<Thread> thread;  // last: it uses all of the above
};

// Both services over the real engine, a real store and a fake upstream for each
// organisation, behind a gRPC server in this process. Organisations `main` (the
// default) and `test`; the kinds that every server has.
//
// The test's thread is that of the loop: it turns the loop while it waits for a
// call, and nothing moves otherwise.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() = default;
  ~ServiceTest() override { StopServer(); }

  // Starts the server in this process, without a port. Tests change what is
  // protected below before.
  void StartServer() {
    grpc::ServerBuilder builder;
    AddServices(&builder);
    server_ = builder.BuildAndStart();
    UseChannel(server_->InProcessChannel({}));
  }

  // Starts it on a port of loopback; returns its address.
  std::string StartServerOnLoopback(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port);
    AddServices(&builder);
    server_ = builder.BuildAndStart();
    return "127.0.0.1:" + std::to_string(port);
  }

  // Lets time pass until all calls have ended.
  void StopServer() {
    if (server_ == nullptr) return;
    absl::Notification stopped;
    const Thread thread("shutdown", [this, &stopped] {
      server_->Shutdown();
      stopped.Notify();
    });
    while (!stopped.HasBeenNotified()) {
      world_.Advance(absl::Seconds(1));
      std::this_thread::yield();
    }
    server_.reset();
  }

  void UseChannel(std::shared_ptr<grpc::Channel> channel) {
    channel_ = std::move(channel);
    jobs_ = v1::JobService::NewStub(channel_);
    actions_ = v1::ActionService::NewStub(channel_);
  }

  // The loop has ended, as it does when the process stops: it destroys what is
  // posted from now on.
  void EndLoop() {
    world_.loop().Stop();
    world_.loop().Run();
  }

  // Turns the loop until something that other threads bring about is so.
  void TurnUntil(const std::function<bool()>& condition) {
    for (world_.Settle(); !condition(); world_.Settle()) std::this_thread::yield();
  }

  // Begins to call a method of a stub. `context`: null = the call's own.
  template <typename Stub, typename Request, typename Response>
  std::unique_ptr<PendingCall<Response>> Begin(
      Stub* stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
      const Request& request, grpc::ClientContext* context = nullptr) {
    auto call = std::make_unique<PendingCall<Response>>();
    if (context == nullptr) context = &call->context;
    call->thread =
        std::make_unique<Thread>("call", [call = call.get(), stub, method, request, context] {
          Response response;
          const grpc::Status status = (stub->*method)(context, request, &response);
          call->answer = status.ok() ? absl::StatusOr<Response>(response) : FromGrpc(status);
          call->done.Notify();
        });
    return call;
  }

  // The call's answer, or its error with details.
  template <typename Response>
  absl::StatusOr<Response> Await(PendingCall<Response>* call) {
    TurnUntil([call] { return call->done.HasBeenNotified(); });
    return call->answer;
  }

  // Both.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub* stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request, grpc::ClientContext* context = nullptr) {
    const auto call = Begin(stub, method, request, context);
    return Await(call.get());
  }

  std::unique_ptr<PendingCall<v1::Job>> BeginSubmit(const v1::SubmitActionRequest& request) {
    return Begin(jobs_.get(), &v1::JobService::Stub::SubmitAction, request);
  }
  absl::StatusOr<v1::Job> Submit(const v1::SubmitActionRequest& request,
                                 grpc::ClientContext* context = nullptr) {
    return Call(jobs_.get(), &v1::JobService::Stub::SubmitAction, request, context);
  }
  // Does not wait for Genesys Cloud: the job is QUEUED.
  absl::StatusOr<v1::Job> Submit(const std::string& action_id,
                                 grpc::ClientContext* context = nullptr) {
    v1::SubmitActionRequest request;
    request.set_action_id(action_id);
    request.mutable_options()->mutable_wait();
    return Submit(request, context);
  }
  // Has it accepted, too.
  v1::Job SubmitAccepted(const std::string& action_id) {
    const absl::StatusOr<v1::Job> job = Submit(action_id);
    AnswerUpstream(R"({"id":"u-1"})", 202);
    return job.value();
  }
  absl::StatusOr<v1::Job> GetJob(const std::string& job_id) {
    v1::GetJobRequest request;
    request.set_job_id(job_id);
    return Call(jobs_.get(), &v1::JobService::Stub::GetJob, request);
  }

  // Answers the oldest request to Genesys Cloud, once it has come, and returns
  // it as `METHOD TARGET`.
  std::string AnswerUpstream(ApiReply reply, const std::string& org = "main") {
    FakeGenesysClient& client = world_.client(org);
    TurnUntil([&client] { return !client.sent().empty(); });
    const ApiRequest request = client.sent().front().request;
    client.Answer(std::move(reply));
    world_.Settle();
    return request.method + " " + request.target;
  }
  std::string AnswerUpstream(const std::string& body, int status = 200,
                             const std::string& org = "main") {
    return AnswerUpstream(FakeGenesysClient::Ok(body, status), org);
  }
  // The next poll of the only job that is live.
  void AnswerPoll(ApiReply reply) {
    world_.AwaitPoll();
    AnswerUpstream(std::move(reply));
  }

  // Makes a write durable, as if something else than the engine had made it.
  // Returns the job as stored.
  v1::Job Commit(Write write) {
    v1::Job stored;
    world_.store().Commit(std::move(write), [&](const absl::StatusOr<CommitOutcome>& outcome) {
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      stored = std::get<Committed>(*outcome).job.job();
    });
    world_.store().CommitQueued();
    return stored;
  }
  // How many jobs the store has.
  size_t CountStored() { return world_.store().reader().ListJobs(JobQuery()).value().size(); }

  JobWorld world_{JobKindRegistry(BuiltInKinds()), {"main", "test"}};
  Metrics metrics_;
  std::shared_ptr<Authenticator> authenticator_ = *Authenticator::Create({}, &metrics_);
  ReaderPool* readers_ = &world_.readers();

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ActionService::Stub> actions_;

 private:
  void AddServices(grpc::ServerBuilder* builder) {
    const OrgNames orgs({"main", "test"}, "main");
    watch_service_.emplace(WatchService::Deps{&hub_, readers_}, orgs, WatchService::Options());
    ResultsService::Deps results{&world_.loop(), readers_, &world_.kinds(), {}};
    results.clients = {{"main", &world_.client("main")}, {"test", &world_.client("test")}};
    results_service_.emplace(std::move(results), ResultsService::Options());

    JobService::Deps deps;
    deps.engine = &world_.engine();
    deps.loop = &world_.loop();
    deps.readers = readers_;
    deps.kinds = &world_.kinds();
    deps.authenticator = authenticator_.get();
    deps.watches = &*watch_service_;
    deps.results = &*results_service_;
    deps.clients = {{"main", &world_.client("main")}, {"test", &world_.client("test")}};
    job_service_.emplace(deps, orgs, SubmitDefaults());
    ActionService::Deps actions;
    actions.loop = &world_.loop();
    actions.orgs = {{"main", {&world_.client("main"), &main_timeouts_}},
                    {"test", {&world_.client("test"), &test_timeouts_}}};
    actions.authenticator = authenticator_.get();
    action_service_.emplace(std::move(actions), orgs);
    builder->RegisterService(&*job_service_);
    builder->RegisterService(&*action_service_);
    builder->SetMaxReceiveMessageSize(MaxReceiveMessageBytes(kDefaultMaxParametersBytes));
  }

  ActionTimeouts main_timeouts_{&world_.client("main"), &world_.loop()};
  ActionTimeouts test_timeouts_{&world_.client("test"), &world_.loop()};
  EventLog log_{EventLog::Options(), /*base=*/0};
  WatchHub hub_{&log_, &world_.clock(), WatchHub::Options()};
  std::optional<WatchService> watch_service_;
  std::optional<ResultsService> results_service_;
  std::optional<JobService> job_service_;
  std::optional<ActionService> action_service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_
