#ifndef GCJOBS_CLIENT_PARAMETERS_H_
#define GCJOBS_CLIENT_PARAMETERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// JSON text to send. Values are never re-spelt: `1.10` stays `1.10` and 64-bit
// integers keep their digits.

// A data action's parameters: a JSON object from `--param` options, in their order:
//   KEY=VALUE    VALUE as it stands when it is a JSON number, true, false,
//                null, an object or an array; else as a string.
//   KEY:=JSON    VALUE must be JSON: `zip:="01234"` is a string of digits.
// Errors: INVALID_ARGUMENT (UsageError) for a missing `=`, a key given twice,
// JSON that is none after `:=`, text that is not UTF-8.
absl::StatusOr<std::string> ParametersFromOptions(const std::vector<std::string>& options);

// What a JSON text must be.
enum class JsonShape { kObject, kObjectOrArray };

// OK when `json` is one JSON value of that shape (and UTF-8); else a UsageError
// that names `source` and the place of the mistake, with `hint`.
absl::Status CheckJsonShape(absl::string_view source, absl::string_view json, JsonShape shape,
                            absl::string_view hint);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_PARAMETERS_H_
