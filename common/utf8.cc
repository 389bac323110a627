#include "common/utf8.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

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

// How many bytes of ASCII `text` begins with, in steps of 8: nearly all that is
// asked about is ASCII.
size_t AsciiWords(absl::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t length = 0;
  uint64_t word = 0;
  for (; length + sizeof(word) <= text.size(); length += sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  return length;
}

// The length of the well-formed beginning of `text`.
size_t ValidLength(absl::string_view text) {
  size_t length = AsciiWords(text);
  while (length < text.size()) {
    const size_t next = SequenceLength(text.substr(length));
    if (next == 0) break;
    length += next;
    if (next > 1) length += AsciiWords(text.substr(length));
  }
  return length;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) { return ValidLength(text) == text.size(); }

std::string ToValidUtf8(absl::string_view text) {
  constexpr absl::string_view kReplacementCharacter = "\xEF\xBF\xBD";
  std::string valid;
  valid.reserve(text.size());
  while (true) {
    const size_t length = ValidLength(text);
    valid.append(text.data(), length);
    if (length == text.size()) return valid;
    valid.append(kReplacementCharacter.data(), kReplacementCharacter.size());
    text.remove_prefix(length + 1);
  }
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

std::string ToValidUtf8(absl::string_view text, bool* replaced) {
  if (IsValidUtf8(text)) return std::string(text);
  *replaced = true;
  return ToValidUtf8(text);
}

}  // namespace gcjobs
