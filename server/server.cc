#include "server/server.h"

#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <prometheus/exposer.h>

#include <atomic>
#include <exception>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/thread.h"

#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/orchestrator.h"
#include "server/jobs/recovery.h"
#include "server/jobs/retention.h"
#include "server/listen_address.h"
#include "server/net/curl_transport.h"
#include "server/net/event_loop.h"
#include "server/org_stack.h"
#include "server/rpc/action_service.h"
#include "server/rpc/auth.h"
#include "server/rpc/authenticator.h"
#include "server/rpc/job_service.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/watch_service.h"
#include "server/store/memory_store.h"
#include "server/store/read_pool.h"
#include "server/store/sqlite_store.h"
#include "server/watch/event_log.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {
namespace {

// Below what proxies and load balancers drop as idle; finds dead peers of idle
// watch streams.
constexpr int kKeepaliveMillis = 30 * 1000;
constexpr int kKeepaliveTimeoutMillis = 10 * 1000;
// Clients may ping this often; gRPC's own default of 5 minutes would cut off
// careful ones.
constexpr int kMinClientPingMillis = 5 * 1000;
// How often the drain looks whether requests under way have ended.
constexpr absl::Duration kDrainStep = absl::Milliseconds(20);

AuthOptions AuthOptionsOf(const ServerConfig& config) {
  AuthOptions options;
  options.tls_cert_file = config.tls_cert_file;
  options.tls_key_file = config.tls_key_file;
  options.client_ca_file = config.tls_client_ca_file;
  options.token_file = config.tokens_file;
  return options;
}

std::vector<std::string> OrgNamesOf(const ServerConfig& config) {
  std::vector<std::string> names;
  for (const OrgConfig& org : config.orgs) names.push_back(org.name);
  return names;
}

JobKindRegistry BuiltInKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(MakeAsyncActionKind());
  return JobKindRegistry(std::move(kinds));
}

class ServerImpl final : public Server {
 public:
  ServerImpl(const ServerConfig& config, OnFailure on_failure)
      : config_(config), on_failure_(std::move(on_failure)), kinds_(BuiltInKinds()) {}
  ~ServerImpl() override { Shutdown(); }

  // The steps of Start, in order; a failed one ends it.
  absl::Status OpenTransport();
  absl::Status OpenStore();
  absl::Status StartHub();
  absl::Status StartJobs();
  absl::Status StartRpc();
  absl::Status StartMetrics();

  const std::string& address() const override { return address_; }
  void Shutdown() override;

 private:
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
      const ListenAddress& listen);
  void MakeServices();
  void ConfigureBuilder(grpc::ServerBuilder* builder);
  void DrainUpstream();

  const ServerConfig config_;
  OnFailure on_failure_;
  const Clock* const clock_ = RealClock();
  const JobKindRegistry kinds_;
  Metrics metrics_;
  std::string address_;
  bool stopped_ = false;

  // From the wire upwards; destroyed the other way round.
  std::unique_ptr<CurlTransport> transport_;
  std::unique_ptr<EventLoop> loop_;
  // The store's listener may be called as soon as the store is open.
  std::atomic<WatchHub*> publish_to_{nullptr};
  std::unique_ptr<Store> store_;
  std::unique_ptr<ReadPool> readers_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<WatchHub> hub_;
  std::vector<std::unique_ptr<OrgStack>> orgs_;
  std::unique_ptr<Orchestrator> orchestrator_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<Thread> loop_thread_;
  std::shared_ptr<const Authenticator> authenticator_;
  std::unique_ptr<WatchService> watch_service_;
  std::unique_ptr<JobService> job_service_;
  std::unique_ptr<ActionService> action_service_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

absl::Status ServerImpl::OpenTransport() {
  CurlTransport::Options options;
  options.ca_file = config_.upstream_ca_file;
  options.proxy = config_.upstream_proxy;
  auto transport = CurlTransport::Create(options);
  if (!transport.ok()) return transport.status();
  transport_ = *std::move(transport);
  loop_ = std::make_unique<EventLoop>(clock_, transport_.get());
  return absl::OkStatus();
}

