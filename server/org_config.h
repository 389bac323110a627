#ifndef GCJOBS_SERVER_ORG_CONFIG_H_
#define GCJOBS_SERVER_ORG_CONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/genesys/api_family.h"

namespace gcjobs {

// One organisation: its own credentials, hosts and budget.
struct OrgConfig {
  std::string name;
  std::string client_id;
  std::string client_secret;
  std::string scopes;        // separated by spaces; empty = the client's own
  std::string api_url;       // https://api.{environment} unless overridden; no slash at the end
  std::string login_url;     // https://login.{environment} unless overridden
  int request_budget = 300;  // requests a minute
  // Of families of endpoints (FamilyOf), in requests a minute; the others have
  // all of the budget.
  std::map<std::string, int> family_budgets;
  std::optional<ApiFamily> profile;  // unset: learned (OrgProfile)
};

// A setting of an organisation, and the environment variables that give it to
// the default one, the first that is set first.
struct OrgSetting {
  const char* name;
  std::vector<const char*> variables;
  bool reloads = false;  // a running server takes it over, on SIGHUP
};
const std::vector<OrgSetting>& OrgSettings();

// Settings by name, as flags, environment or a section of the file say.
using OrgValues = std::map<std::string, std::string>;

// Checks the values and fills in what follows from them; reads the secret from
// its file. INVALID_ARGUMENT for anything that is wrong or missing.
absl::StatusOr<OrgConfig> MakeOrgConfig(const std::string& name, const OrgValues& values);

// The environment's domain, as people write it: `mypurecloud.ie` for an AWS region
// (`eu-west-1`, `EU_WEST_1`), for itself, and for a URL of the API or of the page in
// the browser (`https://apps.mypurecloud.ie/`); `usw2.pure.cloud` also for `usw2`.
// INVALID_ARGUMENT for what is neither a region nor a domain.
absl::StatusOr<std::string> EnvironmentDomain(absl::string_view text);

// INVALID_ARGUMENT: `setting: problem`.
absl::Status InvalidSetting(absl::string_view setting, absl::string_view problem);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_ORG_CONFIG_H_
