#include "server/jobs/org_profile.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log.h"

namespace gcjobs {

OrgProfile::OrgProfile(std::string org, std::optional<ApiFamily> configured, Store* store)
    : org_(std::move(org)),
      document_(absl::StrCat("profile/", org_)),
      is_configured_(configured.has_value()),
      store_(store),
      known_(!configured                           ? kNothing
             : *configured == ApiFamily::kOfficial ? kOfficial
                                                   : kGuides) {}

void OrgProfile::Load() {
  if (is_configured_) return;
  const auto reader = store_->OpenReader();
  const absl::StatusOr<std::string> name =
      reader.ok() ? (*reader)->GetDocument(document_) : reader.status();
  if (absl::IsNotFound(name.status())) return;
  const std::optional<ApiFamily> family = name.ok() ? ApiFamilyNamed(*name) : std::nullopt;
  if (family) {
    known_ = *family == ApiFamily::kOfficial ? kOfficial : kGuides;
  } else {
    Log(LogLevel::kWarning, "profile_not_loaded", {{"org", org_}, {"error", name.status()}});
  }
}

std::optional<ApiFamily> OrgProfile::family() const {
  switch (known_.load()) {
    case kNothing:
      return std::nullopt;
    case kGuides:
      return ApiFamily::kGuides;
    case kOfficial:
      break;
  }
  return ApiFamily::kOfficial;
}

void OrgProfile::Learn(ApiFamily seen) {
  const std::optional<ApiFamily> before = family();
  if (is_configured_ || before == seen) return;
  if (before && seen == ApiFamily::kOfficial) return;
  known_ = seen == ApiFamily::kOfficial ? kOfficial : kGuides;
  Log(LogLevel::kInfo, "profile_learned", {{"org", org_}, {"profile", Name(seen)}});
  store_->Commit(
      PutDocument{document_, std::string(Name(seen))},
      [org = org_](const absl::StatusOr<CommitOutcome>& result) {
        if (result.ok()) return;  // otherwise it is learned anew after a restart
        Log(LogLevel::kWarning, "profile_not_saved", {{"org", org}, {"error", result.status()}});
      });
}

}  // namespace gcjobs
