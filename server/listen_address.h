#ifndef GCJOBS_SERVER_LISTEN_ADDRESS_H_
#define GCJOBS_SERVER_LISTEN_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// HOST:PORT, as `--listen` takes it: a name, an IPv4 address, or an IPv6
// address in brackets.
struct ListenAddress {
  std::string host;  // as written, brackets included
  int port = 0;      // 0: the system picks one

  std::string ToString() const;
};

// INVALID_ARGUMENT with the text when it is not of that form.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_LISTEN_ADDRESS_H_
