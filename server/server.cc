#include "server/server.h"

#include <exception>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/errors.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "server/job_kinds.h"
#include "server/rpc/auth/listener_credentials.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {
namespace {

// How often the drain looks whether requests under way have ended.
constexpr absl::Duration kDrainStep = absl::Milliseconds(20);
// To one host, beside the calls that are held; over HTTP/2 one would do.
constexpr int kConnectionsPerHost = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config,
                                                      OnFailure on_failure) {
  std::unique_ptr<Server> server(new Server(config, std::move(on_failure)));
  RETURN_IF_ERROR(server->LoadJobKinds());
  RETURN_IF_ERROR(server->OpenTransport());
  RETURN_IF_ERROR(server->OpenStore());
  RETURN_IF_ERROR(server->StartHub());
  RETURN_IF_ERROR(server->StartJobs());
  RETURN_IF_ERROR(server->StartRpc());
  RETURN_IF_ERROR(server->StartMetrics());
  return server;
}

Server::Server(const ServerConfig& config, OnFailure on_failure)
    : config_(config), on_failure_(std::move(on_failure)) {}

absl::Status Server::LoadJobKinds() {
  ASSIGN_OR_RETURN(kinds_, MakeJobKinds(config_.kind_files));
  return absl::OkStatus();
}

absl::Status Server::OpenTransport() {
  CurlTransport::Options options;
  options.ca_file = config_.upstream_ca_file;
  options.proxy = config_.upstream_proxy;
  // Over HTTP/1.1 each held call has a connection to itself, and organisations
  // may share a host: nothing else may wait for them.
  options.max_connections_per_host =
      kConnectionsPerHost + config_.max_direct_calls * static_cast<int>(config_.orgs.size());
  ASSIGN_OR_RETURN(transport_, CurlTransport::Create(options));
  loop_ = std::make_unique<EventLoop>(clock_, transport_.get());
  return absl::OkStatus();
}

absl::Status Server::OpenStore() {
  SqliteStore::Options options;
  if (config_.store != "memory") options.data_dir = config_.data_dir;
  options.restored = config_.restored;
  options.metrics = &metrics_;
  options.listener = [this](const std::vector<EventPtr>& events) {
    if (WatchHub* const hub = publish_to_.load(std::memory_order_acquire)) hub->Publish(events);
  };
  ASSIGN_OR_RETURN(store_, SqliteStore::Open(std::move(options)));
  ASSIGN_OR_RETURN(readers_, ReaderPool::Start(store_.get(), {}));
  return absl::OkStatus();
}

absl::Status Server::StartHub() {
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, store_->OpenReader());
  ASSIGN_OR_RETURN(const RevisionRange range, reader->GetRevisionRange());
  log_ = std::make_unique<EventLog>(EventLog::Options(), range.head);
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

absl::Status Server::StartJobs() {
  Orchestrator::Deps with;
  with.loop = loop_.get();
  with.store = store_.get();
  with.readers = readers_.get();
  with.metrics = &metrics_;
  with.kinds = kinds_.get();
  for (const OrgConfig& org : config_.orgs) {
    Log(LogLevel::kInfo, "organisation",
        {{"org", org.name},
         {"api_url", org.api_url},
         {"login_url", org.login_url},
         {"request_budget", org.request_budget}});
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
  options.restored = store_->is_restored();
  orchestrator_ = std::make_unique<Orchestrator>(options, std::move(with));

  ASSIGN_OR_RETURN(const Orchestrator::RecoveryReport report, orchestrator_->Recover());
  Log(LogLevel::kInfo, "jobs_recovered",
      {{"restored", static_cast<uint64_t>(report.restored)},
       {"left_alone", static_cast<uint64_t>(report.left_alone)}});

  Retention::Options retention;
  retention.event_window = config_.event_window;
  retention_ = std::make_unique<Retention>(
      retention, Retention::Deps{loop_.get(), store_.get(), readers_.get()});
  loop_->Post([this] {
    retention_->Start();
    for (const auto& org : orgs_) org->survival_keeper()->Start(loop_.get());
  });
  loop_thread_ = std::make_unique<Thread>("gcj-loop", [this] { loop_->Run(); });
  return absl::OkStatus();
}

absl::Status Server::StartRpc() {
  RpcServer::Parts parts;
  parts.loop = loop_.get();
  parts.readers = readers_.get();
  parts.metrics = &metrics_;
  parts.kinds = kinds_.get();
  parts.engine = orchestrator_.get();
  parts.hub = hub_.get();
  for (const auto& org : orgs_) parts.orgs.push_back(org.get());
  ASSIGN_OR_RETURN(rpc_, RpcServer::Start(config_, parts));
  return absl::OkStatus();
}

absl::Status Server::StartMetrics() {
  if (!config_.metrics_listen) return absl::OkStatus();
  const std::string address = config_.metrics_listen->ToString();
  if (!config_.insecure && !IsLoopback(config_.metrics_listen->host)) {
    return MakeError(errors::kInsecureListener,
                     absl::StrCat("--metrics-listen ", address,
                                  " reaches beyond loopback, and metrics have no TLS: use a "
                                  "loopback address, or --insecure"));
  }
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", error.what()));
  }
  before_scrape_ = std::make_shared<BeforeScrape>(loop_.get(), [this] { SetScrapedMetrics(); });
  exposer_->RegisterCollectable(before_scrape_);
  exposer_->RegisterCollectable(metrics_.registry());
  const int port = exposer_->GetListeningPorts().front();
  Log(LogLevel::kInfo, "metrics_listening",
      {{"address", ListenAddress{config_.metrics_listen->host, port}.ToString()}});
  return absl::OkStatus();
}

void Server::SetScrapedMetrics() {
  const absl::Time now = clock_->MonotonicNow();
  for (const auto& org : orgs_) {
    const OrgRuntime& runtime = *org->runtime();
    metrics_.PermitQueue(runtime.name, std::string(Name(RequestClass::kPoll)))
        .Set(static_cast<double>(runtime.scheduler->CountDue(now)));
  }
  prometheus::Counter& dropped = metrics_.LogLinesDropped();
  dropped.Increment(static_cast<double>(DroppedLogLines()) - dropped.Value());
}

absl::Status Server::Reload(const ServerConfig& config) {
  RETURN_IF_ERROR(rpc_->ReloadAccess());
  loop_->Post([this, orgs = config.orgs] {
    for (const OrgConfig& changed : orgs) {
      for (const auto& org : orgs_) {
        if (org->runtime()->name == changed.name) org->Reload(changed);
      }
    }
  });
  return absl::OkStatus();
}

// Requests that were sent get their answers committed: a job in doubt after a
// planned stop would be a pity.
void Server::DrainUpstream() {
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

void Server::Shutdown() {
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
    // Stories end on their own thread. What they wait for may come later, and
    // then finds nobody.
    loop_->Post([this] {
      orchestrator_->Stop();
      retention_.reset();
    });
    loop_->Stop();
    loop_thread_.reset();
    for (const auto& org : orgs_) org->survival_keeper()->Save();
  }
  if (store_ != nullptr) store_->Close();
  // Reads that are queued still use the store and post to the loop.
  readers_.reset();
  Log(LogLevel::kInfo, "stopped", {});
}

}  // namespace gcjobs
