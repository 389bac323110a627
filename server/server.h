#ifndef GCJOBS_SERVER_SERVER_H_
#define GCJOBS_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/config.h"

namespace gcjobs {

// The whole server: the only place that knows all parts. Start brings it up
// from the store to the listener; Shutdown takes it down the other way round.
//
//   auto server = Server::Start(config, on_failure);
//   ... (*server)->address() ...
//   (*server)->Shutdown();
class Server {
 public:
  // Called once, from the loop thread, when the store has failed and the
  // process should be restarted. Must only tell somebody.
  using OnFailure = absl::AnyInvocable<void(absl::Status)>;

  // Opens the store, takes up the jobs that were under way and listens.
  // Errors say which setting or file is at fault.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerConfig& config,
                                                       OnFailure on_failure);

  // As Shutdown().
  virtual ~Server() = default;

  // HOST:PORT as bound: the port is never 0.
  virtual const std::string& address() const = 0;

  // Stops gracefully: health says NOT_SERVING, watchers get a bookmark and
  // UNAVAILABLE, calls end, requests under way upstream get their answers
  // committed, the store closes. Each step is bounded by
  // ServerConfig::drain_timeout. Blocks; idempotent; one thread at a time.
  virtual void Shutdown() = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SERVER_H_
