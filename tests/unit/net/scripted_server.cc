#include "tests/unit/net/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gcjobs::testing {
namespace {

// A test that has no socket cannot go on.
int Require(int result) {
  if (result < 0) abort();
  return result;
}

int ListenOnLoopback() {
  const int fd = Require(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Require(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
  Require(listen(fd, SOMAXCONN));
  return fd;
}

int PortOf(int fd) {
  sockaddr_in address = {};
  socklen_t length = sizeof(address);
  Require(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length));
  return ntohs(address.sin_port);
}

size_t ContentLength(absl::string_view head) {
  for (absl::string_view line : absl::StrSplit(head, "\r\n")) {
    size_t length = 0;
    if (absl::StartsWithIgnoreCase(line, "content-length:") &&
        absl::SimpleAtoi(absl::StripAsciiWhitespace(line.substr(15)), &length)) {
      return length;
    }
  }
  return 0;
}

}  // namespace

ServerConnection::ServerConnection(int fd, int index, SSL_CTX* tls)
    : index_(index), ssl_(tls == nullptr ? nullptr : SSL_new(tls)), fd_(fd) {
  if (ssl_ == nullptr) return;
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_accept_state(ssl_.get());  // the first read does the handshake
}

std::string ServerConnection::ReadBytes(size_t count) {
  while (received_.size() < count && Receive()) {
  }
  std::string bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

std::string ServerConnection::ReadHead() {
  size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!Receive()) return "";
  }
  std::string head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  return head;
}

std::string ServerConnection::ReadRequest() {
  std::string head = ReadHead();
  const size_t length = ContentLength(head);
  while (received_.size() < length) {
    if (!Receive()) return "";
  }
  std::string request = absl::StrCat(head, received_.substr(0, length));
  received_.erase(0, length);
  return request;
}

void ServerConnection::AwaitClose() {
  while (Receive()) {
  }
}

void ServerConnection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ssl_ != nullptr ? SSL_write(ssl_.get(), bytes.data(), bytes.size())
                                            : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) return;  // the client has gone; the test sees what it got
    bytes.remove_prefix(written);
  }
}

void ServerConnection::Reply(int status, absl::string_view body) {
  Write(absl::StrCat("HTTP/1.1 ", status, " Reason\r\nContent-Length: ", body.size(), "\r\n\r\n",
                     body));
}

void ServerConnection::Close() {
  MutexLock lock(&mu_);
  if (fd_ >= 0 && ssl_ != nullptr) SSL_shutdown(ssl_.get());
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void ServerConnection::Reset() {
  const linger now = {1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close();
}

void ServerConnection::Interrupt() {
  MutexLock lock(&mu_);
  if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

bool ServerConnection::Receive() {
  char buffer[16384];
  const ssize_t count = ssl_ != nullptr ? SSL_read(ssl_.get(), buffer, sizeof(buffer))
                                        : recv(fd_, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  received_.append(buffer, count);
  return true;
}

ScriptedServer::ScriptedServer(Script script, SSL_CTX* tls)
    : script_(std::move(script)),
      tls_(tls),
      listener_(ListenOnLoopback()),
      port_(PortOf(listener_)) {
  signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  acceptor_ = std::make_unique<Thread>("acceptor", [this] { Accept(); });
}

std::string ScriptedServer::Url(absl::string_view path) const {
  return absl::StrCat(tls_ == nullptr ? "http" : "https", "://127.0.0.1:", port_, path);
}

void ScriptedServer::StopListening() {
  {
    MutexLock lock(&mu_);
    if (!std::exchange(listening_, false)) return;
  }
  shutdown(listener_, SHUT_RDWR);  // makes accept fail
  acceptor_.reset();
  close(listener_);
}

void ScriptedServer::Stop() {
  StopListening();
  std::vector<std::unique_ptr<Thread>> threads;
  {
    MutexLock lock(&mu_);
    for (const auto& connection : connections_) connection->Interrupt();
    threads.swap(threads_);
  }
  threads.clear();  // joins
}

int ScriptedServer::connections() const {
  MutexLock lock(&mu_);
  return static_cast<int>(connections_.size());
}

void ScriptedServer::Accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    MutexLock lock(&mu_);
    const int index = static_cast<int>(connections_.size());
    connections_.push_back(std::make_unique<ServerConnection>(fd, index, tls_));
    threads_.push_back(
        std::make_unique<Thread>("connection", [this, connection = connections_.back().get()] {
          script_(*connection);
          connection->Close();
        }));
  }
}

}  // namespace gcjobs::testing