absl::Status ServerImpl::OpenStore() {
  GroupCommitOptions commit;
  commit.metrics = &metrics_;
  commit.listener = [this](const std::vector<EventPtr>& events) {
    if (WatchHub* const hub = publish_to_.load(std::memory_order_acquire)) hub->Publish(events);
  };
  if (config_.store == "memory") {
    store_ = std::make_unique<MemoryStore>(std::move(commit));
  } else {
    SqliteStore::Options options;
    options.data_dir = config_.data_dir;
    options.commit = std::move(commit);
    auto store = SqliteStore::Open(std::move(options));
    if (!store.ok()) return store.status();
    store_ = *std::move(store);
  }
  readers_ = std::make_unique<ReadPool>();
  return absl::OkStatus();
}

absl::Status ServerImpl::StartHub() {
  const absl::StatusOr<RevisionRange> range = store_->GetRevisionRange();
  if (!range.ok()) return range.status();
  log_ = std::make_unique<EventLog>(EventLog::Options(), range->head);
  WatchHub::Options options;
  options.metrics = &metrics_;
  options.on_watched = [this](absl::string_view job_id, bool watched) {
    loop_->Post(
        [this, id = std::string(job_id), watched] { orchestrator_->SetWatched(id, watched); });
  };
  hub_ = std::make_unique<WatchHub>(log_.get(), clock_, std::move(options));
  publish_to_.store(hub_.get(), std::memory_order_release);
  return absl::OkStatus();
}

absl::Status ServerImpl::StartJobs() {
  Orchestrator::Collaborators with;
  with.loop = loop_.get();
  with.store = store_.get();
  with.readers = readers_.get();
  with.metrics = &metrics_;
  with.kinds = &kinds_;
  for (const OrgConfig& org : config_.orgs) {
    orgs_.push_back(std::make_unique<OrgStack>(org, transport_.get(), loop_.get(), &metrics_));
    with.orgs.push_back(orgs_.back()->runtime());
  }
  with.on_store_failed = [this, told = false](absl::Status status) mutable {
    if (!std::exchange(told, true)) on_failure_(std::move(status));
  };
  Orchestrator::Options options;
  options.max_result_bytes = config_.max_result_bytes;
  orchestrator_ = std::make_unique<Orchestrator>(options, std::move(with));

  const absl::StatusOr<RecoveryReport> report = Recover(*store_, orchestrator_.get());
  if (!report.ok()) return report.status();
  Log(LogLevel::kInfo, "jobs_recovered",
      {{"restored", static_cast<uint64_t>(report->restored)},
       {"left_alone", static_cast<uint64_t>(report->left_alone)}});

  Retention::Options retention;
  retention.event_window = config_.event_window;
  retention_ = std::make_unique<Retention>(retention, loop_.get(), store_.get(), readers_.get());
  loop_->Post([this] { retention_->Start(); });
  loop_thread_ = std::make_unique<Thread>("gcj-loop", [this] { loop_->Run(); });
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerImpl::MakeCredentials(
    const ListenAddress& listen) {
  const AuthOptions auth = AuthOptionsOf(config_);
  const absl::Status safe =
      CheckListener(listen.host, auth, config_.insecure ? ClearText::kAllow : ClearText::kRefuse);
  if (!safe.ok()) return safe;
  auto authenticator = Authenticator::Create(auth);
  if (!authenticator.ok()) return authenticator.status();
  authenticator_ = *std::move(authenticator);
  return MakeServerCredentials(auth, authenticator_);
}

void ServerImpl::MakeServices() {
  const OrgNames orgs(OrgNamesOf(config_), config_.default_org);
  watch_service_ = std::make_unique<WatchService>(WatchService::Options{
      hub_.get(), store_.get(), readers_.get(),
      [orgs](const v1::JobFilter& filter) { return ValidateFilter(filter, orgs); }});

  SubmitDefaults defaults;
  defaults.wait = config_.default_wait;
  defaults.retention = config_.default_retention;
  defaults.max_parameters_bytes = config_.max_parameters_bytes;
  job_service_ = std::make_unique<JobService>(JobService::Options{
      orchestrator_.get(), loop_.get(), store_.get(), readers_.get(), &kinds_, authenticator_.get(),
      orgs, defaults,
      [this](auto* context, auto* request) { return watch_service_->WatchJob(context, request); },
      [this](auto* context, auto* request) {
        return watch_service_->WatchJobs(context, request);
      }});

  absl::flat_hash_map<std::string, ActionBackend*> backends;
  for (const auto& org : orgs_) backends.emplace(org->runtime()->name, org->actions());
  action_service_ = std::make_unique<ActionService>(
      ActionService::Options{loop_.get(), std::move(backends), authenticator_.get(), orgs});
}

void ServerImpl::ConfigureBuilder(grpc::ServerBuilder* builder) {
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
}

absl::Status ServerImpl::StartRpc() {
  const absl::StatusOr<ListenAddress> listen = ParseListenAddress(config_.listen);
  if (!listen.ok()) return listen.status();
  auto credentials = MakeCredentials(*listen);
  if (!credentials.ok()) return credentials.status();
  MakeServices();

  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::channelz::experimental::InitChannelzService();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(config_.listen, *credentials, &port);
  ConfigureBuilder(&builder);
  grpc_server_ = builder.BuildAndStart();
  if (grpc_server_ == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", config_.listen, ": is the address in use?"));
  }
  grpc_server_->GetHealthCheckService()->SetServingStatus(true);
  address_ = ListenAddress{listen->host, port}.ToString();
  return absl::OkStatus();
}

absl::Status ServerImpl::StartMetrics() {
  if (config_.metrics_listen.empty()) return absl::OkStatus();
  const absl::StatusOr<ListenAddress> listen = ParseListenAddress(config_.metrics_listen);
  if (!listen.ok()) return listen.status();
  if (!config_.insecure && !IsLoopback(listen->host)) {
    return absl::FailedPreconditionError(
        absl::StrCat("--metrics-listen ", config_.metrics_listen,
                     " reaches beyond loopback, and metrics have no TLS: use a loopback "
                     "address, or --insecure"));
  }
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(config_.metrics_listen);
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", config_.metrics_listen, ": ", error.what()));
  }
  exposer_->RegisterCollectable(metrics_.registry());
  return absl::OkStatus();
}

