#ifndef GCJOBS_SERVER_GENESYS_API_FAMILY_H_
#define GCJOBS_SERVER_GENESYS_API_FAMILY_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace gcjobs {

// Two families of APIs are spoken under the same paths. They differ in two calls:
//
// | POST                                 | kGuides               | kOfficial              |
// | ------------------------------------ | --------------------- | ---------------------- |
// | .../actions/{id}/execute             | accepted, then polled | the action's output    |
// | .../conversations/details/query      | accepted, then polled | the first page at once |
enum class ApiFamily { kGuides, kOfficial };

// `guides` or `official`.
inline absl::string_view Name(ApiFamily family) {
  return family == ApiFamily::kOfficial ? "official" : "guides";
}

// Unset for any other word.
inline std::optional<ApiFamily> ApiFamilyNamed(absl::string_view name) {
  for (const ApiFamily family : {ApiFamily::kGuides, ApiFamily::kOfficial}) {
    if (Name(family) == name) return family;
  }
  return std::nullopt;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_API_FAMILY_H_
