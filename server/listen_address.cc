#include "server/listen_address.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gcjobs {

std::string ListenAddress::ToString() const { return absl::StrCat(host, ":", port); }

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  ListenAddress address;
  const bool has_port = colon != absl::string_view::npos &&
                        absl::SimpleAtoi(text.substr(colon + 1), &address.port) &&
                        address.port >= 0 && address.port <= 65535;
  if (has_port) address.host = std::string(text.substr(0, colon));
  const bool bracketed = absl::StartsWith(address.host, "[") && absl::EndsWith(address.host, "]");
  const bool has_host =
      !address.host.empty() && (bracketed || !absl::StrContains(address.host, ':'));
  if (!has_port || !has_host) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not HOST:PORT, such as 127.0.0.1:50051 or [::1]:0"));
  }
  return address;
}

}  // namespace gcjobs
