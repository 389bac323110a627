#ifndef GCJOBS_TESTS_UNIT_NET_SCRIPTED_SERVER_H_
#define GCJOBS_TESTS_UNIT_NET_SCRIPTED_SERVER_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs::testing {

// One accepted connection, in the hands of a script. The script's thread only,
// but for Interrupt.
class ServerConnection {
 public:
  // Takes `fd`. `index` counts the server's connections from 0. With `tls`, all
  // bytes are those within TLS.
  ServerConnection(int fd, int index, SSL_CTX* tls);
  ~ServerConnection() { Close(); }
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  int index() const { return index_; }

  // The next request, head and body (as long as Content-Length says), as it
  // came; empty when the client has closed the connection.
  std::string ReadRequest();

  // Only the next request's head.
  std::string ReadHead();

  // Exactly so many bytes; fewer when the client has closed the connection.
  std::string ReadBytes(size_t count);

  // Reads until the client closes the connection.
  void AwaitClose();

  // Writes bytes as they are.
  void Write(absl::string_view bytes);

  // Writes a whole response that keeps the connection.
  void Reply(int status, absl::string_view body);

  void Close() ABSL_LOCKS_EXCLUDED(mu_);
  // Closes with a TCP reset.
  void Reset() ABSL_LOCKS_EXCLUDED(mu_);

  // Ends what the script waits for. Any thread.
  void Interrupt() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  bool Receive();

  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  const int index_;
  const std::unique_ptr<SSL, FreeSsl> ssl_;  // null without TLS
  std::string received_;                     // and not consumed yet
  Mutex mu_;  // fd_ is written by the script's thread only, which may read it without
  int fd_;
};

// A TCP server on loopback that does what a script says, byte for byte. Each
// connection has a thread, which runs the script and then closes.
class ScriptedServer {
 public:
  using Script = std::function<void(ServerConnection&)>;

  // `tls`, if any, must outlive the server.
  explicit ScriptedServer(Script script, SSL_CTX* tls = nullptr);
  ~ScriptedServer() { Stop(); }

  int port() const { return port_; }
  // `http://127.0.0.1:PORT` (https with TLS) + path.
  std::string Url(absl::string_view path) const;

  // Connections to come are refused.
  void StopListening() ABSL_LOCKS_EXCLUDED(mu_);

  // Ends all connections and joins their threads.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // Connections accepted so far.
  int connections() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Accept() ABSL_LOCKS_EXCLUDED(mu_);

  const Script script_;
  SSL_CTX* const tls_;
  const int listener_;
  const int port_;
  mutable Mutex mu_;
  bool listening_ ABSL_GUARDED_BY(mu_) = true;
  std::vector<std::unique_ptr<ServerConnection>> connections_ ABSL_GUARDED_BY(mu_);
  std::vector<std::unique_ptr<Thread>> threads_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Thread> acceptor_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_NET_SCRIPTED_SERVER_H_
