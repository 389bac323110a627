#include "client/job_client.h"

#include <grpc/grpc.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/exit_code.h"
#include "common/backoff_policy.h"
#include "common/error_info.h"
#include "common/grpc_status.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// Enough for a server that restarts; a human should not wait for one that is
// not there.
constexpr int kFewTries = 3;
constexpr BackoffPolicy kRetryBackoff = {absl::Milliseconds(200), absl::Seconds(5), 2.0};
// SubmitOptions.wait when unset.
constexpr absl::Duration kServersWait = absl::Seconds(2);
constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
// How soon an interrupt ends WaitForConnection.
constexpr absl::Duration kConnectSlice = absl::Milliseconds(100);

// gRPC's deadlines are points of the real time, whatever clock we were given.
std::chrono::system_clock::time_point DeadlineIn(absl::Duration timeout) {
  return std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout);
}

// A full intake is as good as a server that is not there: come back later.
bool IsWorthRetrying(const absl::Status& status) {
  return (IsUnreachable(status) && absl::IsUnavailable(status)) ||
         GetReason(status) == "INTAKE_FULL";
}

template <typename Response>
absl::StatusOr<Response> ResponseOr(const absl::Status& status, Response* response) {
  if (!status.ok()) return status;
  return std::move(*response);
}

}  // namespace

absl::StatusOr<std::unique_ptr<JobClient>> JobClient::Create(const GlobalOptions& options,
                                                             const CliIo& io) {
  absl::StatusOr<Connector> connector = Connector::Create(options);
  if (!connector.ok()) return connector.status();
  return std::unique_ptr<JobClient>(new JobClient(*std::move(connector), options, io));
}

JobClient::JobClient(Connector connector, const GlobalOptions& options, const CliIo& io)
    : connector_(std::move(connector)), token_(options.token), timeout_(options.timeout), io_(io) {}

