#include "server/rpc_server.h"

#include <grpcpp/ext/channelz_service_plugin.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/rpc/auth/listener_credentials.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

// Below what proxies and load balancers drop as idle; finds dead peers of idle
// watch streams.
constexpr int kKeepaliveMillis = 30 * 1000;
constexpr int kKeepaliveTimeoutMillis = 10 * 1000;
// Clients may ping as often as this; gRPC's own default of 5 minutes would
// disconnect those that look after their connection.
constexpr int kMinClientPingMillis = 5 * 1000;

std::vector<std::string> OrgNamesOf(const ServerConfig& config) {
  std::vector<std::string> names;
  for (const OrgConfig& org : config.orgs) names.push_back(org.name);
  return names;
}

SubmitDefaults SubmitDefaultsOf(const ServerConfig& config) {
  SubmitDefaults defaults;
  defaults.action_mode = config.action_mode;
  defaults.query_endpoint = config.query_endpoint;
  defaults.wait = config.default_wait;
  defaults.retention = config.default_retention;
  defaults.max_parameters_bytes = config.max_parameters_bytes;
  return defaults;
}

// The services that are served, for reflection.
std::vector<std::string> ServiceNames() {
  // Nothing else needs the description of the health service.
  grpc::health::v1::HealthCheckRequest::descriptor();
  return {v1::JobService::service_full_name(),
          v1::ActionService::service_full_name(),
          grpc::health::v1::Health::service_full_name(),
          grpc::reflection::v1::ServerReflection::service_full_name(),
          grpc::reflection::v1alpha::ServerReflection::service_full_name(),
          "grpc.channelz.v1.Channelz"};
}

// The secret that signs result cursors: the same after a restart and on each
// replica, and unknown to everybody without the credentials.
std::string CursorKeyOf(const ServerConfig& config) {
  FieldHash hash;
  hash.Add("result cursors");
  for (const OrgConfig& org : config.orgs) {
    if (org.name == config.default_org) hash.Add(org.client_id).Add(org.client_secret);
  }
  return hash.Digest();
}

}  // namespace

AuthOptions AuthOptionsOf(const ServerConfig& config) {
  AuthOptions options;
  options.tls_cert_file = config.tls_cert_file;
  options.tls_key_file = config.tls_key_file;
  options.client_ca_file = config.tls_client_ca_file;
  options.token_file = config.tokens_file;
  return options;
}

RpcServer::RpcServer(const ServerConfig& config)
    : config_(config), reflection_v1_(ServiceNames()), reflection_v1alpha_(ServiceNames()) {}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const ServerConfig& config,
                                                            const Parts& parts) {
  std::unique_ptr<RpcServer> server(new RpcServer(config));
  ASSIGN_OR_RETURN(const auto credentials, server->MakeCredentials(parts.metrics));
  server->MakeServices(parts);
  RETURN_IF_ERROR(server->Listen(credentials));
  return server;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> RpcServer::MakeCredentials(
    Metrics* metrics) {
  const AuthOptions auth = AuthOptionsOf(config_);
  RETURN_IF_ERROR(CheckListener(config_.listen.host, auth,
                                config_.insecure ? ClearText::kAllow : ClearText::kRefuse));
  ASSIGN_OR_RETURN(authenticator_, Authenticator::Create(auth, metrics));
  return MakeServerCredentials(auth, authenticator_);
}

void RpcServer::MakeServices(const Parts& parts) {
  const OrgNames orgs(OrgNamesOf(config_), config_.default_org);
  watch_service_ = std::make_unique<WatchService>(WatchService::Deps{parts.hub, parts.readers},
                                                  orgs, WatchService::Options());

  GenesysClients clients;
  absl::flat_hash_map<std::string, ActionService::Org> action_orgs;
  absl::flat_hash_map<std::string, const OrgProfile*> profiles;
  for (OrgStack* const org : parts.orgs) {
    clients.emplace(org->runtime()->name, org->runtime()->client);
    action_orgs.emplace(org->runtime()->name,
                        ActionService::Org{org->runtime()->client, org->actions()});
    profiles.emplace(org->runtime()->name, org->runtime()->profile);
  }
  ResultsService::Options results_options;
  results_options.cursor_key = CursorKeyOf(config_);
  results_service_ = std::make_unique<ResultsService>(
      ResultsService::Deps{parts.loop, parts.readers, parts.kinds, clients, parts.metrics},
      std::move(results_options));
  const OrgProfiles family_of = [profiles](const std::string& org) {
    const auto profile = profiles.find(org);
    return profile == profiles.end() ? std::nullopt : profile->second->family();
  };
  JobService::Deps deps = {parts.engine,
                           parts.loop,
                           parts.readers,
                           parts.kinds,
                           authenticator_.get(),
                           watch_service_.get(),
                           results_service_.get(),
                           std::move(clients),
                           family_of};
  job_service_ = std::make_unique<JobService>(std::move(deps), orgs, SubmitDefaultsOf(config_));
  action_service_ = std::make_unique<ActionService>(
      ActionService::Deps{parts.loop, std::move(action_orgs), authenticator_.get()}, orgs);
}

void RpcServer::ConfigureBuilder(grpc::ServerBuilder* builder) {
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a taken port is an error
  builder->AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 1);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kMinClientPingMillis);
  builder->SetMaxReceiveMessageSize(MaxReceiveMessageBytes(config_.max_parameters_bytes));
  builder->RegisterService(job_service_.get());
  builder->RegisterService(action_service_.get());
  builder->RegisterService(&reflection_v1_);
  builder->RegisterService(&reflection_v1alpha_);
}

absl::Status RpcServer::Listen(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::channelz::experimental::InitChannelzService();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(config_.listen.ToString(), credentials, &port);
  ConfigureBuilder(&builder);
  grpc_server_ = builder.BuildAndStart();
  if (grpc_server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", config_.listen.ToString(), ": is the address in use?"));
  }
  grpc::HealthCheckServiceInterface* const health = grpc_server_->GetHealthCheckService();
  health->SetServingStatus(true);
  health->SetServingStatus(v1::JobService::service_full_name(), true);
  health->SetServingStatus(v1::ActionService::service_full_name(), true);
  address_ = ListenAddress{config_.listen.host, port}.ToString();
  return absl::OkStatus();
}

absl::Status RpcServer::ReloadAccess() {
  const AuthOptions auth = AuthOptionsOf(config_);
  if (auth.tls()) RETURN_IF_ERROR(CheckTlsFiles(auth));
  return authenticator_->Reload();
}

void RpcServer::AnnounceStop() { grpc_server_->GetHealthCheckService()->Shutdown(); }

void RpcServer::Stop(absl::Time deadline) {
  results_service_->Drain();
  grpc_server_->Shutdown(absl::ToChronoTime(deadline));
}

}  // namespace gcjobs
