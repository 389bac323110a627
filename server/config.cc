#include "server/config.h"

#include <CLI/CLI.hpp>

#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gcjobs {
namespace {

constexpr char kDefaultOrg[] = "default";

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

// The flags, bound to a config. CLI11 keeps pointers into it.
class Flags {
 public:
  Flags() : app_("gcjobsd: runs long Genesys Cloud work as durable jobs, over gRPC", "gcjobsd") {
    app_.footer(kFooter);
    app_.set_version_flag("--version", std::string("gcjobsd ") + GCJOBS_VERSION);
    AddServerFlags();
    AddLimitFlags();
    AddOrgFlags();
  }

  CLI::App& app() { return app_; }
  absl::StatusOr<ServerConfig> Finish(const Environment& environment);

 private:
  CLI::Option* Text(const char* flag, std::string* target, const char* help, const char* group) {
    return app_.add_option(flag, *target, help)->group(group);
  }
  void AddServerFlags();
  void AddLimitFlags();
  void AddOrgFlags();
  void ApplyEnvironment(const Environment& environment);
  absl::Status ApplyFile(const std::string& path);
  absl::Status ApplyItem(const CLI::ConfigItem& item);
  absl::Status ApplyOrgItem(const CLI::ConfigItem& item);
  absl::Status Convert(const Environment& environment);
  absl::Status MakeOrgs();
  absl::Status ParseDuration(const char* flag, const std::string& text, absl::Duration low,
                             absl::Duration* target) const;

