#ifndef GCJOBS_TESTS_FAKES_FAKE_JOB_SERVICE_H_
#define GCJOBS_TESTS_FAKES_FAKE_JOB_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "common/grpc_status.h"
#include "common/mutex.h"
#include "gcjobs/v1/action_service.grpc.pb.h"
#include "gcjobs/v1/job_service.grpc.pb.h"

namespace gcjobs::testing {

// One RPC of the fake server: returns what the test tells it to and remembers
// what was asked. Thread-safe; UNIMPLEMENTED until told otherwise.
template <typename Request, typename Response>
class ScriptedCall {
 public:
  using Handler = std::function<absl::Status(const Request&, Response*)>;

  // From now on: this answer, this error, or what `handler` makes.
  void Return(const Response& response) {
    Handle([response](const Request&, Response* out) {
      *out = response;
      return absl::OkStatus();
    });
  }
  void Fail(const absl::Status& status) {
    Handle([status](const Request&, Response*) { return status; });
  }
  void Handle(Handler handler) {
    MutexLock lock(&mu_);
    handler_ = std::move(handler);
  }
  // For the next call only, before what is set above.
  void FailOnce(const absl::Status& status) {
    MutexLock lock(&mu_);
    next_failures_.push_back(status);
  }

  std::vector<Request> requests() const {
    MutexLock lock(&mu_);
    return requests_;
  }

  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request& request,
                                  Response* response) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(Answer(request, response)));
    return reactor;
  }

 private:
  absl::Status Answer(const Request& request, Response* response) {
    MutexLock lock(&mu_);
    requests_.push_back(request);
    if (!next_failures_.empty()) {
      const absl::Status status = next_failures_.front();
      next_failures_.pop_front();
      return status;
    }
    if (!handler_) return absl::UnimplementedError("not scripted");
    return handler_(request, response);
  }

  mutable Mutex mu_;
  Handler handler_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Status> next_failures_ ABSL_GUARDED_BY(mu_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mu_);
};

// What one stream sends and how it ends; without an end it stays open until
// the client or the server goes.
template <typename Message>
struct StreamScript {
  std::vector<Message> messages;
  std::optional<absl::Status> end;
};

// Sends a StreamScript. Owns itself; gRPC's OnDone is its end.
template <typename Message>
class ScriptedStreamReactor final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit ScriptedStreamReactor(StreamScript<Message> script) : script_(std::move(script)) {
    MutexLock lock(&mu_);
    AdvanceLocked();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_ = false;
    if (!ok || cancelled_) return FinishLocked(absl::CancelledError("gone"));
    AdvanceLocked();
  }
  void OnCancel() override {
    MutexLock lock(&mu_);
    cancelled_ = true;
    if (!writing_) FinishLocked(absl::CancelledError("gone"));
  }
  void OnDone() override {
    // Whoever called Finish may still hold the mutex.
    { MutexLock lock(&mu_); }
    delete this;
  }

 private:
  void AdvanceLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (next_ < script_.messages.size()) {
      writing_ = true;
      this->StartWrite(&script_.messages[next_++]);
    } else if (script_.end.has_value()) {
      FinishLocked(*script_.end);
    }
  }
  void FinishLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (finished_) return;
    finished_ = true;
    this->Finish(ToGrpc(status));
  }

  const StreamScript<Message> script_;
  Mutex mu_;
  size_t next_ ABSL_GUARDED_BY(mu_) = 0;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

// A streaming RPC of the fake server: the n-th call plays the n-th script; with
// none left it ends with UNIMPLEMENTED. Thread-safe.
template <typename Request, typename Message>
class ScriptedStreams {
 public:
  void Play(StreamScript<Message> script) {
    MutexLock lock(&mu_);
    scripts_.push_back(std::move(script));
  }

  std::vector<Request> requests() const {
    MutexLock lock(&mu_);
    return requests_;
  }

  grpc::ServerWriteReactor<Message>* Serve(const Request& request) {
    StreamScript<Message> script{{}, absl::UnimplementedError("not scripted")};
    {
      MutexLock lock(&mu_);
      requests_.push_back(request);
      if (!scripts_.empty()) {
        script = std::move(scripts_.front());
        scripts_.pop_front();
      }
    }
    return new ScriptedStreamReactor<Message>(std::move(script));
  }

 private:
  mutable Mutex mu_;
  std::deque<StreamScript<Message>> scripts_ ABSL_GUARDED_BY(mu_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mu_);
};

// JobService as the test scripts it.
class FakeJobService final : public v1::JobService::CallbackService {
 public:
  ScriptedCall<v1::SubmitActionRequest, v1::Job> submit_action;
  ScriptedCall<v1::SubmitConversationQueryRequest, v1::Job> submit_query;
  ScriptedCall<v1::SubmitJobRequest, v1::Job> submit_job;
  ScriptedCall<v1::GetJobRequest, v1::Job> get_job;
  ScriptedCall<v1::ListJobsRequest, v1::ListJobsResponse> list_jobs;
  ScriptedCall<v1::CancelJobRequest, v1::Job> cancel_job;
  ScriptedCall<v1::DeleteJobRequest, google::protobuf::Empty> delete_job;
  ScriptedCall<v1::ExplainJobRequest, v1::JobExplanation> explain_job;
  ScriptedCall<v1::ListJobKindsRequest, v1::ListJobKindsResponse> list_job_kinds;
  ScriptedCall<v1::ListConversationViewsRequest, v1::ListConversationViewsResponse> list_views;
  ScriptedCall<v1::UpdateJobRequest, v1::Job> update_job;
  ScriptedCall<v1::RenewTokenRequest, v1::RenewTokenResponse> renew_token;
  ScriptedStreams<v1::WatchJobRequest, v1::JobEvent> watch_job;
  ScriptedStreams<v1::WatchJobsRequest, v1::WatchJobsResponse> watch_jobs;
  ScriptedStreams<v1::ReadResultsRequest, v1::ResultPage> read_results;

