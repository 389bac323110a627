#ifndef GCJOBS_SERVER_GENESYS_JSON_EDIT_H_
#define GCJOBS_SERVER_GENESYS_JSON_EDIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/json.h"

namespace gcjobs {

// Changes of one value in a JSON text that leave every other byte as it was:
// what an upstream sends back to itself must not lose members that we do not
// know, or digits that a double cannot hold.

// `value`'s bytes with the member at `path` set to `new_value`, which is JSON.
// A member that is missing is added at the end of its object, and so are
// objects on the way to it. INVALID_ARGUMENT when something else than an object
// is in the way. REQUIRES: `path` is not empty.
absl::StatusOr<std::string> SetJsonMember(const JsonValue& value, const JsonPath& path,
                                          absl::string_view new_value);

// The same where `value` is a string that holds JSON: the answer is a string
// literal that holds the changed JSON, each of its other characters escaped as
// it was. INVALID_ARGUMENT also when `value` does not hold JSON within `limits`.
absl::StatusOr<std::string> SetMemberOfQuotedJson(const JsonValue& value, const JsonPath& path,
                                                  absl::string_view new_value);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_JSON_EDIT_H_
