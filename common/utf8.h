#ifndef GCJOBS_COMMON_UTF8_H_
#define GCJOBS_COMMON_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs {

// U+FEFF at the beginning of a text, which says that it is UTF-8 and nothing else.
inline constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no
// surrogates). proto3 `string` fields hold nothing else.
bool IsValidUtf8(absl::string_view text);

// `text` with U+FFFD, the replacement character, in place of each byte that is
// not part of well-formed UTF-8.
std::string ToValidUtf8(absl::string_view text);
// The same; `*replaced` becomes true if there was such a byte, and otherwise
// stays as it is.
std::string ToValidUtf8(absl::string_view text, bool* replaced);

// The longest prefix of at most `max_bytes` that does not end within a
// character. Where the cut meets bytes that are not UTF-8 it is made at
// `max_bytes`.
absl::string_view Utf8Prefix(absl::string_view text, size_t max_bytes);

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_UTF8_H_
