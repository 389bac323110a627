#ifndef GCJOBS_CLIENT_RPC_CLIENT_H_
#define GCJOBS_CLIENT_RPC_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/sync_stream.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/global_options.h"
#include "common/grpc_status.h"
#include "common/mutex.h"
#include "common/status_macros.h"
#include "gcjobs/v1/job_service.grpc.pb.h"

namespace gcjobs {

// When a call that failed is made again, within its timeout. An answer with a
// RetryInfo says that it may be, and when: Genesys Cloud has refused requests
// (429) or did not answer (408, 503), or the server has too much to do.
enum class Retry {
  kNever,
  kWhenTold,      // after an answer with a RetryInfo
  kFewTimes,      // and twice when the server cannot be reached: what is idempotent
  kUntilTimeout,  // and as often as it takes: a submission, idempotent by its request_id
};

struct CallOptions {
  Retry retry = Retry::kFewTimes;
  // For the call and its retries together; unset = --timeout.
  std::optional<absl::Duration> timeout = std::nullopt;
};

// A stream of messages from the server. One thread reads; an interrupt from
// any thread ends it. Destroying it early cancels the stream.
template <typename Message>
class ServerStream {
 public:
  using Start =
      absl::FunctionRef<std::unique_ptr<grpc::ClientReader<Message>>(grpc::ClientContext*)>;

  // `start` runs at once, on `channel`.
  ServerStream(std::shared_ptr<grpc::Channel> channel, Interrupt* interrupt, Start start)
      : channel_(std::move(channel)), scope_(interrupt, &context_), reader_(start(&context_)) {}
  ~ServerStream() {
    if (finished_) return;
    context_.TryCancel();
    Finish().IgnoreError();  // our own cancel
  }
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  // Waits for the next message; false at the end, whose reason Finish tells.
  bool Read(Message* message) { return reader_->Read(message); }

  // REQUIRES: called once, after Read returned false.
  absl::Status Finish() {
    finished_ = true;
    return FromGrpc(reader_->Finish());
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;  // outlives the call
  grpc::ClientContext context_;
  Interrupt::Scope scope_;
  const std::unique_ptr<grpc::ClientReader<Message>> reader_;
  bool finished_ = false;
};

// The one way to the server: connection, deadlines, token, retries, and errors
// as absl::Status. Methods are named by the generated stubs:
//
//   absl::StatusOr<v1::Job> job = client.Call(&v1::JobService::Stub::GetJob, request);
//
// Errors are the server's, with their ErrorInfo; UNAVAILABLE and
// DEADLINE_EXCEEDED without one mean that the server was not reached
// (IsUnreachable). After an interrupt every call returns CANCELLED.
// Whether a call that failed can have arrived is told by MayHaveArrived.
//
// Thread-safe, except for `on_retry`, which runs on the calling thread.
class RpcClient {
 public:
  template <typename Stub, typename Request, typename Response>
  using UnaryMethod = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);
  template <typename Stub, typename Request, typename Message>
  using StreamMethod = std::unique_ptr<grpc::ClientReader<Message>> (Stub::*)(grpc::ClientContext*,
                                                                              const Request&);

  // Reads the TLS files; connects with the first call. `io` must outlive the
  // client. Errors: UsageError.
  static absl::StatusOr<std::unique_ptr<RpcClient>> Create(const GlobalOptions& options,
                                                           const CliIo& io);

  // Called before the first retry of a call that may go on for long, with the
  // error that caused it.
  void set_on_retry(std::function<void(const absl::Status&)> on_retry) {
    on_retry_ = std::move(on_retry);
  }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(UnaryMethod<Stub, Request, Response> method, const Request& request,
                                CallOptions options = {}) {
    Response response;
    RETURN_IF_ERROR(CallWithRetries(
        options, [&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext* context) {
          return (Stub(channel).*method)(context, request, &response);
        }));
    return response;
  }

  // A call that submits a job. The server may wait for `options.wait` before it
  // answers, and has --timeout beyond that. REQUIRES: request.options() has a
  // request_id, so that a retry cannot make a second job.
  template <typename Stub, typename Request>
  absl::StatusOr<v1::Job> Submit(UnaryMethod<Stub, Request, v1::Job> method,
                                 const Request& request) {
    return Call(method, request, {Retry::kUntilTimeout, SubmitTimeout(request.options())});
  }

  // Streams have no deadline and are not retried; see ResumableStream.
  template <typename Stub, typename Request, typename Message>
  std::unique_ptr<ServerStream<Message>> Open(StreamMethod<Stub, Request, Message> method,
                                              const Request& request) {
    const std::shared_ptr<grpc::Channel> channel = this->channel();
    return std::make_unique<ServerStream<Message>>(
        channel, io_.interrupt, [&](grpc::ClientContext* context) {
          AddToken(context);
          return (Stub(channel).*method)(context, request);
        });
  }

  // The same for the method `name` ("/package.Service/Method"), whose messages
  // are read as another type of the same form on the wire. What it does is what
  // a generated stub does.
  template <typename Message, typename Request>
  std::unique_ptr<ServerStream<Message>> OpenAs(const char* name, const Request& request) {
    const std::shared_ptr<grpc::Channel> channel = this->channel();
    const grpc::internal::RpcMethod method(name, grpc::internal::RpcMethod::SERVER_STREAMING,
                                           channel);
    return std::make_unique<ServerStream<Message>>(
        channel, io_.interrupt, [&](grpc::ClientContext* context) {
          AddToken(context);
          return std::unique_ptr<grpc::ClientReader<Message>>(
              grpc::internal::ClientReaderFactory<Message>::Create(channel.get(), method, context,
                                                                   request));
        });
  }

  // Waits until the connection stands or has failed; whether it stands.
  bool WaitForConnection();

  // Drops the connection; the next call makes a new one.
  void Reconnect() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Attempt =
      absl::FunctionRef<grpc::Status(const std::shared_ptr<grpc::Channel>&, grpc::ClientContext*)>;

  RpcClient(const GlobalOptions& options, std::shared_ptr<grpc::ChannelCredentials> credentials,
            const CliIo& io);

  absl::Duration SubmitTimeout(const v1::SubmitOptions& options) const;
  absl::Status CallWithRetries(const CallOptions& options, Attempt attempt);
  absl::Status CallOnce(absl::Duration timeout, Attempt attempt);
  void AddToken(grpc::ClientContext* context) const;
  std::shared_ptr<grpc::Channel> channel() ABSL_LOCKS_EXCLUDED(mu_);

  const std::string server_;
  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  const std::string token_;
  const absl::Duration timeout_;
  const CliIo& io_;
  std::function<void(const absl::Status&)> on_retry_;

  Mutex mu_;
  std::shared_ptr<grpc::Channel> channel_ ABSL_GUARDED_BY(mu_);  // null: to be made
  absl::BitGen random_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_RPC_CLIENT_H_