  CLI::App app_;
  ServerConfig config_;
  std::string config_file_;
  std::string log_level_ = "info";
  std::string log_format_ = "text";
  std::string default_wait_ = "2s";
  std::string default_retention_ = "168h";
  std::string event_window_ = "24h";
  std::string drain_timeout_ = "10s";
  OrgValues flags_org_;                    // as flags and environment say
  std::map<std::string, OrgValues> orgs_;  // sections of the file
};

void Flags::AddServerFlags() {
  constexpr char kGroup[] = "Server";
  Text("--config", &config_file_, "INI or TOML file with settings named as the flags", kGroup);
  Text("--listen", &config_.listen, "HOST:PORT to serve on; port 0 picks one", kGroup)
      ->capture_default_str();
  Text("--data-dir", &config_.data_dir,
       "where jobs are kept (default: $STATE_DIRECTORY, else ~/.local/state/gcjobs)", kGroup);
  Text("--store", &config_.store, "sqlite, or memory: for trying out, forgets everything", kGroup)
      ->check(CLI::IsMember({"sqlite", "memory"}))
      ->capture_default_str();
  Text("--tls-cert", &config_.tls_cert_file, "PEM certificate chain: serve over TLS", kGroup);
  Text("--tls-key", &config_.tls_key_file, "PEM private key", kGroup);
  Text("--tls-client-ca", &config_.tls_client_ca_file,
       "PEM CA: clients must have a certificate of it", kGroup);
  Text("--tokens", &config_.tokens_file,
       "file of `PRINCIPAL TOKEN` lines: clients must send one as a bearer token", kGroup);
  app_.add_flag("--insecure", config_.insecure, "allow a listener beyond loopback without TLS")
      ->group(kGroup);
  Text("--metrics-listen", &config_.metrics_listen, "HOST:PORT for Prometheus; default: none",
       kGroup);
  Text("--log-level", &log_level_, "debug, info, warning or error", kGroup)
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
  Text("--log-format", &log_format_, "text or json (a line an event), on stderr", kGroup)
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

void Flags::AddLimitFlags() {
  constexpr char kGroup[] = "Limits and defaults";
  app_.add_option("--max-parameters-bytes", config_.max_parameters_bytes,
                  "largest parameters of an action")
      ->check(CLI::Range(size_t{1}, size_t{256} << 20))
      ->capture_default_str()
      ->group(kGroup);
  app_.add_option("--max-result-bytes", config_.max_result_bytes,
                  "largest result that is kept in a job")
      ->check(CLI::Range(size_t{0}, size_t{256} << 20))
      ->capture_default_str()
      ->group(kGroup);
  Text("--default-wait", &default_wait_, "how long a submit waits for Genesys Cloud's verdict",
       kGroup)
      ->capture_default_str();
  Text("--default-retention", &default_retention_, "how long finished jobs are kept", kGroup)
      ->capture_default_str();
  Text("--event-window", &event_window_, "how long events of deleted jobs can be read", kGroup)
      ->capture_default_str();
  Text("--drain-timeout", &drain_timeout_, "longest wait for calls under way at a stop", kGroup)
      ->capture_default_str();
}

void Flags::AddOrgFlags() {
  const char* const kGroup = "Genesys Cloud";
  const auto add = [this, kGroup](const char* name, const char* help) {
    app_.add_option_function<std::string>(
            absl::StrCat("--", name),
            [this, name](const std::string& value) { flags_org_[name] = value; }, help)
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

void Flags::ApplyEnvironment(const Environment& environment) {
  for (const OrgSetting& setting : OrgSettings()) {
    for (const char* variable : setting.variables) {
      const auto value = environment(variable);
      if (value && !value->empty()) flags_org_.emplace(setting.name, *value);
    }
  }
}

absl::Status Flags::ApplyFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return InvalidSetting("--config", "cannot read " + path);
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(file);
  } catch (const CLI::Error& error) {
    return InvalidSetting(path, error.what());
  }
  for (const CLI::ConfigItem& item : items) {
    absl::Status status = item.parents.empty() ? ApplyItem(item) : ApplyOrgItem(item);
    if (!status.ok()) return InvalidSetting(path, status.message());
  }
  return absl::OkStatus();
}

absl::Status Flags::ApplyItem(const CLI::ConfigItem& item) {
  if (item.name == "++" || item.name == "--") return absl::OkStatus();
  // The default organisation may be described without a section, too.
  for (const OrgSetting& setting : OrgSettings()) {
    if (item.name != setting.name) continue;
    flags_org_.emplace(item.name, absl::StrJoin(item.inputs, " "));
    return absl::OkStatus();
  }
  CLI::Option* const option = app_.get_option_no_throw("--" + item.name);
  if (option == nullptr || item.name == "config" || item.name == "help") {
    return InvalidSetting(item.name, "there is no such setting");
  }
  if (option->count() > 0) return absl::OkStatus();  // the flag wins
  try {
    option->add_result(item.inputs);
    option->run_callback();
  } catch (const CLI::Error& error) {
    return InvalidSetting(item.name, error.what());
  }
  return absl::OkStatus();
}

absl::Status Flags::ApplyOrgItem(const CLI::ConfigItem& item) {
  if (item.parents.front() != "org" || item.parents.size() > 2) {
    return InvalidSetting(absl::StrCat("[", absl::StrJoin(item.parents, "."), "]"),
                          "there is no such section; organisations are [org.NAME]");
  }
  if (item.parents.size() == 1) {
    if (item.name == "++" || item.name == "--") return absl::OkStatus();
    return InvalidSetting("[org]", "needs a name: [org.NAME]");
  }
  OrgValues& values = orgs_[item.parents[1]];
  if (item.name == "++" || item.name == "--") return absl::OkStatus();
  for (const OrgSetting& setting : OrgSettings()) {
    if (item.name != setting.name) continue;
    values[item.name] = absl::StrJoin(item.inputs, " ");
    return absl::OkStatus();
  }
  return InvalidSetting(absl::StrCat("[org.", item.parents[1], "] ", item.name),
                        "there is no such setting");
}

absl::Status Flags::ParseDuration(const char* flag, const std::string& text, absl::Duration low,
                                  absl::Duration* target) const {
  if (!absl::ParseDuration(text, target) || *target < low || *target > absl::Hours(24 * 366)) {
    return InvalidSetting(flag,
                          absl::StrCat("'", text, "' is not a duration such as 500ms, 2s, 10m or ",
                                       "24h, from ", absl::FormatDuration(low), " to 8784h"));
  }
  return absl::OkStatus();
}

absl::Status Flags::Convert(const Environment& environment) {
  static const std::map<std::string, LogLevel> kLevels = {{"debug", LogLevel::kDebug},
                                                          {"info", LogLevel::kInfo},
                                                          {"warning", LogLevel::kWarning},
                                                          {"error", LogLevel::kError}};
  config_.log_level = kLevels.at(log_level_);
  config_.log_format = log_format_ == "json" ? LogFormat::kJson : LogFormat::kText;
  absl::Status status;
  status.Update(
      ParseDuration("--default-wait", default_wait_, absl::ZeroDuration(), &config_.default_wait));
  status.Update(ParseDuration("--default-retention", default_retention_, absl::Seconds(1),
                              &config_.default_retention));
  status.Update(
      ParseDuration("--event-window", event_window_, absl::ZeroDuration(), &config_.event_window));
  status.Update(ParseDuration("--drain-timeout", drain_timeout_, absl::ZeroDuration(),
                              &config_.drain_timeout));
  if (!status.ok()) return status;
  if (config_.default_wait > absl::Minutes(1))
    return InvalidSetting("--default-wait", "is at most 60s");
  if (config_.tls_cert_file.empty() != config_.tls_key_file.empty()) {
    return InvalidSetting("--tls-cert, --tls-key", "one needs the other");
  }
  if (!config_.tls_client_ca_file.empty() && config_.tls_cert_file.empty()) {
    return InvalidSetting("--tls-client-ca", "needs --tls-cert and --tls-key");
  }
  if (config_.data_dir.empty()) {
    const auto state = environment("STATE_DIRECTORY");
    const auto xdg = environment("XDG_STATE_HOME");
    const auto home = environment("HOME");
    if (state) {
      config_.data_dir = *state;
    } else if (xdg) {
      config_.data_dir = *xdg + "/gcjobs";
    } else if (home) {
      config_.data_dir = *home + "/.local/state/gcjobs";
    } else if (config_.store == "sqlite") {
      return InvalidSetting("--data-dir", "is not set, and neither is $HOME");
    }
  }
  return absl::OkStatus();
}

absl::Status Flags::MakeOrgs() {
  // Flags and environment describe the organisation `default`, unless the file
  // has sections and they name no client: then they are nobody's.
  const bool has_default = flags_org_.count("client-id") > 0 || orgs_.empty();
  if (has_default) {
    OrgValues& values = orgs_[kDefaultOrg];
    for (const auto& [key, value] : flags_org_) values[key] = value;
  }
  for (const auto& [name, values] : orgs_) {
    absl::StatusOr<OrgConfig> org = MakeOrgConfig(name, values);
    if (!org.ok()) return org.status();
    config_.orgs.push_back(*std::move(org));
  }
  if (config_.default_org.empty()) {
    if (orgs_.count(kDefaultOrg) > 0) {
      config_.default_org = kDefaultOrg;
    } else if (config_.orgs.size() == 1) {
      config_.default_org = config_.orgs.front().name;
    } else {
      return InvalidSetting("default-org", "is not set, and there are several organisations");
    }
  }
  if (orgs_.count(config_.default_org) == 0) {
    return InvalidSetting(
        "default-org", absl::StrCat("organisation '", config_.default_org, "' is not configured"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ServerConfig> Flags::Finish(const Environment& environment) {
  ApplyEnvironment(environment);
  if (!config_file_.empty()) {
    absl::Status status = ApplyFile(config_file_);
    if (!status.ok()) return status;
  }
  absl::Status status = Convert(environment);
  if (status.ok()) status = MakeOrgs();
  if (!status.ok()) return status;
  return std::move(config_);
}

}  // namespace

absl::StatusOr<CommandLine> ReadConfig(const std::vector<std::string>& args,
                                       const Environment& environment) {
  Flags flags;
  CommandLine line;
  try {
    flags.app().parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    line.print = flags.app().help();
    return line;
  } catch (const CLI::CallForVersion& version) {
    line.print = std::string(version.what()) + "\n";
    return line;
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  absl::StatusOr<ServerConfig> config = flags.Finish(environment);
  if (!config.ok()) return config.status();
  line.config = *std::move(config);
  return line;
}

}  // namespace gcjobs
