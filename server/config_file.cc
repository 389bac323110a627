#include "server/config_file.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/file.h"

namespace gcjobs {
namespace {

bool IsOrgSetting(const std::string& name) {
  const std::vector<OrgSetting>& settings = OrgSettings();
  return std::any_of(settings.begin(), settings.end(),
                     [&name](const OrgSetting& setting) { return name == setting.name; });
}

// How CLI11 tells where a section begins and ends.
bool IsSectionMark(const CLI::ConfigItem& item) { return item.name == "++" || item.name == "--"; }

absl::Status NoSuchSetting(const std::string& name) {
  return InvalidSetting(name, "there is no such setting");
}

// A setting outside of all sections.
absl::Status ApplyItem(const CLI::ConfigItem& item, ConfigFlags* flags) {
  if (IsSectionMark(item)) return absl::OkStatus();
  // The default organisation may be described without a section, too.
  if (IsOrgSetting(item.name)) {
    flags->org().emplace(item.name, absl::StrJoin(item.inputs, " "));
    return absl::OkStatus();
  }
  CLI::Option* const option = flags->app().get_option_no_throw("--" + item.name);
  if (option == nullptr || item.name == "config" || item.name == "help") {
    return NoSuchSetting(item.name);
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

absl::Status ApplyOrgItem(const CLI::ConfigItem& item, OrgSections* orgs) {
  if (item.parents.front() != "org" || item.parents.size() > 2) {
    return InvalidSetting(absl::StrCat("[", absl::StrJoin(item.parents, "."), "]"),
                          "there is no such section; organisations are [org.NAME]");
  }
  if (item.parents.size() == 1) {
    if (IsSectionMark(item)) return absl::OkStatus();
    return InvalidSetting("[org]", "needs a name: [org.NAME]");
  }
  OrgValues& values = (*orgs)[item.parents[1]];
  if (IsSectionMark(item)) return absl::OkStatus();
  if (!IsOrgSetting(item.name)) {
    return NoSuchSetting(absl::StrCat("[org.", item.parents[1], "] ", item.name));
  }
  values[item.name] = absl::StrJoin(item.inputs, " ");
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyConfigFile(const std::string& path, ConfigFlags* flags, OrgSections* orgs) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return InvalidSetting("--config", text.status().message());
  std::istringstream file(*text);
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(file);
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

}  // namespace gcjobs