absl::StatusOr<v1::Job> JobClient::Submit(const v1::SubmitActionRequest& request) {
  v1::Job job;
  const absl::Status status =
      CallSubmit(request.options(), [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->SubmitAction(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::StatusOr<v1::Job> JobClient::Submit(const v1::SubmitConversationQueryRequest& request) {
  v1::Job job;
  const absl::Status status =
      CallSubmit(request.options(), [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->SubmitConversationQuery(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::StatusOr<v1::Job> JobClient::Submit(const v1::SubmitJobRequest& request) {
  v1::Job job;
  const absl::Status status =
      CallSubmit(request.options(), [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->SubmitJob(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::StatusOr<v1::Job> JobClient::GetJob(const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->GetJob(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::StatusOr<v1::Job> JobClient::PeekJob(const std::string& job_id, absl::Duration timeout) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  const absl::Status status =
      CallOnce(timeout, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->GetJob(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::StatusOr<v1::ListJobsResponse> JobClient::ListJobs(const v1::ListJobsRequest& request) {
  v1::ListJobsResponse response;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->ListJobs(context, request, &response);
      });
  return ResponseOr(status, &response);
}

absl::StatusOr<v1::Job> JobClient::CancelJob(const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  v1::Job job;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->CancelJob(context, request, &job);
      });
  return ResponseOr(status, &job);
}

absl::Status JobClient::DeleteJob(const std::string& job_id) {
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  google::protobuf::Empty empty;
  return Call(Retry::kFewTimes, timeout_,
              [&](Connection& connection, grpc::ClientContext* context) {
                return connection.jobs->DeleteJob(context, request, &empty);
              });
}

absl::StatusOr<v1::JobExplanation> JobClient::ExplainJob(const std::string& job_id) {
  v1::ExplainJobRequest request;
  request.set_job_id(job_id);
  v1::JobExplanation explanation;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->ExplainJob(context, request, &explanation);
      });
  return ResponseOr(status, &explanation);
}

absl::StatusOr<v1::ListJobKindsResponse> JobClient::ListJobKinds() {
  v1::ListJobKindsResponse response;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.jobs->ListJobKinds(context, {}, &response);
      });
  return ResponseOr(status, &response);
}

absl::StatusOr<v1::ListActionsResponse> JobClient::ListActions(
    const v1::ListActionsRequest& request) {
  v1::ListActionsResponse response;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.actions->ListActions(context, request, &response);
      });
  return ResponseOr(status, &response);
}

absl::StatusOr<v1::ActionTimeout> JobClient::GetActionTimeout(
    const v1::GetActionTimeoutRequest& request) {
  v1::ActionTimeout response;
  const absl::Status status =
      Call(Retry::kFewTimes, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.actions->GetActionTimeout(context, request, &response);
      });
  return ResponseOr(status, &response);
}

absl::StatusOr<v1::ActionTimeout> JobClient::UpdateActionTimeout(
    const v1::UpdateActionTimeoutRequest& request) {
  v1::ActionTimeout response;
  // Not repeated: `previous_timeout` of a second try would be the new limit.
  const absl::Status status =
      Call(Retry::kNever, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.actions->UpdateActionTimeout(context, request, &response);
      });
  return ResponseOr(status, &response);
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse> JobClient::CheckHealth(
    const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  grpc::health::v1::HealthCheckResponse response;
  // Once: who asks for the server's health wants to know that it is gone.
  const absl::Status status =
      Call(Retry::kNever, timeout_, [&](Connection& connection, grpc::ClientContext* context) {
        return connection.health->Check(context, request, &response);
      });
  return ResponseOr(status, &response);
}

std::unique_ptr<EventStream<v1::JobEvent>> JobClient::WatchJob(const v1::WatchJobRequest& request) {
  const std::shared_ptr<Connection> connection = this->connection();
  auto stream = std::make_unique<EventStream<v1::JobEvent>>(connection, io_.interrupt);
  AddToken(stream->context());
  stream->Start(connection->jobs->WatchJob(stream->context(), request));
  return stream;
}

std::unique_ptr<EventStream<v1::WatchJobsResponse>> JobClient::WatchJobs(
    const v1::WatchJobsRequest& request) {
  const std::shared_ptr<Connection> connection = this->connection();
  auto stream = std::make_unique<EventStream<v1::WatchJobsResponse>>(connection, io_.interrupt);
  AddToken(stream->context());
  stream->Start(connection->jobs->WatchJobs(stream->context(), request));
  return stream;
}

std::unique_ptr<ResultStream> JobClient::ReadResults(const v1::ReadResultsRequest& request) {
  auto stream = std::make_unique<ResultStream>(this->connection(), io_.interrupt);
  AddToken(stream->context());
  stream->Start(request);
  return stream;
}

bool JobClient::WaitForConnection() {
  const std::shared_ptr<Connection> connection = this->connection();
  const auto deadline = DeadlineIn(kConnectTimeout);
  while (!io_.interrupt->IsSet() && std::chrono::system_clock::now() < deadline) {
    const grpc_connectivity_state state = connection->channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    connection->channel->WaitForStateChange(state, DeadlineIn(kConnectSlice));
  }
  return false;
}

void JobClient::Reconnect() {
  std::shared_ptr<Connection> old;
  MutexLock lock(&mu_);
  connection_.swap(old);  // let go after the lock
}

std::shared_ptr<Connection> JobClient::connection() {
  MutexLock lock(&mu_);
  if (connection_ == nullptr) connection_ = connector_.Connect();
  return connection_;
}

void JobClient::AddToken(grpc::ClientContext* context) const {
  if (!token_.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

absl::Status JobClient::CallOnce(absl::Duration timeout, Attempt attempt) {
  const std::shared_ptr<Connection> connection = this->connection();
  grpc::ClientContext context;
  const Interrupt::Scope scope(io_.interrupt, &context);
  AddToken(&context);
  context.set_deadline(DeadlineIn(timeout));
  return FromGrpc(attempt(*connection, &context));
}

absl::Duration JobClient::RetryDelay(Retry retry, const absl::Status& status, int failures) {
  if (retry == Retry::kNever || !IsWorthRetrying(status)) return absl::ZeroDuration();
  if (retry == Retry::kFewTimes && failures >= kFewTries) return absl::ZeroDuration();
  MutexLock lock(&mu_);
  return std::max(kRetryBackoff.Delay(failures, random_),
                  GetRetryDelay(status).value_or(absl::ZeroDuration()));
}

absl::Status JobClient::CallSubmit(const v1::SubmitOptions& options, Attempt attempt) {
  const absl::Duration wait = options.has_wait() ? FromProto(options.wait()) : kServersWait;
  return Call(Retry::kUntilTimeout, timeout_ + wait, attempt);
}

absl::Status JobClient::Call(Retry retry, absl::Duration timeout, Attempt attempt) {
  const absl::Time end = io_.clock->MonotonicNow() + timeout;
  for (int failures = 1;; ++failures) {
    const absl::Status status = CallOnce(end - io_.clock->MonotonicNow(), attempt);
    if (status.ok() || io_.interrupt->IsSet()) return status;
    const absl::Duration delay = RetryDelay(retry, status, failures);
    if (delay == absl::ZeroDuration() || io_.clock->MonotonicNow() + delay >= end) return status;
    if (failures == 1 && retry == Retry::kUntilTimeout && on_retry_) on_retry_(status);
    if (!io_.sleep(delay)) return status;
    Reconnect();
  }
}

}  // namespace gcjobs