  // The `authorization` of the last GetJob; empty when it had none.
  std::string authorization() const {
    MutexLock lock(&mu_);
    return authorization_;
  }

  grpc::ServerUnaryReactor* SubmitAction(grpc::CallbackServerContext* context,
                                         const v1::SubmitActionRequest* request,
                                         v1::Job* job) override {
    return submit_action.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* SubmitConversationQuery(
      grpc::CallbackServerContext* context, const v1::SubmitConversationQueryRequest* request,
      v1::Job* job) override {
    return submit_query.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* SubmitJob(grpc::CallbackServerContext* context,
                                      const v1::SubmitJobRequest* request, v1::Job* job) override {
    return submit_job.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request, v1::Job* job) override {
    RememberAuthorization(*context);
    return get_job.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override {
    return list_jobs.Serve(context, *request, response);
  }
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request, v1::Job* job) override {
    return cancel_job.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* DeleteJob(grpc::CallbackServerContext* context,
                                      const v1::DeleteJobRequest* request,
                                      google::protobuf::Empty* empty) override {
    return delete_job.Serve(context, *request, empty);
  }
  grpc::ServerUnaryReactor* ExplainJob(grpc::CallbackServerContext* context,
                                       const v1::ExplainJobRequest* request,
                                       v1::JobExplanation* explanation) override {
    return explain_job.Serve(context, *request, explanation);
  }
  grpc::ServerUnaryReactor* ListJobKinds(grpc::CallbackServerContext* context,
                                         const v1::ListJobKindsRequest* request,
                                         v1::ListJobKindsResponse* response) override {
    return list_job_kinds.Serve(context, *request, response);
  }
  grpc::ServerUnaryReactor* ListConversationViews(
      grpc::CallbackServerContext* context, const v1::ListConversationViewsRequest* request,
      v1::ListConversationViewsResponse* response) override {
    return list_views.Serve(context, *request, response);
  }
  grpc::ServerUnaryReactor* UpdateJob(grpc::CallbackServerContext* context,
                                      const v1::UpdateJobRequest* request, v1::Job* job) override {
    return update_job.Serve(context, *request, job);
  }
  grpc::ServerUnaryReactor* RenewToken(grpc::CallbackServerContext* context,
                                       const v1::RenewTokenRequest* request,
                                       v1::RenewTokenResponse* response) override {
    return renew_token.Serve(context, *request, response);
  }
  grpc::ServerWriteReactor<v1::JobEvent>* WatchJob(grpc::CallbackServerContext*,
                                                   const v1::WatchJobRequest* request) override {
    return watch_job.Serve(*request);
  }
  grpc::ServerWriteReactor<v1::WatchJobsResponse>* WatchJobs(
      grpc::CallbackServerContext*, const v1::WatchJobsRequest* request) override {
    return watch_jobs.Serve(*request);
  }
  grpc::ServerWriteReactor<v1::ResultPage>* ReadResults(
      grpc::CallbackServerContext*, const v1::ReadResultsRequest* request) override {
    return read_results.Serve(*request);
  }

 private:
  void RememberAuthorization(const grpc::CallbackServerContext& context) {
    const auto found = context.client_metadata().find("authorization");
    MutexLock lock(&mu_);
    authorization_ = found == context.client_metadata().end()
                         ? ""
                         : std::string(found->second.data(), found->second.size());
  }

  mutable Mutex mu_;
  std::string authorization_ ABSL_GUARDED_BY(mu_);
};

// ActionService as the test scripts it.
class FakeActionService final : public v1::ActionService::CallbackService {
 public:
  ScriptedCall<v1::ListActionsRequest, v1::ListActionsResponse> list_actions;
  ScriptedCall<v1::GetActionTimeoutRequest, v1::ActionTimeout> get_action_timeout;
  ScriptedCall<v1::UpdateActionTimeoutRequest, v1::ActionTimeout> update_action_timeout;

  grpc::ServerUnaryReactor* ListActions(grpc::CallbackServerContext* context,
                                        const v1::ListActionsRequest* request,
                                        v1::ListActionsResponse* response) override {
    return list_actions.Serve(context, *request, response);
  }
  grpc::ServerUnaryReactor* GetActionTimeout(grpc::CallbackServerContext* context,
                                             const v1::GetActionTimeoutRequest* request,
                                             v1::ActionTimeout* response) override {
    return get_action_timeout.Serve(context, *request, response);
  }
  grpc::ServerUnaryReactor* UpdateActionTimeout(grpc::CallbackServerContext* context,
                                                const v1::UpdateActionTimeoutRequest* request,
                                                v1::ActionTimeout* response) override {
    return update_action_timeout.Serve(context, *request, response);
  }
};

// A gRPC server on loopback with both services (and gRPC's own health
// service). It can go and come back at the same address, as a restarted
// process does; scripts and requests stay. For one thread.
class FakeServer {
 public:
  FakeServer() { Start(); }
  ~FakeServer() { Stop(); }

  // `127.0.0.1:PORT`, the same for the server's life.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Breaks all connections. Idempotent.
  void Stop() {
    if (server_ == nullptr) return;
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    server_.reset();
  }

  // REQUIRES: stopped.
  void Start() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address(), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&jobs);
    builder.RegisterService(&actions);
    server_ = builder.BuildAndStart();
  }

  void SetServing(bool serving) { server_->GetHealthCheckService()->SetServingStatus(serving); }

  FakeJobService jobs;
  FakeActionService actions;

 private:
  int port_ = 0;  // the first Start picks one
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAKE_JOB_SERVICE_H_
