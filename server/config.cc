#include "server/config.h"

#include <CLI/CLI.hpp>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/config_file.h"
#include "server/config_flags.h"

namespace gcjobs {
namespace {

constexpr char kDefaultOrg[] = "default";

void ApplyEnvironment(const Environment& environment, OrgValues* org) {
  for (const OrgSetting& setting : OrgSettings()) {
    for (const char* variable : setting.variables) {
      const auto value = environment(variable);
      if (value && !value->empty()) org->emplace(setting.name, *value);
    }
  }
}

// Where jobs are kept when nothing says where.
absl::StatusOr<std::string> DefaultDataDir(const Environment& environment) {
  if (const auto state = environment("STATE_DIRECTORY")) return *state;
  if (const auto xdg = environment("XDG_STATE_HOME")) return *xdg + "/gcjobs";
  if (const auto home = environment("HOME")) return *home + "/.local/state/gcjobs";
  return InvalidSetting("--data-dir", "is not set, and neither is $HOME");
}

absl::Status SetDataDir(const Environment& environment, ServerConfig* config) {
  if (!config->data_dir.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> data_dir = DefaultDataDir(environment);
  if (data_dir.ok()) {
    config->data_dir = *std::move(data_dir);
  } else if (config->store == "sqlite") {
    return data_dir.status();
  }
  return absl::OkStatus();
}

// The organisation of requests that name none.
absl::Status SetDefaultOrg(const OrgSections& orgs, ServerConfig* config) {
  if (config->default_org.empty()) {
    if (orgs.count(kDefaultOrg) > 0) {
      config->default_org = kDefaultOrg;
    } else if (orgs.size() == 1) {
      config->default_org = orgs.begin()->first;
    } else {
      return InvalidSetting("default-org", "is not set, and there are several organisations");
    }
  }
  if (orgs.count(config->default_org) > 0) return absl::OkStatus();
  return InvalidSetting("default-org",
                        absl::StrCat("organisation '", config->default_org, "' is not configured"));
}

// `org` is the organisation that flags and environment describe.
absl::Status MakeOrgs(const OrgValues& org, OrgSections sections, ServerConfig* config) {
  // It is called `default`, unless the file has sections and flags and
  // environment name no client: then they are nobody's.
  if (org.count("client-id") > 0 || sections.empty()) {
    OrgValues& values = sections[kDefaultOrg];
    for (const auto& [key, value] : org) values[key] = value;
  }
  for (const auto& [name, values] : sections) {
    absl::StatusOr<OrgConfig> made = MakeOrgConfig(name, values);
    if (!made.ok()) return made.status();
    config->orgs.push_back(*std::move(made));
  }
  return SetDefaultOrg(sections, config);
}

// What the flags say, and then environment and file.
absl::StatusOr<ServerConfig> Finish(const Environment& environment, ConfigFlags* flags) {
  ApplyEnvironment(environment, &flags->org());
  OrgSections sections;
  absl::Status status;
  if (!flags->config_file().empty()) {
    status = ApplyConfigFile(flags->config_file(), flags, &sections);
  }
  ServerConfig& config = flags->config();
  if (status.ok()) status = flags->Convert();
  if (status.ok()) status = SetDataDir(environment, &config);
  if (status.ok()) status = MakeOrgs(flags->org(), std::move(sections), &config);
  if (!status.ok()) return status;
  return std::move(config);
}

}  // namespace

absl::StatusOr<CommandLine> ReadConfig(const std::vector<std::string>& args,
                                       const Environment& environment) {
  ConfigFlags flags;
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
  absl::StatusOr<ServerConfig> config = Finish(environment, &flags);
  if (!config.ok()) return config.status();
  line.config = *std::move(config);
  return line;
}

}  // namespace gcjobs
