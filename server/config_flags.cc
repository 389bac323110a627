#include "server/config_flags.h"

#include <cstddef>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace gcjobs {
namespace {

constexpr char kFooter[] = R"(Settings come from flags, then the environment, then the config file.

The organisation (one; several by [org.NAME] sections of the config file):
  GENESYS_CLIENT_ID           OAuth client id (client credentials grant)
  GENESYS_CLIENT_SECRET       its secret; or GENESYS_CLIENT_SECRET_FILE
  GENESYS_ENVIRONMENT         domain or AWS region, default mypurecloud.com;
                              also GENESYS_DOMAIN
  GENESYS_SCOPES              OAuth scopes, separated by spaces
  GENESYS_API_URL, GENESYS_LOGIN_URL   other hosts: a proxy, a simulator
  GENESYSCLOUD_REGION, GENESYSCLOUD_OAUTHCLIENT_ID,
  GENESYSCLOUD_OAUTHCLIENT_SECRET      the official CLI's names work too

Examples:
  One organisation, credentials from the environment:
    GENESYS_CLIENT_ID=... GENESYS_CLIENT_SECRET=... gcjobsd --environment mypurecloud.ie
  Two organisations, from a file:
    gcjobsd --config /etc/gcjobs/gcjobsd.conf
  with
    default-org = "sales"
    [org.sales]
    client-id = "..."
    client-secret-file = "/etc/gcjobs/sales.secret"
    [org.support]
    client-id = "..."
    client-secret-file = "/etc/gcjobs/support.secret"
    environment = "eu-central-1"
    request-budget = 200
  Against the simulator:
    gcjobsd --api-url http://127.0.0.1:8080 --login-url http://127.0.0.1:8080
)";

absl::Status ParseDuration(const char* flag, const std::string& text, absl::Duration low,
                           absl::Duration high, absl::Duration* target) {
  if (absl::ParseDuration(text, target) && *target >= low && *target <= high) {
    return absl::OkStatus();
  }
  return InvalidSetting(
      flag, absl::StrCat("'", text, "' is not a duration such as 500ms, 2s, 10m or 24h, from ",
                         absl::FormatDuration(low), " to ", absl::FormatDuration(high)));
}

}  // namespace

ConfigFlags::ConfigFlags()
    : app_("gcjobsd: runs long Genesys Cloud work as durable jobs, over gRPC", "gcjobsd") {
  app_.footer(kFooter);
  app_.set_version_flag("--version", std::string("gcjobsd ") + GCJOBS_VERSION);
  AddServerFlags();
  AddAccessFlags();
  AddJobFlags();
  AddLimitFlags();
  AddOrgFlags();
}

CLI::Option* ConfigFlags::Text(const char* flag, std::string* target, const char* help,
                               const char* group) {
  return app_.add_option(flag, *target, help)->group(group);
}

