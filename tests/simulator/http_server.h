#ifndef GCJOBS_TESTS_SIMULATOR_HTTP_SERVER_H_
#define GCJOBS_TESTS_SIMULATOR_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/thread.h"
#include "tests/simulator/http_message.h"

namespace gcjobs::sim {

// Serves HTTP/1.1 on one listener, a thread per connection. Thread-safe.
class HttpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;  // 0 picks one
    // Connections served at a time; those beyond wait until one closes.
    int threads = 128;
  };
  // Called by many threads at a time; may block. While it does, so does its
  // connection.
  using Handler = std::function<Reply(const ApiRequest&)>;

  // Listens and serves from here on. UNAVAILABLE when it cannot.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Options& options, Handler handler);

  // Closes all connections, also those with a request in hand, and waits for
  // their handlers: whoever blocks them ends that first.
  ~HttpServer();

  int port() const;
  std::string address() const;  // "HOST:PORT"

 private:
  class Listener;

  HttpServer(const Options& options, Handler handler);

  const Options options_;
  const Handler handler_;
  const std::unique_ptr<Listener> listener_;
  std::optional<Thread> thread_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_HTTP_SERVER_H_
