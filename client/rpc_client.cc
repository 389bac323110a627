#include "client/rpc_client.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <chrono>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/connection_problem.h"
#include "client/parse.h"
#include "common/backoff_policy.h"
#include "common/error_info.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// A dead connection under an idle watch is noticed within the sum of both; the
// server permits pings at this pace.
constexpr int kKeepaliveMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// A single item of results may be larger than gRPC's usual 4 MiB, by any size.
constexpr int kUnlimited = -1;
// Result pages have megabytes, and each frame of one costs both ends some work;
// the usual frames have 16 KiB.
constexpr int kFrameBytes = 1 << 20;

constexpr BackoffPolicy kRetryBackoff = {absl::Milliseconds(200), absl::Seconds(5), 2.0};
constexpr RetryPolicy kUnlimitedRetries = {kRetryBackoff};
// Enough for a server that restarts; a human should not wait for one that is
// not there.
constexpr int kFewRetries = 2;
// SubmitOptions.wait when unset.
constexpr absl::Duration kServersWait = absl::Seconds(2);
constexpr absl::Duration kConnectTimeout = absl::Seconds(10);
// How soon an interrupt ends WaitForConnection.
constexpr absl::Duration kConnectSlice = absl::Milliseconds(100);

grpc::ChannelArguments ChannelArguments(absl::string_view server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // idle streams: no limit
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kFrameBytes);
  // Without it channels to one address share a subchannel and its backoff, and
  // Reconnect would not give a fresh start.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // We retry ourselves, where a retry is known to be safe.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // `http_proxy` is not meant for this machine.
  if (IsLocalAddress(server)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const GlobalOptions& options) {
  if (!options.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions tls;
  const std::pair<const std::string*, std::string*> files[] = {
      {&options.ca_file, &tls.pem_root_certs},
      {&options.cert_file, &tls.pem_cert_chain},
      {&options.key_file, &tls.pem_private_key}};
  for (const auto& [path, text] : files) {
    if (path->empty()) continue;
    ASSIGN_OR_RETURN(*text, ReadInputFile(*path));
  }
  return grpc::SslCredentials(tls);
}

// gRPC's deadlines are points of the real time, whatever clock we were given.
std::chrono::system_clock::time_point DeadlineIn(absl::Duration timeout) {
  return std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout);
}

// `failures`: calls in a row, this one included.
bool IsWorthRetrying(Retry retry, const absl::Status& status, int failures) {
  if (retry == Retry::kNever) return false;
  if (GetRetryDelay(status).has_value()) return true;
  if (!IsUnreachable(status) || !absl::IsUnavailable(status)) return false;
  return retry == Retry::kUntilTimeout || (retry == Retry::kFewTimes && failures <= kFewRetries);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcClient>> RpcClient::Create(const GlobalOptions& options,
                                                             const CliIo& io) {
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::ChannelCredentials> credentials, Credentials(options));
  return std::unique_ptr<RpcClient>(new RpcClient(options, std::move(credentials), io));
}

RpcClient::RpcClient(const GlobalOptions& options,
                     std::shared_ptr<grpc::ChannelCredentials> credentials, const CliIo& io)
    : server_(options.server),
      credentials_(std::move(credentials)),
      token_(options.token),
      timeout_(options.timeout),
      io_(io) {}

absl::Duration RpcClient::SubmitTimeout(const v1::SubmitOptions& options) const {
  return timeout_ + (options.has_wait() ? FromProto(options.wait()) : kServersWait);
}

absl::Status RpcClient::CallWithRetries(const CallOptions& options, Attempt attempt) {
  const absl::Time end = io_.clock->MonotonicNow() + options.timeout.value_or(timeout_);
  bool may_have_arrived = false;
  for (Retries retries(kUnlimitedRetries);;) {
    absl::Status status = CallOnce(end - io_.clock->MonotonicNow(), attempt);
    if (status.ok()) return status;
    may_have_arrived = may_have_arrived || !WasNeverConnected(status);
    if (!may_have_arrived) MarkNotArrived(&status);
    if (io_.interrupt->IsSet()) return status;
    std::optional<absl::Duration> delay;
    {
      MutexLock lock(&mu_);
      delay = retries.AfterFailure(random_, GetRetryDelay(status));
    }
    if (!IsWorthRetrying(options.retry, status, retries.failures())) return status;
    if (io_.clock->MonotonicNow() + *delay >= end) return status;
    const bool may_take_long =
        options.retry == Retry::kUntilTimeout || GetRetryDelay(status).has_value();
    if (may_take_long && retries.failures() == 1 && on_retry_) on_retry_(status);
    if (!io_.sleep(*delay)) return status;
    if (IsUnreachable(status)) Reconnect();
  }
}

absl::Status RpcClient::CallOnce(absl::Duration timeout, Attempt attempt) {
  const std::shared_ptr<grpc::Channel> channel = this->channel();
  grpc::ClientContext context;
  const Interrupt::Scope scope(io_.interrupt, &context);
  AddToken(&context);
  context.set_deadline(DeadlineIn(timeout));
  return FromGrpc(attempt(channel, &context));
}

void RpcClient::AddToken(grpc::ClientContext* context) const {
  if (!token_.empty()) context->AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

bool RpcClient::WaitForConnection() {
  const std::shared_ptr<grpc::Channel> channel = this->channel();
  const auto deadline = DeadlineIn(kConnectTimeout);
  while (!io_.interrupt->IsSet() && std::chrono::system_clock::now() < deadline) {
    const grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    channel->WaitForStateChange(state, DeadlineIn(kConnectSlice));
  }
  return false;
}

void RpcClient::Reconnect() {
  std::shared_ptr<grpc::Channel> old;
  MutexLock lock(&mu_);
  channel_.swap(old);  // let go after the lock
}

std::shared_ptr<grpc::Channel> RpcClient::channel() {
  MutexLock lock(&mu_);
  if (channel_ == nullptr) {
    channel_ = grpc::CreateCustomChannel(server_, credentials_, ChannelArguments(server_));
  }
  return channel_;
}

}  // namespace gcjobs
