#include "common/utf8.h"

#include <algorithm>
#include <cstddef>

namespace gcjobs {
namespace {

bool IsContinuation(unsigned char byte, unsigned char low = 0x80, unsigned char high = 0xBF) {
  return byte >= low && byte <= high;
}

// Length of the well-formed sequence at the start of `text`, 0 when there is
// none. REQUIRES: !text.empty(). Table 3-7 of the Unicode standard.
size_t SequenceLength(absl::string_view text) {
  const auto byte = [text](size_t i) -> unsigned char {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return IsContinuation(byte(1)) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
    return IsContinuation(byte(1), low, high) && IsContinuation(byte(2)) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
    const bool ok =
        IsContinuation(byte(1), low, high) && IsContinuation(byte(2)) && IsContinuation(byte(3));
    return ok ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string ToValidUtf8(absl::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    valid.append(length == 0 ? "?" : std::string(text.substr(0, length)));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return valid;
}

absl::string_view Utf8Prefix(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr size_t kMaxContinuations = 3;
  for (size_t back = 0; back <= std::min(max_bytes, kMaxContinuations); ++back) {
    const bool is_start = !IsContinuation(static_cast<unsigned char>(text[max_bytes - back]));
    if (is_start) return text.substr(0, max_bytes - back);
  }
  return text.substr(0, max_bytes);
}

}  // namespace gcjobs
