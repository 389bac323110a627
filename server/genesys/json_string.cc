// String literals of JSON: the quoting part of json_codec.h.

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/utf8.h"
#include "server/genesys/json_codec.h"

namespace gcjobs {
namespace {

constexpr uint32_t kReplacementCharacter = 0xFFFD;

// One character of a string literal: how many bytes its spelling takes, and
// what it means.
struct Character {
  size_t raw_bytes;
  std::string text;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c - 'A' + 10;
}

std::string EncodeUtf8(uint32_t code) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  if (code < 0x10000) {
    return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  }
  return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)),
          byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
}

// The code unit of a `\uXXXX` at the start of `raw`, if there is one.
bool ReadUnit(absl::string_view raw, uint32_t* unit) {
  if (raw.size() < 6 || raw[0] != '\\' || raw[1] != 'u') return false;
  *unit = 0;
  for (size_t i = 2; i < 6; ++i) *unit = *unit * 16 + static_cast<uint32_t>(HexDigit(raw[i]));
  return true;
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

Character ReadUnicodeEscape(absl::string_view raw, uint32_t unit) {
  if (!IsHighSurrogate(unit) && !IsLowSurrogate(unit)) return {6, EncodeUtf8(unit)};
  uint32_t low = 0;
  if (!IsHighSurrogate(unit) || !ReadUnit(raw.substr(6), &low) || !IsLowSurrogate(low)) {
    return {6, EncodeUtf8(kReplacementCharacter)};
  }
  return {12, EncodeUtf8(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))};
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, slash
  }
}

// The character at the start of `raw`, which is not empty. A byte of a longer
// UTF-8 sequence counts as a character: it means itself.
Character ReadCharacter(absl::string_view raw) {
  if (raw[0] != '\\' || raw.size() < 2) return {1, std::string(1, raw[0])};
  uint32_t unit = 0;
  if (ReadUnit(raw, &unit)) return ReadUnicodeEscape(raw, unit);
  return {2, std::string(1, SimpleEscape(raw[1]))};
}

absl::string_view WithoutQuotes(absl::string_view raw) { return raw.substr(1, raw.size() - 2); }

}  // namespace

std::string JsonQuote(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : ToValidUtf8(text)) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&quoted, "\\", absl::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      quoted.push_back(c);
    }
  }
  quoted.push_back('"');
  return quoted;
}

std::string JsonUnquote(absl::string_view raw) {
  raw = WithoutQuotes(raw);
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const size_t plain = std::min(raw.find('\\'), raw.size());
    text.append(raw.data(), plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    const Character character = ReadCharacter(raw);
    text.append(character.text);
    raw.remove_prefix(character.raw_bytes);
  }
  return text;
}

size_t JsonQuotedOffset(absl::string_view raw, size_t offset) {
  const absl::string_view content = WithoutQuotes(raw);
  size_t pos = 0;
  size_t text_bytes = 0;
  while (pos < content.size() && text_bytes < offset) {
    const Character character = ReadCharacter(content.substr(pos));
    pos += character.raw_bytes;
    text_bytes += character.text.size();
  }
  return pos + 1;
}

}  // namespace gcjobs