// Requests that were sent get their answers committed: a job in doubt after a
// planned stop would be a pity.
void ServerImpl::DrainUpstream() {
  absl::Notification idle;
  const absl::Time deadline = clock_->MonotonicNow() + config_.drain_timeout;
  // Runs on the loop, again and again until nothing is under way.
  std::function<void()> step = [&] {
    if (transport_->in_flight() == 0 || clock_->MonotonicNow() >= deadline) {
      return idle.Notify();
    }
    loop_->RunAfter(kDrainStep, step);
  };
  loop_->Post([this, &step] {
    orchestrator_->BeginStop();
    step();
  });
  idle.WaitForNotification();
}

void ServerImpl::Shutdown() {
  if (std::exchange(stopped_, true)) return;
  exposer_.reset();
  if (grpc_server_ != nullptr) {
    grpc_server_->GetHealthCheckService()->Shutdown();
    // Callers that wait for a verdict are answered now, and nothing new is
    // sent; then the streams, then whatever is left.
    loop_->Post([this] { orchestrator_->BeginStop(); });
    hub_->Drain();
    grpc_server_->Shutdown(absl::ToChronoTime(clock_->Now() + config_.drain_timeout));
  }
  if (loop_thread_ != nullptr) {
    DrainUpstream();
    loop_->Stop();
    loop_thread_.reset();
  }
  if (store_ != nullptr) store_->Close();
  // Reads that are queued still use the store and post to the loop.
  readers_.reset();
  Log(LogLevel::kInfo, "stopped", {});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config,
                                                      OnFailure on_failure) {
  auto server = std::make_unique<ServerImpl>(config, std::move(on_failure));
  for (const auto step :
       {&ServerImpl::OpenTransport, &ServerImpl::OpenStore, &ServerImpl::StartHub,
        &ServerImpl::StartJobs, &ServerImpl::StartRpc, &ServerImpl::StartMetrics}) {
    const absl::Status status = (server.get()->*step)();
    if (!status.ok()) return status;
  }
  return server;
}

}  // namespace gcjobs
