#include "tests/simulator/server_sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <memory>
#include <vector>

namespace gcjobs::sim {
namespace {

constexpr int kNoPort = -1;

int PortOf(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return kNoPort;
}

// `get_name` is getsockname or getpeername; both fail on what is no socket.
template <typename GetName>
int PortBy(GetName get_name, int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (get_name(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return kNoPort;
  return PortOf(address);
}

std::vector<int> OpenFiles() {
  struct CloseDir {
    void operator()(DIR* dir) const { closedir(dir); }
  };
  std::vector<int> files;
  const std::unique_ptr<DIR, CloseDir> dir(opendir("/proc/self/fd"));
  if (dir == nullptr) return files;
  while (const dirent* entry = readdir(dir.get())) {
    if (entry->d_name[0] != '.') files.push_back(std::atoi(entry->d_name));
  }
  return files;
}

}  // namespace

bool ResetConnection(int local_port, int remote_port) {
  for (const int fd : OpenFiles()) {
    if (PortBy(getsockname, fd) != local_port || PortBy(getpeername, fd) != remote_port) continue;
    // Dissolving the association of a TCP socket aborts it: RST, not FIN.
    sockaddr unspecified{};
    unspecified.sa_family = AF_UNSPEC;
    return connect(fd, &unspecified, sizeof(unspecified)) == 0;
  }
  return false;
}

void ShutDownConnections(int local_port) {
  for (const int fd : OpenFiles()) {
    const bool accepted =
        PortBy(getsockname, fd) == local_port && PortBy(getpeername, fd) != kNoPort;
    if (accepted) shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace gcjobs::sim
