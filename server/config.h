#ifndef GCJOBS_SERVER_CONFIG_H_
#define GCJOBS_SERVER_CONFIG_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "common/env_file.h"
#include "common/log.h"
#include "gcjobs/v1/job.pb.h"
#include "server/org_config.h"

namespace gcjobs {

// HOST:PORT to listen on: a name, an IPv4 address, or an IPv6 address in brackets.
struct ListenAddress {
  std::string host;  // as written, brackets included
  int port = 0;      // 0: the system picks one

  std::string ToString() const;
};

// INVALID_ARGUMENT with the text when it is not of that form.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// Everything that gcjobsd is told at start.
struct ServerConfig {
  ListenAddress listen{"127.0.0.1", 50051};
  std::string data_dir;
  std::string store = "sqlite";  // or `memory`, for trying out
  bool restored = false;         // what is in data_dir comes from a backup
  bool insecure = false;         // listen beyond loopback without TLS

  std::string tls_cert_file;
  std::string tls_key_file;
  std::string tls_client_ca_file;
  std::string tokens_file;

  std::string upstream_ca_file;  // empty: the system's
  std::string upstream_proxy;    // empty: none; the environment's is not used

  std::optional<ListenAddress> metrics_listen;  // unset: no metrics are served
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;

  std::vector<std::string> kind_files;  // job kinds beyond the built-in ones
  // For submissions that do not say; never UNSPECIFIED.
  v1::ActionMode action_mode = v1::ACTION_MODE_ASYNC;
  v1::QueryEndpoint query_endpoint = v1::QUERY_ENDPOINT_QUERY;

  size_t max_parameters_bytes = 4 << 20;
  size_t max_result_bytes = 2 << 20;
  int max_direct_calls = 50;  // of each organisation, at a time
  absl::Duration default_wait = absl::Seconds(2);
  absl::Duration default_retention = absl::Hours(24 * 7);
  absl::Duration event_window = absl::Hours(24);
  absl::Duration drain_timeout = absl::Seconds(10);

  std::string default_org;  // a name of `orgs`
  std::vector<OrgConfig> orgs;
};

// What the process was started to do.
struct CommandLine {
  ServerConfig config;
  // Every setting that was given, as it was given, by its name: `listen`,
  // `[org.sales] scopes`.
  std::map<std::string, std::string> settings;
  // `gcjobsd check`: look whether a server would do with it, and serve nothing.
  bool check = false;
  // Set: print this and exit with 0 (--help, --version).
  std::optional<std::string> print;
};

// Reads flags, then the environment (with the variables of --env-file, where it
// does not have them itself), then the config file; the first to have a setting
// wins. INVALID_ARGUMENT, naming the setting and where it came from, for
// anything that is wrong. Secrets are read from files or the environment, never
// from flags, which every user of the machine can see.
absl::StatusOr<CommandLine> ReadConfig(const std::vector<std::string>& args,
                                       const Environment& environment);

// The names of the settings that differ and that a running server cannot take over:
// those count at the next start.
std::vector<std::string> NeedRestart(const CommandLine& before, const CommandLine& after);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_CONFIG_H_
