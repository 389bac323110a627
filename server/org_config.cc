#include "server/org_config.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/file.h"

namespace gcjobs {
namespace {

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return InvalidSetting("client-secret-file", text.status().message());
  return std::string(absl::StripAsciiWhitespace(*text));
}

absl::StatusOr<std::string> BaseUrl(const std::string& org, const OrgValues& values,
                                    const char* setting, const std::string& fallback) {
  const auto found = values.find(setting);
  if (found == values.end()) return fallback;
  const std::string& url = found->second;
  if (!absl::StartsWith(url, "https://") && !absl::StartsWith(url, "http://")) {
    return InvalidSetting(absl::StrCat("org ", org, ": ", setting),
                          absl::StrCat("'", url, "' is not an http or https URL"));
  }
  return std::string(absl::StripSuffix(url, "/"));
}

}  // namespace

const std::vector<OrgSetting>& OrgSettings() {
  constexpr bool kReloads = true;
  static const auto* const settings = new std::vector<OrgSetting>{
      {"client-id", {"GENESYS_CLIENT_ID", "GENESYSCLOUD_OAUTHCLIENT_ID"}, kReloads},
      {"client-secret", {"GENESYS_CLIENT_SECRET", "GENESYSCLOUD_OAUTHCLIENT_SECRET"}, kReloads},
      {"client-secret-file", {"GENESYS_CLIENT_SECRET_FILE"}, kReloads},
      {"environment", {"GENESYS_ENVIRONMENT", "GENESYS_DOMAIN", "GENESYSCLOUD_REGION"}},
      {"scopes", {"GENESYS_SCOPES"}, kReloads},
      {"api-url", {"GENESYS_API_URL"}},
      {"login-url", {"GENESYS_LOGIN_URL"}},
      {"request-budget", {}, kReloads},
  };
  return *settings;
}

absl::StatusOr<OrgConfig> MakeOrgConfig(const std::string& name, const OrgValues& values) {
  OrgConfig org;
  org.name = name;
  const std::string where = absl::StrCat("org ", name, ": ");
  const auto value = [&values](const char* key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string() : found->second;
  };
  org.client_id = value("client-id");
  if (org.client_id.empty()) return InvalidSetting(where + "client-id", "is not set");
  org.client_secret = value("client-secret");
  if (org.client_secret.empty() && !value("client-secret-file").empty()) {
    auto secret = ReadSecretFile(value("client-secret-file"));
    if (!secret.ok()) return secret.status();
    org.client_secret = *std::move(secret);
  }
  if (org.client_secret.empty()) {
    return InvalidSetting(where + "client-secret", "is not set, and neither is client-secret-file");
  }
  org.scopes = value("scopes");
  const std::string domain =
      EnvironmentDomain(value("environment").empty() ? "mypurecloud.com" : value("environment"));
  auto api_url = BaseUrl(name, values, "api-url", "https://api." + domain);
  if (!api_url.ok()) return api_url.status();
  auto login_url = BaseUrl(name, values, "login-url", "https://login." + domain);
  if (!login_url.ok()) return login_url.status();
  org.api_url = *std::move(api_url);
  org.login_url = *std::move(login_url);
  if (!value("request-budget").empty() &&
      (!absl::SimpleAtoi(value("request-budget"), &org.request_budget) || org.request_budget < 1)) {
    return InvalidSetting(where + "request-budget",
                          absl::StrCat("'", value("request-budget"), "' is not a positive number"));
  }
  return org;
}

std::string EnvironmentDomain(const std::string& region_or_domain) {
  static const std::map<std::string, std::string> kDomains = {
      {"us-east-1", "mypurecloud.com"},         {"eu-west-1", "mypurecloud.ie"},
      {"ap-southeast-2", "mypurecloud.com.au"}, {"ap-northeast-1", "mypurecloud.jp"},
      {"eu-central-1", "mypurecloud.de"},       {"us-west-2", "usw2.pure.cloud"},
      {"ca-central-1", "cac1.pure.cloud"},      {"ap-northeast-2", "apne2.pure.cloud"},
      {"eu-west-2", "euw2.pure.cloud"},         {"ap-south-1", "aps1.pure.cloud"},
      {"us-east-2", "use2.us-gov-pure.cloud"},  {"sa-east-1", "sae1.pure.cloud"},
      {"me-central-1", "mec1.pure.cloud"},      {"ap-northeast-3", "apne3.pure.cloud"},
      {"eu-central-2", "euc2.pure.cloud"},      {"mx-central-1", "mxc1.pure.cloud"},
      {"ap-southeast-1", "apse1.pure.cloud"},   {"eusc-de-east-1", "edee1.eusc-pure.cloud"},
  };
  absl::string_view text = absl::StripAsciiWhitespace(region_or_domain);
  for (const absl::string_view prefix : {"https://", "http://", "api.", "login."}) {
    absl::ConsumePrefix(&text, prefix);
  }
  const std::string name(absl::StripSuffix(text, "/"));
  const auto found = kDomains.find(name);
  return found == kDomains.end() ? name : found->second;
}

absl::Status InvalidSetting(absl::string_view setting, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(setting, ": ", problem));
}

}  // namespace gcjobs
