#ifndef GCJOBS_SERVER_SERVER_H_
#define GCJOBS_SERVER_SERVER_H_

#include <prometheus/exposer.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/clock.h"
#include "common/metrics.h"
#include "common/thread.h"
#include "server/before_scrape.h"
#include "server/config.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/orchestrator.h"
#include "server/jobs/retention.h"
#include "server/net/curl_transport.h"
#include "server/net/event_loop.h"
#include "server/org_stack.h"
#include "server/rpc_server.h"
#include "server/store/reader_pool.h"
#include "server/store/sqlite_store.h"
#include "server/watch/event_log.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {

// The whole server: the only place that knows all parts. Start brings it up from
// the store to the listener; Shutdown takes it down the other way round.
//
//   auto server = Server::Start(config, on_failure);
//   ... (*server)->address() ...
//   (*server)->Shutdown();
class Server {
 public:
  // Called once, from the loop thread, when the store has failed and the process
  // should be restarted. Must only tell somebody.
  using OnFailure = absl::AnyInvocable<void(absl::Status)>;

  // Opens the store, takes up the jobs that were under way and listens. Errors say
  // which setting or file is at fault.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerConfig& config,
                                                       OnFailure on_failure);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // As Shutdown().
  ~Server() { Shutdown(); }

  // HOST:PORT as bound: the port is never 0.
  const std::string& address() const { return rpc_->address(); }

  // Takes over what may change while the server runs: the tokens of callers, and of
  // the organisations that it knows credentials and budgets; each of these gets a new
  // token. Errors: a file of tokens or certificates is wrong, and nothing has changed.
  // Any thread.
  absl::Status Reload(const ServerConfig& config);

  // Stops gracefully: health says NOT_SERVING, watchers get a bookmark and
  // UNAVAILABLE, calls end, requests under way upstream get their answers
  // committed, the store closes. Each step is bounded by
  // ServerConfig::drain_timeout. Blocks; idempotent; one thread at a time.
  void Shutdown();

 private:
  Server(const ServerConfig& config, OnFailure on_failure);

  // The steps of Start, in order; a failed one ends it.
  absl::Status LoadJobKinds();
  absl::Status OpenTransport();
  absl::Status OpenStore();
  absl::Status StartHub();
  absl::Status StartJobs();
  absl::Status StartRpc();
  absl::Status StartMetrics();

  // Loop thread.
  void SetScrapedMetrics();
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
  // Null until there is a hub: the store's listener may be called as soon as the
  // store is open.
  std::atomic<WatchHub*> publish_to_{nullptr};
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<ReaderPool> readers_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<WatchHub> hub_;
  std::vector<std::unique_ptr<OrgStack>> orgs_;
  std::unique_ptr<Orchestrator> orchestrator_;
  std::unique_ptr<Retention> retention_;
  std::unique_ptr<Thread> loop_thread_;
  std::unique_ptr<RpcServer> rpc_;
  std::shared_ptr<BeforeScrape> before_scrape_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SERVER_H_
