#include "server/job_kinds.h"

#include <utility>

#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/kind_file.h"
#include "server/org_config.h"

namespace gcjobs {

absl::StatusOr<std::unique_ptr<const JobKindRegistry>> MakeJobKinds(
    const std::vector<std::string>& kind_files) {
  absl::StatusOr<std::vector<KindSpec>> specs = LoadKinds(kind_files);
  if (absl::IsNotFound(specs.status())) {
    return InvalidSetting("--kinds", specs.status().message());
  }
  if (!specs.ok()) return specs.status();
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(MakeAsyncActionKind());
  kinds.push_back(MakeDirectActionKind());
  for (KindSpec& spec : *specs) kinds.push_back(MakeDeclaredKind(std::move(spec)));
  return std::make_unique<const JobKindRegistry>(std::move(kinds));
}

}  // namespace gcjobs
