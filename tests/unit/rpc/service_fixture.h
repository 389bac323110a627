#ifndef GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_
#define GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "common/grpc_status.h"
#include "server/rpc/action_service.h"
#include "server/rpc/job_service.h"
#include "server/store/memory_store.h"
#include "tests/fakes/fake_job_engine.h"
#include "tests/fakes/running_loop.h"
#include "tests/unit/rpc/fake_action_backend.h"
#include "tests/unit/rpc/submit/test_kinds.h"

namespace gcjobs::testing {

// Calls a method of a stub and waits: the answer, or the error with details.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub* stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request, grpc::ClientContext* context = nullptr) {
  grpc::ClientContext own_context;
  Response response;
  const grpc::Status status =
      (stub->*method)(context != nullptr ? context : &own_context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

// Reads a server stream to its end: the messages do not matter, its status does.
template <typename Reader, typename Message>
absl::Status ReadToEnd(std::unique_ptr<Reader> reader, Message message) {
  while (reader->Read(&message)) {
  }
  return FromGrpc(reader->Finish());
}

// Both services over a fake engine, a fake upstream and a store in memory,
// behind a real gRPC server. Organisations `main` (the default) and `test`.
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

  void StopServer() {
    if (server_ == nullptr) return;
    server_->Shutdown();
    server_.reset();
  }

  void UseChannel(std::shared_ptr<grpc::Channel> channel) {
    channel_ = std::move(channel);
    jobs_ = v1::JobService::NewStub(channel_);
    actions_ = v1::ActionService::NewStub(channel_);
  }

  absl::StatusOr<v1::Job> Submit(const std::string& action_id,
                                 grpc::ClientContext* context = nullptr) {
    v1::SubmitActionRequest request;
    request.set_action_id(action_id);
    return Call(jobs_.get(), &v1::JobService::Stub::SubmitAction, request, context);
  }
  absl::StatusOr<v1::Job> GetJob(const std::string& job_id) {
    v1::GetJobRequest request;
    request.set_job_id(job_id);
    return Call(jobs_.get(), &v1::JobService::Stub::GetJob, request);
  }

  FakeJobEngine engine_;
  FakeActionBackend main_actions_;
  FakeActionBackend test_actions_;
  MemoryStore store_;
  const JobKindRegistry kinds_{BuiltInKinds()};
  std::shared_ptr<const Authenticator> authenticator_ = *Authenticator::Create({});
  JobService::StreamHandler watch_job_;
  JobService::StreamHandler watch_jobs_;
  JobService::StreamHandler read_results_;
  std::unique_ptr<ReadPool> readers_ = std::make_unique<ReadPool>();
  RunningLoop loop_;

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ActionService::Stub> actions_;

 private:
  void AddServices(grpc::ServerBuilder* builder) {
    const OrgNames orgs({"main", "test"}, "main");
    job_service_.emplace(JobService::Options{&engine_, loop_.get(), &store_, readers_.get(),
                                             &kinds_, authenticator_.get(), orgs, SubmitDefaults(),
                                             watch_job_, watch_jobs_, read_results_});
    action_service_.emplace(
        ActionService::Options{loop_.get(),
                               {{"main", &main_actions_}, {"test", &test_actions_}},
                               authenticator_.get(),
                               orgs});
    builder->RegisterService(&*job_service_);
    builder->RegisterService(&*action_service_);
    builder->SetMaxReceiveMessageSize(MaxReceiveMessageBytes(kDefaultMaxParametersBytes));
  }

  std::optional<JobService> job_service_;
  std::optional<ActionService> action_service_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_SERVICE_FIXTURE_H_
