#include "server/config.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/file.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// The organisation that flags and environment describe.
constexpr char kDefaultOrg[] = "default";

constexpr char kFooter[] = R"(Settings come from flags, then the environment, then the config file.

The organisation (for several, use [org.NAME] sections of the config file):
  GENESYS_CLIENT_ID           OAuth client ID (client credentials grant)
  GENESYS_CLIENT_SECRET       its secret; or GENESYS_CLIENT_SECRET_FILE
  GENESYS_ENVIRONMENT         domain or AWS region, default mypurecloud.com;
                              also GENESYS_DOMAIN
  GENESYS_SCOPES              OAuth scopes, separated by spaces
  GENESYS_API_URL, GENESYS_LOGIN_URL   the hosts, where they are not
                              https://api.DOMAIN and https://login.DOMAIN:
                              the domain itself, a proxy, a simulator
  GENESYSCLOUD_REGION, GENESYSCLOUD_OAUTHCLIENT_ID,
  GENESYSCLOUD_OAUTHCLIENT_SECRET      the official CLI's names work too

Examples:
  One organisation, credentials from the environment, or from a file of such lines:
    GENESYS_CLIENT_ID=... GENESYS_CLIENT_SECRET=... gcjobsd --environment mypurecloud.ie
    gcjobsd --env-file .env
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
  Before the first start, and after a change at Genesys Cloud:
    gcjobsd check --config /etc/gcjobs/gcjobsd.conf
  Against the simulator:
    gcjobs-sim --listen 127.0.0.1:8080 &
    GENESYS_CLIENT_ID=any GENESYS_CLIENT_SECRET=any gcjobsd \
      --api-url http://127.0.0.1:8080 --login-url http://127.0.0.1:8080
)";

constexpr char kCheckFooter[] =
    R"(The settings are those of the server, before or after the word `check`. Exits with 0
when a server would do, 1 when something failed, 2 when a setting is wrong.

Examples:
  gcjobsd check --env-file .env
  gcjobsd check --config /etc/gcjobs/gcjobsd.conf
)";

// Settings of organisations by section [org.NAME] of the config file.
using OrgSections = std::map<std::string, OrgValues>;

// gcjobsd's flags, bound to a config; the config file sets them too, by their
// names. Stays where it is: CLI11 keeps pointers into it.
class Flags {
 public:
  Flags() {
    app.footer(kFooter);
    app.set_version_flag("--version", std::string("gcjobsd ") + GCJOBS_VERSION);
    AddServerFlags();
    AddAccessFlags();
    AddJobFlags();
    AddLimitFlags();
    AddOrgFlags();
    check = app.add_subcommand("check",
                               "Check credentials, permissions, reach and store; serve nothing");
    // The same settings, before or after the word.
    check->fallthrough()->group("Commands")->footer(kCheckFooter);
  }
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  CLI::App app{"gcjobsd: runs long Genesys Cloud work as durable jobs, over gRPC", "gcjobsd"};
  CLI::App* check = nullptr;
  ServerConfig config;
  std::string config_file;
  std::string env_file;
  OrgValues org;  // the organisation that is described by flags

 private:
  CLI::Option* Add(const std::string& flag, std::string* target, const std::string& help) {
    return app.add_option(flag, *target, help)->group(group_);
  }

  // A flag whose text `parse` turns into its value. What `parse` refuses is a
  // validation error, as those of CLI11 itself.
  CLI::Option* AddParsed(const std::string& flag,
                         std::function<absl::Status(const std::string&)> parse,
                         const std::string& help) {
    const auto set = [flag, parse = std::move(parse)](const std::string& text) {
      const absl::Status status = parse(text);
      if (!status.ok()) throw CLI::ValidationError(flag, std::string(status.message()));
    };
    return app.add_option_function<std::string>(flag, set, help)->group(group_);
  }

