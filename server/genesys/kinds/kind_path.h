#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_PATH_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_PATH_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// Paths of job kinds (CallSpec::path): literal segments and `{name}` segments,
// which stand for a value each.

// The name of the placeholder for the upstream id.
inline constexpr absl::string_view kUpstreamIdName = "upstream_id";

// INVALID_ARGUMENT, without ErrorInfo, says what is wrong with `path`: it does
// not begin with `/api/`, has an empty or a dot segment, a `{` or `}` that is
// no whole `{name}` segment, a name twice, or a character that would need an
// escape.
absl::Status CheckKindPath(absl::string_view path);

// The `{name}` parts of a path, in order.
std::vector<std::string> PlaceholdersOf(absl::string_view path);

// `path` with `value(name)` in place of each `{name}`.
std::string FillKindPath(absl::string_view path,
                         absl::FunctionRef<std::string(absl::string_view)> value);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_PATH_H_