void ConfigFlags::AddServerFlags() {
  constexpr char kGroup[] = "Server";
  Text("--config", &config_file_, "INI or TOML file with settings named as the flags", kGroup);
  Text("--listen", &config_.listen, "HOST:PORT to serve on; port 0 picks one", kGroup)
      ->capture_default_str();
  Text("--data-dir", &config_.data_dir,
       "where jobs are kept (default: $STATE_DIRECTORY, else ~/.local/state/gcjobs)", kGroup);
  Text("--store", &config_.store, "sqlite, or memory: for trying out, forgets everything", kGroup)
      ->check(CLI::IsMember({"sqlite", "memory"}))
      ->capture_default_str();
  Text("--metrics-listen", &config_.metrics_listen, "HOST:PORT for Prometheus; default: none",
       kGroup);
  Text("--log-level", &log_level_, "debug, info, warning or error", kGroup)
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  Text("--log-format", &log_format_, "text or json (a line an event), on stderr", kGroup)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void ConfigFlags::AddAccessFlags() {
  constexpr char kGroup[] = "Access";
  Text("--tls-cert", &config_.tls_cert_file, "PEM certificate chain: serve over TLS", kGroup);
  Text("--tls-key", &config_.tls_key_file, "PEM private key", kGroup);
  Text("--tls-client-ca", &config_.tls_client_ca_file,
       "PEM CA: clients must have a certificate of it", kGroup);
  Text("--tokens", &config_.tokens_file,
       "file of `PRINCIPAL TOKEN` lines: clients must send one as a bearer token", kGroup);
  app_.add_flag("--insecure", config_.insecure, "allow a listener beyond loopback without TLS")
      ->group(kGroup);
}

void ConfigFlags::AddJobFlags() {
  constexpr char kGroup[] = "Jobs";
  app_.add_option("--kinds", config_.kind_files,
                  "JSON file with job kinds beyond the built-in ones; may be given again")
      ->allow_extra_args(false)
      ->group(kGroup);
  Text("--action-mode", &action_mode_, "async or direct: how actions run that do not say", kGroup)
      ->check(CLI::IsMember({"async", "direct"}))
      ->capture_default_str();
  Text("--query-endpoint", &query_endpoint_,
       "query or jobs: where conversation queries run that do not say", kGroup)
      ->check(CLI::IsMember({"query", "jobs"}))
      ->capture_default_str();
  Text("--default-wait", &default_wait_, "how long a submit waits for Genesys Cloud's verdict",
       kGroup)
      ->capture_default_str();
  Text("--default-retention", &default_retention_, "how long finished jobs are kept", kGroup)
      ->capture_default_str();
}

void ConfigFlags::AddLimitFlags() {
  constexpr char kGroup[] = "Limits";
  app_.add_option("--max-parameters-bytes", config_.max_parameters_bytes,
                  "largest JSON text of a submission")
      ->check(CLI::Range(size_t{1}, size_t{256} << 20))
      ->capture_default_str()
      ->group(kGroup);
  app_.add_option("--max-result-bytes", config_.max_result_bytes,
                  "largest result that is kept in a job")
      ->check(CLI::Range(size_t{0}, size_t{256} << 20))
      ->capture_default_str()
      ->group(kGroup);
  app_.add_option("--max-direct-calls", config_.max_direct_calls,
                  "direct actions that an organisation runs at a time; more wait")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(kGroup);
  Text("--event-window", &event_window_, "how long events of deleted jobs can be read", kGroup)
      ->capture_default_str();
  Text("--drain-timeout", &drain_timeout_, "longest wait for calls under way at a stop", kGroup)
      ->capture_default_str();
}

void ConfigFlags::AddOrgFlags() {
  const char* const kGroup = "Genesys Cloud";
  const auto add = [this, kGroup](const char* name, const char* help) {
    app_.add_option_function<std::string>(
            absl::StrCat("--", name),
            [this, name](const std::string& value) { org_[name] = value; }, help)
        ->group(kGroup);
  };
  add("client-id", "OAuth client id");
  add("client-secret-file", "file that holds its secret");
  add("environment", "domain or AWS region (default mypurecloud.com)");
  add("scopes", "OAuth scopes, separated by spaces");
  add("api-url", "instead of https://api.{environment}");
  add("login-url", "instead of https://login.{environment}");
  add("request-budget", "requests a minute (default 300); less is learned by itself");
  Text("--default-org", &config_.default_org, "organisation of requests that name none", kGroup);
  Text("--upstream-ca", &config_.upstream_ca_file, "PEM CAs for Genesys Cloud's hosts", kGroup);
  Text("--upstream-proxy", &config_.upstream_proxy, "HTTP proxy for Genesys Cloud's hosts", kGroup);
}

absl::Status ConfigFlags::Convert() {
  static const std::map<std::string, LogLevel> kLevels = {{"debug", LogLevel::kDebug},
                                                          {"info", LogLevel::kInfo},
                                                          {"warning", LogLevel::kWarning},
                                                          {"error", LogLevel::kError}};
  config_.log_level = kLevels.at(log_level_);
  config_.log_format = log_format_ == "json" ? LogFormat::kJson : LogFormat::kText;
  config_.action_mode = action_mode_ == "direct" ? v1::ACTION_MODE_DIRECT : v1::ACTION_MODE_ASYNC;
  config_.query_endpoint =
      query_endpoint_ == "jobs" ? v1::QUERY_ENDPOINT_JOBS : v1::QUERY_ENDPOINT_QUERY;
  absl::Status status = ConvertDurations();
  if (status.ok()) status = CheckTls();
  return status;
}

absl::Status ConfigFlags::ConvertDurations() {
  constexpr absl::Duration kNone = absl::ZeroDuration();
  constexpr absl::Duration kLongest = absl::Hours(24 * 366);
  const struct {
    const char* flag;
    const std::string& text;
    absl::Duration low;
    absl::Duration high;
    absl::Duration* target;
  } kDurations[] = {
      {"--default-wait", default_wait_, kNone, absl::Minutes(1), &config_.default_wait},
      {"--default-retention", default_retention_, absl::Seconds(1), kLongest,
       &config_.default_retention},
      {"--event-window", event_window_, kNone, kLongest, &config_.event_window},
      {"--drain-timeout", drain_timeout_, kNone, kLongest, &config_.drain_timeout},
  };
  for (const auto& [flag, text, low, high, target] : kDurations) {
    absl::Status status = ParseDuration(flag, text, low, high, target);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ConfigFlags::CheckTls() const {
  if (config_.tls_cert_file.empty() != config_.tls_key_file.empty()) {
    return InvalidSetting("--tls-cert, --tls-key", "one needs the other");
  }
  if (!config_.tls_client_ca_file.empty() && config_.tls_cert_file.empty()) {
    return InvalidSetting("--tls-client-ca", "needs --tls-cert and --tls-key");
  }
  return absl::OkStatus();
}

}  // namespace gcjobs
