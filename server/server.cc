#include "server/server.h"

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
#include "server/job_kinds.h"
#include "server/jobs/orchestrator.h"
#include "server/jobs/recovery.h"
#include "server/jobs/retention.h"
#include "server/listen_address.h"
#include "server/net/curl_transport.h"
#include "server/net/event_loop.h"
#include "server/org_stack.h"
#include "server/rpc/auth/auth.h"
#include "server/rpc_server.h"
#include "server/store/memory_store.h"
#include "server/store/read_pool.h"
#include "server/store/sqlite_store.h"
#include "server/watch/event_log.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {
namespace {

// How often the drain looks whether requests under way have ended.
constexpr absl::Duration kDrainStep = absl::Milliseconds(20);
// To one host, beside the calls that are held; over HTTP/2 one would do.
constexpr int kConnectionsPerHost = 16;

class ServerImpl final : public Server {
 public:
  ServerImpl(const ServerConfig& config, OnFailure on_failure)
      : config_(config), on_failure_(std::move(on_failure)) {}
  ~ServerImpl() override { Shutdown(); }

  // The steps of Start, in order; a failed one ends it.
  absl::Status LoadJobKinds();
  absl::Status OpenTransport();
  absl::Status OpenStore();
  absl::Status StartHub();
  absl::Status StartJobs();
  absl::Status StartRpc();
  absl::Status StartMetrics();

  const std::string& address() const override { return rpc_->address(); }
  void Shutdown() override;

 private:
  void DrainUpstream();

  const ServerConfig config_;
  OnFailure on_failure_;
  const Clock* const clock_ = RealClock();
  std::unique_ptr<const JobKindRegistry> kinds_;
  Metrics metrics_;
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
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

absl::Status ServerImpl::LoadJobKinds() {
  auto kinds = MakeJobKinds(config_.kind_files);
  if (!kinds.ok()) return kinds.status();
  kinds_ = *std::move(kinds);
  return absl::OkStatus();
}

absl::Status ServerImpl::OpenTransport() {
  CurlTransport::Options options;
  options.ca_file = config_.upstream_ca_file;
  options.proxy = config_.upstream_proxy;
  // Over HTTP/1.1 each held call has a connection to itself, and organisations
  // may share a host: nothing else may wait for them.
  options.max_connections_per_host =
      kConnectionsPerHost + config_.max_direct_calls * static_cast<int>(config_.orgs.size());
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
  with.kinds = kinds_.get();
  for (const OrgConfig& org : config_.orgs) {
    orgs_.push_back(
        std::make_unique<OrgStack>(org, transport_.get(), loop_.get(), store_.get(), &metrics_));
    with.orgs.push_back(orgs_.back()->runtime());
  }
  with.on_store_failed = [this, told = false](absl::Status status) mutable {
    if (!std::exchange(told, true)) on_failure_(std::move(status));
  };
  Orchestrator::Options options;
  options.max_result_bytes = config_.max_result_bytes;
  options.max_direct_calls = config_.max_direct_calls;
  orchestrator_ = std::make_unique<Orchestrator>(options, std::move(with));

  const absl::StatusOr<RecoveryReport> report = Recover(*store_, orchestrator_.get());
  if (!report.ok()) return report.status();
  Log(LogLevel::kInfo, "jobs_recovered",
      {{"restored", static_cast<uint64_t>(report->restored)},
       {"left_alone", static_cast<uint64_t>(report->left_alone)}});

  Retention::Options retention;
  retention.event_window = config_.event_window;
  retention_ = std::make_unique<Retention>(retention, loop_.get(), store_.get(), readers_.get());
  loop_->Post([this] {
    retention_->Start();
    for (const auto& org : orgs_) org->learned()->Start(loop_.get());
  });
  loop_thread_ = std::make_unique<Thread>("gcj-loop", [this] { loop_->Run(); });
  return absl::OkStatus();
}

absl::Status ServerImpl::StartRpc() {
  RpcServer::Parts parts;
  parts.loop = loop_.get();
  parts.store = store_.get();
  parts.readers = readers_.get();
  parts.metrics = &metrics_;
  parts.kinds = kinds_.get();
  parts.engine = orchestrator_.get();
  parts.hub = hub_.get();
  for (const auto& org : orgs_) parts.orgs.push_back(org.get());
  auto rpc = RpcServer::Start(config_, parts);
  if (!rpc.ok()) return rpc.status();
  rpc_ = *std::move(rpc);
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
  if (rpc_ != nullptr) {
    rpc_->AnnounceStop();
    // Callers that wait for a verdict are answered now, and nothing new is
    // sent; then the streams, then whatever is left.
    loop_->Post([this] { orchestrator_->BeginStop(); });
    hub_->Drain();
    rpc_->Stop(clock_->Now() + config_.drain_timeout);
  }
  if (loop_thread_ != nullptr) {
    DrainUpstream();
    loop_->Stop();
    loop_thread_.reset();
    for (const auto& org : orgs_) org->learned()->Save();
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
  for (const auto step : {&ServerImpl::LoadJobKinds, &ServerImpl::OpenTransport,
                          &ServerImpl::OpenStore, &ServerImpl::StartHub, &ServerImpl::StartJobs,
                          &ServerImpl::StartRpc, &ServerImpl::StartMetrics}) {
    const absl::Status status = (server.get()->*step)();
    if (!status.ok()) return status;
  }
  return server;
}

}  // namespace gcjobs
