#include "server/genesys/kinds/job_kind.h"

#include <algorithm>
#include <utility>

#include "server/genesys/error_mapping.h"

namespace gcjobs {

absl::StatusOr<absl::Time> JobKind::ParseAvailability(const HttpResponse& response) const {
  return BadResponse(name(), "nothing was asked", response);
}

JobKindRegistry::JobKindRegistry(std::vector<std::unique_ptr<JobKind>> kinds) {
  for (std::unique_ptr<JobKind>& kind : kinds) {
    const std::string name = kind->name();
    kinds_.emplace(name, std::move(kind));
  }
}

const JobKind* JobKindRegistry::Find(absl::string_view name) const {
  const auto kind = kinds_.find(name);
  return kind == kinds_.end() ? nullptr : kind->second.get();
}

std::vector<v1::JobKind> JobKindRegistry::List() const {
  std::vector<v1::JobKind> descriptions;
  for (const auto& [name, kind] : kinds_) descriptions.push_back(kind->description());
  std::sort(descriptions.begin(), descriptions.end(),
            [](const v1::JobKind& a, const v1::JobKind& b) { return a.kind() < b.kind(); });
  return descriptions;
}

}  // namespace gcjobs
