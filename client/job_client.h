#ifndef GCJOBS_CLIENT_JOB_CLIENT_H_
#define GCJOBS_CLIENT_JOB_CLIENT_H_

#include <grpcpp/client_context.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/connection.h"
#include "client/event_stream.h"
#include "client/global_options.h"
#include "client/result_stream.h"
#include "common/mutex.h"

namespace gcjobs {

// The server's services with deadlines, token and retries.
//
// Errors are the server's, with their ErrorInfo; UNAVAILABLE and
// DEADLINE_EXCEEDED without one come from the way there (IsUnreachable). After
// an interrupt every call gives CANCELLED.
//
// Reads and calls that are idempotent are tried three times when the server
// cannot be reached; a submission, which carries a request_id, until --timeout
// runs out. All others are tried once.
//
// Thread-safe, but for `on_retry`, which runs on the calling thread.
class JobClient {
 public:
  // `io` must outlive the client.
  static absl::StatusOr<std::unique_ptr<JobClient>> Create(const GlobalOptions& options,
                                                           const CliIo& io);

  // Called before the first retry of a submission, which may then take long,
  // with the error that caused it.
  void set_on_retry(std::function<void(const absl::Status&)> on_retry) {
    on_retry_ = std::move(on_retry);
  }

  // REQUIRES: request.options().request_id() is set, so that a retry cannot
  // make a second job. The deadline is --timeout beyond `options.wait`.
  absl::StatusOr<v1::Job> Submit(const v1::SubmitActionRequest& request);
  absl::StatusOr<v1::Job> Submit(const v1::SubmitConversationQueryRequest& request);
  absl::StatusOr<v1::Job> Submit(const v1::SubmitJobRequest& request);

  absl::StatusOr<v1::Job> GetJob(const std::string& job_id);
  // One try within `timeout`: for a display that can do without.
  absl::StatusOr<v1::Job> PeekJob(const std::string& job_id, absl::Duration timeout);
  absl::StatusOr<v1::ListJobsResponse> ListJobs(const v1::ListJobsRequest& request);
  absl::StatusOr<v1::Job> CancelJob(const std::string& job_id);
  absl::Status DeleteJob(const std::string& job_id);
  absl::StatusOr<v1::JobExplanation> ExplainJob(const std::string& job_id);
  absl::StatusOr<v1::ListJobKindsResponse> ListJobKinds();
  absl::StatusOr<v1::ListActionsResponse> ListActions(const v1::ListActionsRequest& request);
  absl::StatusOr<v1::ActionTimeout> GetActionTimeout(const v1::GetActionTimeoutRequest& request);
  absl::StatusOr<v1::ActionTimeout> UpdateActionTimeout(
      const v1::UpdateActionTimeoutRequest& request);
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(const std::string& service);

  // Streams, without a deadline and without retries (see WatchSession and
  // ResultSession).
  std::unique_ptr<EventStream<v1::JobEvent>> WatchJob(const v1::WatchJobRequest& request);
  std::unique_ptr<EventStream<v1::WatchJobsResponse>> WatchJobs(
      const v1::WatchJobsRequest& request);
  std::unique_ptr<ResultStream> ReadResults(const v1::ReadResultsRequest& request);

  // Waits until the connection stands or has failed; whether it stands.
  bool WaitForConnection();

  // Drops the connection; the next call makes a new one.
  void Reconnect() ABSL_LOCKS_EXCLUDED(mu_);

  const std::string& server() const { return connector_.server(); }

 private:
  enum class Retry { kNever, kFewTimes, kUntilTimeout };
  using Attempt = absl::FunctionRef<grpc::Status(Connection&, grpc::ClientContext*)>;

  JobClient(Connector connector, const GlobalOptions& options, const CliIo& io);

  absl::Status CallSubmit(const v1::SubmitOptions& options, Attempt attempt);
  absl::Status Call(Retry retry, absl::Duration timeout, Attempt attempt);
  absl::Status CallOnce(absl::Duration timeout, Attempt attempt);
  // How long to wait before the next try; zero = do not try again.
  absl::Duration RetryDelay(Retry retry, const absl::Status& status, int failures)
      ABSL_LOCKS_EXCLUDED(mu_);
  void AddToken(grpc::ClientContext* context) const;
  std::shared_ptr<Connection> connection() ABSL_LOCKS_EXCLUDED(mu_);

  const Connector connector_;
  const std::string token_;
  const absl::Duration timeout_;
  const CliIo& io_;
  std::function<void(const absl::Status&)> on_retry_;

  Mutex mu_;
  std::shared_ptr<Connection> connection_ ABSL_GUARDED_BY(mu_);
  absl::BitGen random_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_JOB_CLIENT_H_
