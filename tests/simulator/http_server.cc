#include "tests/simulator/http_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/simulator/server_sockets.h"

namespace gcjobs::sim {
namespace {

// The library's 5 lose connections when fifty clients start together, and a
// lost one is tried again only a second later.
constexpr int kBacklog = 1024;
// A client's idle connection stays open as long as a test may take.
constexpr time_t kKeepAliveSeconds = 3600;
constexpr size_t kKeepAliveRequests = 1'000'000;
// Above the API's own limit, which has an answer of its own.
constexpr size_t kMaxPayloadBytes = 16 * 1024 * 1024;

ApiRequest ToApiRequest(const httplib::Request& request) {
  // `path` is decoded already; ids with an encoded slash need the target.
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(request.target, absl::MaxSplits('?', 1));
  ApiRequest converted;
  converted.method = request.method;
  converted.path = parts.first;
  converted.query = parts.second;
  for (const auto& [name, value] : request.headers) {
    converted.headers.emplace(absl::AsciiStrToLower(name), value);
  }
  converted.body = request.body;
  return converted;
}

// Announces the whole body, sends its head and closes the connection.
void SendHead(const std::string& body, size_t bytes, const std::string& content_type,
              httplib::Response* response) {
  const std::string head = body.substr(0, bytes);
  response->set_content_provider(body.size(), content_type,
                                 [head](size_t offset, size_t, httplib::DataSink& sink) {
                                   if (offset == 0 && !head.empty())
                                     sink.write(head.data(), head.size());
                                   return false;
                                 });
}

// A body that comes from a provider is neither copied nor compressed: result
// pages are of megabytes, and for a client that takes brotli the library would
// compress each at its best, which takes a second a megabyte.
void SendBody(std::string body, const std::string& content_type, httplib::Response* response) {
  if (body.empty()) return response->set_content("", content_type);
  const size_t bytes = body.size();
  const auto shared = std::make_shared<const std::string>(std::move(body));
  response->set_content_provider(bytes, content_type,
                                 [shared](size_t offset, size_t length, httplib::DataSink& sink) {
                                   return sink.write(shared->data() + offset, length);
                                 });
}

void Deliver(Reply reply, const httplib::Request& request, httplib::Response* response) {
  if (reply.reset) ResetConnection(request.local_port, request.remote_port);
  ApiResponse& from = reply.response;
  response->status = from.status;
  for (const auto& [name, value] : from.headers) response->set_header(name, value);
  if (reply.truncate_at.has_value() && *reply.truncate_at < from.body.size()) {
    SendHead(from.body, *reply.truncate_at, from.content_type, response);
  } else if (from.status != 204) {
    SendBody(std::move(from.body), from.content_type, response);
  }
}

bool AnnouncesBody(const httplib::Request& request) {
  return request.has_header("Content-Length") || request.has_header("Transfer-Encoding");
}

}  // namespace

class HttpServer::Listener : public httplib::Server {
 public:
  // Returns the port, or a negative number.
  int Bind(const std::string& host, int port) {
    const bool bound = port == 0 || bind_to_port(host, port);
    const int bound_port = port == 0 ? bind_to_any_port(host) : port;
    if (!bound || bound_port < 0) return -1;
    ::listen(svr_sock_, kBacklog);
    port_ = bound_port;
    return port_;
  }

  int port() const { return port_; }

 private:
  int port_ = 0;
};

HttpServer::HttpServer(const Options& options, Handler handler)
    : options_(options), handler_(std::move(handler)), listener_(std::make_unique<Listener>()) {
  const auto serve = [this](const httplib::Request& request, httplib::Response& response) {
    Deliver(handler_(ToApiRequest(request)), request, &response);
  };
  // The library waits for a body of every POST and DELETE, even of those that
  // announce none; those, and all GETs, are served before it checks.
  listener_->set_pre_routing_handler(
      [serve](const httplib::Request& request, httplib::Response& response) {
        if (AnnouncesBody(request)) return httplib::Server::HandlerResponse::Unhandled;
        serve(request, response);
        return httplib::Server::HandlerResponse::Handled;
      });
  constexpr char kAny[] = ".*";
  listener_->Get(kAny, serve).Post(kAny, serve).Put(kAny, serve);
  listener_->Patch(kAny, serve).Delete(kAny, serve);

  listener_->new_task_queue = [threads = options.threads] {
    return new httplib::ThreadPool(static_cast<size_t>(threads));
  };
  listener_->set_tcp_nodelay(true);
  listener_->set_keep_alive_max_count(kKeepAliveRequests);
  listener_->set_keep_alive_timeout(kKeepAliveSeconds);
  listener_->set_payload_max_length(kMaxPayloadBytes);
  // Not the library's SO_REUSEPORT: two simulators would share one port unseen.
  listener_->set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options,
                                                              Handler handler) {
  std::unique_ptr<HttpServer> server(new HttpServer(options, std::move(handler)));
  if (server->listener_->Bind(options.host, options.port) < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options.host, ":", options.port));
  }
  server->thread_.emplace("sim-accept",
                          [listener = server->listener_.get()] { listener->listen_after_bind(); });
  // The library's stop() is lost on a server that does not run yet.
  while (!server->listener_->is_running()) absl::SleepFor(absl::Milliseconds(1));
  return server;
}

HttpServer::~HttpServer() {
  if (!thread_.has_value()) return;
  // In this order: a connection whose thread saw the server running is open by
  // now and gets shut down; later ones end by themselves before they wait.
  listener_->stop();
  ShutDownConnections(port());
  thread_.reset();
}

int HttpServer::port() const { return listener_->port(); }

std::string HttpServer::address() const { return absl::StrCat(options_.host, ":", port()); }

}  // namespace gcjobs::sim
