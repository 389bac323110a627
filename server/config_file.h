#ifndef GCJOBS_SERVER_CONFIG_FILE_H_
#define GCJOBS_SERVER_CONFIG_FILE_H_

#include <map>
#include <string>

#include "absl/status/status.h"

#include "server/config_flags.h"
#include "server/org_config.h"

namespace gcjobs {

// Sections [org.NAME] of a config file, by name.
using OrgSections = std::map<std::string, OrgValues>;

// Reads the config file `path` (INI or TOML): gives `flags` the settings that
// they do not have yet, and `orgs` its sections. INVALID_ARGUMENT names the
// file and the setting.
absl::Status ApplyConfigFile(const std::string& path, ConfigFlags* flags, OrgSections* orgs);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_CONFIG_FILE_H_