  void AddListen(const std::string& flag, std::function<void(ListenAddress)> set,
                 const std::string& help) {
    AddParsed(
        flag,
        [set = std::move(set)](const std::string& text) -> absl::Status {
          ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(text));
          set(std::move(address));
          return absl::OkStatus();
        },
        help);
  }

  // One of some words, each of which stands for a value.
  template <typename T>
  void AddChoice(const std::string& flag, T* target,
                 const std::vector<std::pair<std::string, T>>& choices, const std::string& help) {
    std::vector<std::string> words;
    std::string preset;
    for (const auto& [word, value] : choices) {
      words.push_back(word);
      if (value == *target) preset = word;
    }
    const auto set = [target, choices](const std::string& text) {
      for (const auto& [word, value] : choices) {
        if (word == text) *target = value;
      }
    };
    app.add_option_function<std::string>(flag, set, help)
        ->check(CLI::IsMember(words))
        ->default_str(preset)
        ->group(group_);
  }

  void AddDuration(const std::string& flag, absl::Duration* target, const std::string& preset,
                   absl::Duration least, absl::Duration most, const std::string& help) {
    const auto parse = [target, least, most](const std::string& text) {
      absl::Duration duration;
      if (absl::ParseDuration(text, &duration) && duration >= least && duration <= most) {
        *target = duration;
        return absl::OkStatus();
      }
      return absl::InvalidArgumentError(
          absl::StrCat("'", text, "' is not a duration such as 500ms, 2s, 10m or 24h, between ",
                       absl::FormatDuration(least), " and ", absl::FormatDuration(most)));
    };
    AddParsed(flag, parse, help)->default_str(preset);
  }

  template <typename T>
  void AddNumber(const std::string& flag, T* target, T least, T most, const std::string& help) {
    app.add_option(flag, *target, help)
        ->check(CLI::Range(least, most))
        ->capture_default_str()
        ->group(group_);
  }

  void AddServerFlags() {
    group_ = "Server";
    Add("--config", &config_file, "INI or TOML file; its settings are named like the flags");
    Add("--env-file", &env_file,
        "file of NAME=value lines (.env): variables for which the environment has no value");
    AddListen(
        "--listen", [this](ListenAddress address) { config.listen = std::move(address); },
        "HOST:PORT to serve on; port 0 picks a free one");
    app.get_option("--listen")->default_str(config.listen.ToString());
    Add("--data-dir", &config.data_dir,
        "where jobs are kept (default: $STATE_DIRECTORY, else ~/.local/state/gcjobs)");
    Add("--store", &config.store, "sqlite, or memory: for trying out, keeps nothing")
        ->check(CLI::IsMember({"sqlite", "memory"}))
        ->capture_default_str();
    app.add_flag("--restored", config.restored,
                 "this once: the data directory comes from a backup, and jobs that wait in it may "
                 "have been submitted since")
        ->group(group_);
    AddListen(
        "--metrics-listen",
        [this](ListenAddress address) { config.metrics_listen = std::move(address); },
        "HOST:PORT for Prometheus (default: none)");
    AddChoice<LogLevel>("--log-level", &config.log_level,
                        {{"debug", LogLevel::kDebug},
                         {"info", LogLevel::kInfo},
                         {"warning", LogLevel::kWarning},
                         {"error", LogLevel::kError}},
                        "debug, info, warning or error");
    AddChoice<LogFormat>("--log-format", &config.log_format,
                         {{"text", LogFormat::kText}, {"json", LogFormat::kJson}},
                         "text or json (one line per event), on stderr");
  }

  void AddAccessFlags() {
    group_ = "Access";
    Add("--tls-cert", &config.tls_cert_file, "PEM certificate chain: serve over TLS");
    Add("--tls-key", &config.tls_key_file, "PEM private key of the certificate");
    Add("--tls-client-ca", &config.tls_client_ca_file,
        "PEM CA: clients must have a certificate that it signed");
    Add("--tokens", &config.tokens_file,
        "file of `PRINCIPAL TOKEN` lines: clients must send one as a bearer token");
    app.add_flag("--insecure", config.insecure, "allow a listener beyond loopback without TLS")
        ->group(group_);
  }

  void AddJobFlags() {
    group_ = "Jobs";
    app.add_option("--kinds", config.kind_files,
                   "JSON file with more job kinds than the built-in ones; may be repeated")
        ->allow_extra_args(false)
        ->group(group_);
    AddChoice<v1::ActionMode>(
        "--action-mode", &config.action_mode,
        {{"async", v1::ACTION_MODE_ASYNC}, {"direct", v1::ACTION_MODE_DIRECT}},
        "async or direct: how actions run when the request does not say");
    AddChoice<v1::QueryEndpoint>(
        "--query-endpoint", &config.query_endpoint,
        {{"query", v1::QUERY_ENDPOINT_QUERY}, {"jobs", v1::QUERY_ENDPOINT_JOBS}},
        "query or jobs: where conversation queries run when the request does not say");
    AddDuration("--default-wait", &config.default_wait, "2s", absl::ZeroDuration(),
                absl::Minutes(1), "how long a submission waits for Genesys Cloud's answer");
    AddDuration("--default-retention", &config.default_retention, "168h", absl::Seconds(1),
                kLongest, "how long finished jobs are kept");
  }

  void AddLimitFlags() {
    group_ = "Limits";
    AddNumber("--max-parameters-bytes", &config.max_parameters_bytes, size_t{1}, size_t{256} << 20,
              "largest JSON text of a submission");
    AddNumber("--max-result-bytes", &config.max_result_bytes, size_t{0}, size_t{256} << 20,
              "largest result that is kept in a job");
    AddNumber("--max-direct-calls", &config.max_direct_calls, 1, 1000,
              "direct actions that an organisation runs at a time; more wait");
    AddDuration("--event-window", &config.event_window, "24h", absl::ZeroDuration(), kLongest,
                "how long events of deleted jobs can be read");
    AddDuration("--drain-timeout", &config.drain_timeout, "10s", absl::ZeroDuration(), kLongest,
                "how long a stop waits for calls that are under way");
  }

  void AddOrgFlags() {
    group_ = "Genesys Cloud";
    const auto add = [this](const char* name, const char* help) {
      app.add_option_function<std::string>(
             absl::StrCat("--", name),
             [this, name](const std::string& value) { org[name] = value; }, help)
          ->group(group_);
    };
    add("client-id", "OAuth client ID");
    add("client-secret-file", "file that holds its secret");
    add("environment", "domain or AWS region (default mypurecloud.com)");
    add("scopes", "OAuth scopes, separated by spaces");
    add("api-url", "instead of https://api.{environment}");
    add("login-url", "instead of https://login.{environment}");
    add("request-budget", "requests a minute (default 300); a lower limit is detected");
    app.add_option_function<std::vector<std::string>>(
           "--family-budget",
           [this](const std::vector<std::string>& entries) {
             org["family-budget"] = absl::StrJoin(entries, " ");
           },
           "NAME=N: requests a minute to /api/v2/NAME/..., such as analytics=100; may be repeated")
        ->allow_extra_args(false)
        ->group(group_);
    add("profile",
        "auto, guides or official: which API Genesys Cloud speaks here (default auto: learned "
        "from its answers)");
    Add("--default-org", &config.default_org, "organisation of requests that name none");
    Add("--upstream-ca", &config.upstream_ca_file,
        "PEM CAs for Genesys Cloud's hosts (default: the system's)");
    Add("--upstream-proxy", &config.upstream_proxy,
        "HTTP proxy for Genesys Cloud's hosts (default: none)");
  }

  static constexpr absl::Duration kLongest = absl::Hours(24 * 366);

  const char* group_ = "";  // of the flags being added
};

