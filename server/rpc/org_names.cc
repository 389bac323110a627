#include "server/rpc/org_names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {

OrgNames::OrgNames(const std::vector<std::string>& names, std::string default_org)
    : names_(names.begin(), names.end()), default_org_(std::move(default_org)) {}

absl::StatusOr<std::string> OrgNames::Resolve(absl::string_view org) const {
  if (org.empty()) {
    if (!default_org_.empty()) return default_org_;
    return MakeError(errors::kUnknownOrg,
                     "org must be set: this server has no default organisation", {{"org", ""}});
  }
  RETURN_IF_ERROR(Check(org));
  return std::string(org);
}

absl::Status OrgNames::Check(absl::string_view org) const {
  if (names_.contains(org)) return absl::OkStatus();
  return MakeError(errors::kUnknownOrg, absl::StrCat("there is no organisation ", Quote(org)),
                   {{"org", Excerpt(org)}});
}

}  // namespace gcjobs
