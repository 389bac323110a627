#include "server/rpc/org_names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/rpc/quote.h"

namespace gcjobs {

OrgNames::OrgNames(const std::vector<std::string>& names, std::string default_org)
    : names_(names.begin(), names.end()), default_org_(std::move(default_org)) {}

absl::StatusOr<std::string> OrgNames::Resolve(absl::string_view org) const {
  if (org.empty() && !default_org_.empty()) return default_org_;
  const absl::Status known = Check(org);
  if (!known.ok()) return known;
  return std::string(org);
}

absl::Status OrgNames::Check(absl::string_view org) const {
  if (names_.contains(org)) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG",
                   absl::StrCat("no organisation ", Quote(org), " is configured"),
                   {{"org", Excerpt(org)}});
}

}  // namespace gcjobs