// The config file.

bool IsOrgSetting(const std::string& name) {
  const std::vector<OrgSetting>& settings = OrgSettings();
  return std::any_of(settings.begin(), settings.end(),
                     [&name](const OrgSetting& setting) { return name == setting.name; });
}

// How CLI11 tells where a section begins and ends.
bool IsSectionMark(const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; }

// A setting outside of all sections.
absl::Status ApplyItem(const CLI::ConfigItem& item, Flags* flags) {
  if (IsSectionMark(item)) return absl::OkStatus();
  // The default organisation may be described without a section, too.
  if (IsOrgSetting(item.name)) {
    flags->org.emplace(item.name, absl::StrJoin(item.inputs, " "));
    return absl::OkStatus();
  }
  CLI::Option* const option = flags->app.get_option_no_throw("--" + item.name);
  const std::set<std::string> for_flags = {"config", "env-file", "help", "restored"};
  if (option == nullptr || for_flags.count(item.name) > 0) {
    return InvalidSetting(item.name, "unknown setting");
  }
  if (option->count() > 0) return absl::OkStatus();  // the flag wins
  try {
    option->add_result(item.inputs);
    option->run_callback();
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());  // names the setting
  }
  return absl::OkStatus();
}

absl::Status ApplyOrgItem(const CLI::ConfigItem& item, OrgSections* orgs) {
  if (item.parents.front() != "org" || item.parents.size() > 2) {
    return InvalidSetting(absl::StrCat("[", absl::StrJoin(item.parents, "."), "]"),
                          "unknown section; the section of an organisation is [org.NAME]");
  }
  if (item.parents.size() == 1) {
    if (IsSectionMark(item)) return absl::OkStatus();
    return InvalidSetting("[org]", "the name is missing; write [org.NAME]");
  }
  OrgValues& values = (*orgs)[item.parents[1]];
  if (IsSectionMark(item)) return absl::OkStatus();
  if (!IsOrgSetting(item.name)) {
    return InvalidSetting(absl::StrCat("[org.", item.parents[1], "] ", item.name),
                          "unknown setting");
  }
  values[item.name] = absl::StrJoin(item.inputs, " ");
  return absl::OkStatus();
}

