#ifndef GCJOBS_COMMON_FAILPOINT_H_
#define GCJOBS_COMMON_FAILPOINT_H_

#include "absl/strings/string_view.h"

namespace gcjobs {

// Failpoints let crash tests stop the process at a named step. They exist only
// in builds with GCJOBS_FAILPOINTS; elsewhere the macro is nothing.
//
// The environment variable GCJOBS_FAILPOINT holds `name` or `name:N`: the N-th
// passage (N >= 1, default the first) kills the process with SIGKILL, as a power loss
// would, with no chance to flush.
#ifdef GCJOBS_FAILPOINTS
void HitFailpoint(absl::string_view name);
#define GCJOBS_FAILPOINT(name) ::gcjobs::HitFailpoint(name)
#else
#define GCJOBS_FAILPOINT(name) static_cast<void>(0)
#endif

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_FAILPOINT_H_
