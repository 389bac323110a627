#ifndef GCJOBS_COMMON_UTF8_H_
#define GCJOBS_COMMON_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs {

// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no
// surrogates). proto3 `string` fields hold nothing else.
bool IsValidUtf8(absl::string_view text);

// `text` with each byte that is not part of well-formed UTF-8 replaced by '?'.
std::string ToValidUtf8(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_UTF8_H_
