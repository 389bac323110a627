#include "client/connection.h"

#include <arpa/inet.h>
#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

#include "client/file.h"

namespace gcjobs {
namespace {

// A dead connection under an idle watch is noticed within the sum of both; the
// server permits pings at this pace.
constexpr int kKeepaliveMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// A single item of results may be larger than gRPC's usual 4 MiB, by any size.
constexpr int kUnlimited = -1;

// Result pages are of megabytes, and each frame of one costs both ends some
// work; the usual frames have 16 KiB.
constexpr int kFrameBytes = 1 << 20;

grpc::ChannelArguments ChannelArguments(absl::string_view server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // idle streams: no limit
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kFrameBytes);
  // Without it channels to one address share a subchannel and its back-off.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // We retry ourselves, where a retry is known to be safe.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // `http_proxy` is not meant for this machine.
  if (IsLocalAddress(server)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

// An empty path gives an empty text.
absl::StatusOr<std::string> ReadOptionalFile(const std::string& path) {
  return path.empty() ? std::string() : ReadInputFile(path);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsCredentials(
    const GlobalOptions& options) {
  grpc::SslCredentialsOptions tls;
  const std::pair<const std::string*, std::string*> files[] = {
      {&options.ca_file, &tls.pem_root_certs},
      {&options.cert_file, &tls.pem_cert_chain},
      {&options.key_file, &tls.pem_private_key}};
  for (const auto& [path, text] : files) {
    absl::StatusOr<std::string> read = ReadOptionalFile(*path);
    if (!read.ok()) return read.status();
    *text = *std::move(read);
  }
  return grpc::SslCredentials(tls);
}

// `HOST` of `HOST:PORT` and of `[HOST]:PORT`.
std::string HostOf(absl::string_view server) {
  absl::string_view host = server.substr(0, server.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return std::string(host);
}

}  // namespace

bool IsLocalAddress(absl::string_view server) {
  if (absl::StartsWith(server, "unix:") || absl::StartsWith(server, "unix-abstract:")) return true;
  absl::ConsumePrefix(&server, "dns:///");
  const std::string host = HostOf(server);
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "::1" || host == "localhost";
}

absl::StatusOr<Connector> Connector::Create(const GlobalOptions& options) {
  if (!options.tls) return Connector(options.server, grpc::InsecureChannelCredentials());
  absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = TlsCredentials(options);
  if (!credentials.ok()) return credentials.status();
  return Connector(options.server, *std::move(credentials));
}

Connector::Connector(std::string server, std::shared_ptr<grpc::ChannelCredentials> credentials)
    : server_(std::move(server)), credentials_(std::move(credentials)) {}

std::shared_ptr<Connection> Connector::Connect() const {
  auto connection = std::make_shared<Connection>();
  connection->channel = grpc::CreateCustomChannel(server_, credentials_, ChannelArguments(server_));
  connection->jobs = v1::JobService::NewStub(connection->channel);
  connection->actions = v1::ActionService::NewStub(connection->channel);
  connection->health = grpc::health::v1::Health::NewStub(connection->channel);
  return connection;
}

}  // namespace gcjobs
