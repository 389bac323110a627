#ifndef GCJOBS_TESTS_SIMULATOR_GLOB_H_
#define GCJOBS_TESTS_SIMULATOR_GLOB_H_

#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// Whether `text` is what `pattern` says: '*' stands for any run of characters
// but '/', "**" for any run at all.
bool GlobMatches(absl::string_view pattern, absl::string_view text);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_GLOB_H_
