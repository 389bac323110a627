#ifndef GCJOBS_SERVER_JOB_KINDS_H_
#define GCJOBS_SERVER_JOB_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "server/genesys/kinds/job_kind.h"

namespace gcjobs {

// All job kinds of this server: actions, those that are built in as data, and
// those of the files. INVALID_ARGUMENT says what is wrong with which file.
absl::StatusOr<std::unique_ptr<const JobKindRegistry>> MakeJobKinds(
    const std::vector<std::string>& kind_files);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOB_KINDS_H_