// Reads the config file (INI or TOML): gives `flags` the settings that they do not
// have yet, and `orgs` its sections. Errors name the file and the setting.
absl::Status ApplyConfigFile(const std::string& path, Flags* flags, OrgSections* orgs) {
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return InvalidSetting("--config", text.status().message());
  std::vector<CLI::ConfigItem> items;
  try {
    std::istringstream stream(*text);
    items = CLI::ConfigTOML().from_config(stream);
  } catch (const CLI::Error& error) {
    return InvalidSetting(path, error.what());
  }
  for (const CLI::ConfigItem& item : items) {
    const absl::Status status =
        item.parents.empty() ? ApplyItem(item, flags) : ApplyOrgItem(item, orgs);
    if (!status.ok()) return InvalidSetting(path, status.message());
  }
  return absl::OkStatus();
}

// What follows from the settings.

void ApplyEnvironment(const Environment& environment, OrgValues* org) {
  for (const OrgSetting& setting : OrgSettings()) {
    for (const char* variable : setting.variables) {
      const auto value = environment(variable);
      if (value && !value->empty()) org->emplace(setting.name, *value);
    }
  }
}

absl::Status CheckTls(const ServerConfig& config) {
  if (config.tls_cert_file.empty() != config.tls_key_file.empty()) {
    return InvalidSetting("--tls-cert, --tls-key", "set both, or neither");
  }
  if (!config.tls_client_ca_file.empty() && config.tls_cert_file.empty()) {
    return InvalidSetting("--tls-client-ca", "requires --tls-cert and --tls-key");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DefaultDataDir(const Environment& environment) {
  if (const auto state = environment("STATE_DIRECTORY")) return *state;
  if (const auto xdg = environment("XDG_STATE_HOME")) return *xdg + "/gcjobs";
  if (const auto home = environment("HOME")) return *home + "/.local/state/gcjobs";
  return InvalidSetting("--data-dir", "is not set, and neither is $HOME");
}

// Everything that was given: flags and file have set the options of `app`.
std::map<std::string, std::string> SettingsOf(const CLI::App& app, const OrgSections& orgs) {
  std::map<std::string, std::string> settings;
  for (const CLI::Option* const option : app.get_options()) {
    const std::string& name = option->get_single_name();
    if (option->count() == 0 || IsOrgSetting(name)) continue;
    settings[name] = absl::StrJoin(option->results(), " ");
  }
  for (const auto& [name, values] : orgs) {
    const std::string section = absl::StrCat("[org.", name, "]");
    settings[section];
    for (const auto& [key, value] : values) settings[absl::StrCat(section, " ", key)] = value;
  }
  return settings;
}

// Whether a running server takes over the setting of that name in `settings`.
bool Reloads(absl::string_view name) {
  if (name == "log-level" || name == "log-format") return true;
  const std::vector<OrgSetting>& settings = OrgSettings();
  return absl::StartsWith(name, "[org.") &&
         std::any_of(settings.begin(), settings.end(), [name](const OrgSetting& setting) {
           return setting.reloads && absl::EndsWith(name, absl::StrCat("] ", setting.name));
         });
}

// `org` is the organisation that flags and environment describe.
OrgSections AllOrgs(const OrgValues& org, OrgSections sections) {
  // It is called `default`, unless the file has sections and flags and
  // environment name no client: then they are nobody's.
  if (org.count("client-id") > 0 || sections.empty()) {
    OrgValues& values = sections[kDefaultOrg];
    for (const auto& [key, value] : org) values[key] = value;
  }
  return sections;
}

absl::Status SetOrgs(const OrgSections& sections, ServerConfig* config) {
  for (const auto& [name, values] : sections) {
    ASSIGN_OR_RETURN(OrgConfig made, MakeOrgConfig(name, values));
    config->orgs.push_back(std::move(made));
  }
  if (config->default_org.empty()) {
    if (sections.count(kDefaultOrg) == 0 && sections.size() > 1) {
      return InvalidSetting("default-org", "must be set when there are several organisations");
    }
    config->default_org = sections.count(kDefaultOrg) > 0 ? kDefaultOrg : sections.begin()->first;
  }
  if (sections.count(config->default_org) > 0) return absl::OkStatus();
  return InvalidSetting("default-org",
                        absl::StrCat("organisation '", config->default_org, "' is not configured"));
}

// What the flags say; then what environment and file say, and what follows.
absl::StatusOr<CommandLine> Finish(Environment environment, Flags* flags) {
  if (!flags->env_file.empty()) {
    absl::StatusOr<Environment> more = WithEnvFile(std::move(environment), flags->env_file);
    if (!more.ok()) return InvalidSetting("--env-file", more.status().message());
    environment = *std::move(more);
  }
  ApplyEnvironment(environment, &flags->org);
  OrgSections sections;
  if (!flags->config_file.empty()) {
    RETURN_IF_ERROR(ApplyConfigFile(flags->config_file, flags, &sections));
  }
  ServerConfig& config = flags->config;
  RETURN_IF_ERROR(CheckTls(config));
  if (config.data_dir.empty() && config.store == "sqlite") {
    ASSIGN_OR_RETURN(config.data_dir, DefaultDataDir(environment));
  }
  sections = AllOrgs(flags->org, std::move(sections));
  RETURN_IF_ERROR(SetOrgs(sections, &config));
  return CommandLine{std::move(config), SettingsOf(flags->app, sections), flags->check->parsed(),
                     std::nullopt};
}

}  // namespace

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

absl::StatusOr<CommandLine> ReadConfig(const std::vector<std::string>& args,
                                       const Environment& environment) {
  Flags flags;
  CommandLine line;
  try {
    flags.app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    line.print = flags.app.help();
    return line;
  } catch (const CLI::CallForVersion& version) {
    line.print = std::string(version.what()) + "\n";
    return line;
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  return Finish(environment, &flags);
}

std::vector<std::string> NeedRestart(const CommandLine& before, const CommandLine& after) {
  std::set<std::string> names;
  const auto add_changed = [&names](const auto& from, const auto& to) {
    for (const auto& [name, value] : from) {
      const auto other = to.find(name);
      if (!Reloads(name) && (other == to.end() || other->second != value)) names.insert(name);
    }
  };
  add_changed(before.settings, after.settings);
  add_changed(after.settings, before.settings);
  return {names.begin(), names.end()};
}

}  // namespace gcjobs
