#include "server/org_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/file.h"
#include "common/near_words.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "server/genesys/api_family.h"

namespace gcjobs {
namespace {

constexpr char kDefaultDomain[] = "mypurecloud.com";

// Source: the region tables of Genesys Cloud's SDKs.
struct Region {
  absl::string_view name;
  absl::string_view domain;
};
constexpr Region kRegions[] = {
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

// A host's name with a domain: at least two labels, and the last is a word. An
// address is none, since there is no `api.` in front of it.
bool IsDomain(absl::string_view host) {
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  const auto is_label = [](absl::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
  };
  return labels.size() > 1 && std::all_of(labels.begin(), labels.end(), is_label) &&
         std::all_of(labels.back().begin(), labels.back().end(), absl::ascii_isalpha);
}

std::string Question(const std::string& near) { return near.empty() ? "" : "; " + near; }

// What nobody sees and nobody means, and how it came there: a file from another
// system, a `$(cat FILE)`, a paste from a web page.
struct Invisible {
  absl::string_view bytes;
  absl::string_view name;
};
constexpr Invisible kInvisible[] = {
    {"\r", "a carriage return"},
    {"\n", "a newline"},
    {"\t", "a tab"},
    {kByteOrderMark, "a byte order mark"},
    {"\xC2\xA0", "a no-break space"},
    {"\xE2\x80\x8B", "a zero-width space"},
};

// A value is used as it stands or refused: what was meant by one with something odd
// in it would be a guess. The error does not quote it, since it may be a secret.
absl::Status CheckPlain(const std::string& setting, absl::string_view value) {
  for (const Invisible& odd : kInvisible) {
    const size_t at = value.find(odd.bytes);
    if (at == absl::string_view::npos) continue;
    const absl::string_view where = at + odd.bytes.size() == value.size() ? "ends with "
                                    : at == 0                             ? "begins with "
                                                                          : "contains ";
    return InvalidSetting(setting, absl::StrCat(where, odd.name, "; remove it"));
  }
  if (absl::StripAsciiWhitespace(value).size() != value.size()) {
    return InvalidSetting(setting, "begins or ends with a space; remove it");
  }
  const bool is_quoted = value.size() > 1 && (value.front() == '"' || value.front() == '\'') &&
                         value.front() == value.back();
  if (is_quoted) return InvalidSetting(setting, "is in quotes; remove them");
  return absl::OkStatus();
}

// The last line's end is the file's, not the secret's.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return InvalidSetting("client-secret-file", text.status().message());
  return std::string(absl::StripAsciiWhitespace(*text));
}

// `NAME=N`, several of them separated by spaces or commas.
absl::StatusOr<std::map<std::string, int>> ParseFamilyBudgets(const std::string& where,
                                                              absl::string_view text) {
  std::map<std::string, int> budgets;
  for (const absl::string_view entry :
       absl::StrSplit(text, absl::ByAnyChar(" ,"), absl::SkipWhitespace())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    int budget = 0;
    if (parts.first.empty() || !absl::SimpleAtoi(parts.second, &budget) || budget < 1) {
      return InvalidSetting(where + "family-budget",
                            absl::StrCat("'", entry,
                                         "' is not a family of endpoints and its requests a "
                                         "minute, such as analytics=100"));
    }
    budgets[parts.first] = budget;
  }
  return budgets;
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
      {"family-budget", {}, kReloads},
      {"profile", {"GENESYS_PROFILE"}},
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
  for (const auto& [key, text] : values) {
    // Whatever is odd in a region's name is seen there.
    if (key != "environment") RETURN_IF_ERROR(CheckPlain(where + key, text));
  }
  org.client_id = value("client-id");
  if (org.client_id.empty()) return InvalidSetting(where + "client-id", "is not set");
  org.client_secret = value("client-secret");
  if (org.client_secret.empty() && !value("client-secret-file").empty()) {
    auto secret = ReadSecretFile(value("client-secret-file"));
    if (!secret.ok()) return secret.status();
    org.client_secret = *std::move(secret);
    RETURN_IF_ERROR(CheckPlain(where + "client-secret-file", org.client_secret));
  }
  if (org.client_secret.empty()) {
    return InvalidSetting(where + "client-secret", "is not set, and neither is client-secret-file");
  }
  org.scopes = value("scopes");
  const absl::StatusOr<std::string> domain =
      EnvironmentDomain(value("environment").empty() ? kDefaultDomain : value("environment"));
  if (!domain.ok()) return InvalidSetting(where + "environment", domain.status().message());
  ASSIGN_OR_RETURN(org.api_url, BaseUrl(name, values, "api-url", "https://api." + *domain));
  ASSIGN_OR_RETURN(org.login_url, BaseUrl(name, values, "login-url", "https://login." + *domain));
  if (!value("request-budget").empty() &&
      (!absl::SimpleAtoi(value("request-budget"), &org.request_budget) || org.request_budget < 1)) {
    return InvalidSetting(where + "request-budget",
                          absl::StrCat("'", value("request-budget"), "' is not a positive number"));
  }
  auto family_budgets = ParseFamilyBudgets(where, value("family-budget"));
  if (!family_budgets.ok()) return family_budgets.status();
  org.family_budgets = *std::move(family_budgets);
  org.profile = ApiFamilyNamed(value("profile"));
  if (!org.profile && !value("profile").empty() && value("profile") != "auto") {
    return InvalidSetting(where + "profile",
                          absl::StrCat("'", value("profile"), "' is not auto, guides or official"));
  }
  return org;
}

absl::StatusOr<std::string> EnvironmentDomain(absl::string_view text) {
  std::string host = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  // A URL, of the API or of the page that people see in their browser.
  absl::string_view rest = host;
  if (!absl::ConsumePrefix(&rest, "https://")) absl::ConsumePrefix(&rest, "http://");
  rest = rest.substr(0, rest.find_first_of(":/?#"));
  for (const absl::string_view prefix : {"api.", "login.", "apps."}) {
    if (absl::ConsumePrefix(&rest, prefix)) break;
  }
  absl::ConsumeSuffix(&rest, ".");
  host = std::string(rest);

  // A region has no dots; its words are joined as one likes.
  const std::string region = absl::StrReplaceAll(host, {{"_", "-"}, {" ", "-"}});
  std::vector<std::string> regions;
  for (const Region& known : kRegions) {
    const absl::string_view label = known.domain.substr(0, known.domain.find('.'));
    const bool has_label = label != "mypurecloud";
    if (region == known.name || (has_label && host == label)) return std::string(known.domain);
    regions.emplace_back(known.name);
  }
  if (IsDomain(host)) return host;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is neither an AWS region that Genesys Cloud has (",
                   absl::StrJoin(regions, ", "), ") nor a domain such as mypurecloud.ie",
                   Question(DidYouMean(region, regions))));
}

absl::Status InvalidSetting(absl::string_view setting, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(setting, ": ", problem));
}

}  // namespace gcjobs
