#ifndef GCJOBS_SERVER_RPC_SUBMIT_STRUCT_JSON_H_
#define GCJOBS_SERVER_RPC_SUBMIT_STRUCT_JSON_H_

#include <string>

#include <google/protobuf/struct.pb.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// A Struct as canonical JSON text: equal Structs give equal bytes, on every
// machine. Keys are sorted by their bytes, there is no white space, integers
// of at most 2^53 have neither exponent nor fraction, other numbers are the
// shortest text that reads back as the same double, and -0 is 0.
//
// Errors name the place; `field` is the Struct's own name. INVALID_ARGUMENT/
// INVALID_REQUEST: NaN and infinities, an empty Value, more than kMaxJsonDepth
// levels, text of more than `max_bytes`.
absl::StatusOr<std::string> StructToJson(absl::string_view field,
                                         const google::protobuf::Struct& object, size_t max_bytes);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_STRUCT_JSON_H_
