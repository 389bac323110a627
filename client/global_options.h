#ifndef GCJOBS_CLIENT_GLOBAL_OPTIONS_H_
#define GCJOBS_CLIENT_GLOBAL_OPTIONS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "client/cli_io.h"

namespace gcjobs {

enum class OutputFormat { kTable, kJson };

// Options that every command takes.
struct GlobalOptions {
  static constexpr char kDefaultServer[] = "127.0.0.1:50051";

  // As given on the command line; empty = not given.
  std::string server;
  bool tls = false;  // also on when a TLS file is given
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string token;
  std::string token_file;
  bool insecure = false;  // a token may travel unencrypted
  std::string org;
  std::string env_file;  // read before Resolve
  std::string timeout_text = "30s";
  std::string output_text = "table";
  bool verbose = false;

  // From the texts above, by Resolve.
  absl::Duration timeout;
  OutputFormat output = OutputFormat::kTable;

  // Fills in what comes from the environment (GCJOBS_SERVER, GCJOBS_TOKEN)
  // and from files, and checks that it fits together. Errors: UsageError.
  absl::Status Resolve(const CliIo& io);
};

// Whether `server` (a gRPC target such as HOST:PORT) is on this machine.
bool IsLocalAddress(absl::string_view server);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_GLOBAL_OPTIONS_H_
