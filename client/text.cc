#include "client/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "common/utf8.h"

namespace gcjobs {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// Unicode's East Asian Width W and F, in blocks: enough to keep columns
// straight without a table of the size of ICU's.
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},
                           {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
                           {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
                           {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};
// C0, DEL and C1, line and paragraph separators, bidirectional controls.
constexpr Range kUnsafe[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
                             {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

template <size_t kSize>
bool In(const Range (&ranges)[kSize], uint32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code](const Range& range) {
    return range.first <= code && code <= range.last;
  });
}

// Takes the first character off `text`. REQUIRES: valid UTF-8, not empty.
absl::string_view TakeCharacter(absl::string_view* text, uint32_t* code) {
  const auto lead = static_cast<unsigned char>(text->front());
  const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  constexpr std::array<uint32_t, 5> kLeadMask = {0, 0x7f, 0x1f, 0x0f, 0x07};
  *code = lead & kLeadMask[length];
  for (size_t i = 1; i < length; ++i) {
    *code = (*code << 6) | (static_cast<unsigned char>((*text)[i]) & 0x3f);
  }
  const absl::string_view character = text->substr(0, length);
  text->remove_prefix(length);
  return character;
}

int CharacterWidth(uint32_t code) {
  if (In(kZeroWidth, code)) return 0;
  return In(kWide, code) ? 2 : 1;
}

// The longest start of `text` that takes at most `columns`.
std::string Prefix(absl::string_view text, int columns) {
  std::string prefix;
  while (!text.empty()) {
    uint32_t code = 0;
    const absl::string_view character = TakeCharacter(&text, &code);
    columns -= CharacterWidth(code);
    if (columns < 0) break;
    absl::StrAppend(&prefix, character);
  }
  return prefix;
}

void WrapParagraph(absl::string_view paragraph, int columns, std::vector<std::string>* lines) {
  std::string line;
  for (const absl::string_view word : absl::StrSplit(paragraph, ' ', absl::SkipEmpty())) {
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > columns) {
      lines->push_back(std::move(line));
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  lines->push_back(std::move(line));
}

constexpr absl::string_view kColumnGap = "  ";

std::string Padding(absl::string_view cell, int width) {
  return std::string(std::max(0, width - DisplayWidth(cell)), ' ');
}

}  // namespace

std::string EscapeControls(absl::string_view text) {
  const std::string valid = ToValidUtf8(text);
  absl::string_view rest = valid;
  std::string escaped;
  while (!rest.empty()) {
    uint32_t code = 0;
    const absl::string_view character = TakeCharacter(&rest, &code);
    if (!In(kUnsafe, code)) {
      absl::StrAppend(&escaped, character);
    } else if (code == '\n') {
      escaped += "\\n";
    } else if (code == '\t') {
      escaped += "\\t";
    } else {
      escaped += code <= 0xff ? absl::StrFormat("\\x%02x", code) : absl::StrFormat("\\u%04x", code);
    }
  }
  return escaped;
}

int DisplayWidth(absl::string_view text) {
  const std::string valid = ToValidUtf8(text);
  absl::string_view rest = valid;
  int width = 0;
  while (!rest.empty()) {
    uint32_t code = 0;
    TakeCharacter(&rest, &code);
    width += CharacterWidth(code);
  }
  return width;
}

std::string FitWidth(absl::string_view text, int columns) {
  constexpr absl::string_view kCut = "...";
  const int cut_width = static_cast<int>(kCut.size());
  if (DisplayWidth(text) <= columns) return std::string(text);
  const std::string valid = ToValidUtf8(text);
  if (columns <= cut_width) return Prefix(valid, columns);
  return absl::StrCat(Prefix(valid, columns - cut_width), kCut);
}

std::vector<std::string> WrapWords(absl::string_view text, int columns) {
  std::vector<std::string> lines;
  for (const absl::string_view paragraph : absl::StrSplit(text, '\n')) {
    WrapParagraph(paragraph, columns, &lines);
  }
  return lines;
}

std::string ShortDuration(absl::Duration duration) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  if (minutes == 0) return absl::StrCat(seconds, "s");
  if (hours == 0) return absl::StrCat(minutes, "m", seconds % 60, "s");
  if (hours < 24) return absl::StrCat(hours, "h", minutes % 60, "m");
  return absl::StrCat(hours / 24, "d", hours % 24, "h");
}

std::string ShortAge(absl::Time time, absl::Time now) {
  if (time > now) return absl::StrCat("in ", ShortDuration(time - now));
  return absl::StrCat(ShortDuration(now - time), " ago");
}

std::string FormatSeconds(absl::Duration duration) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(duration);
  if (milliseconds % 1000 != 0) return absl::StrCat(milliseconds, "ms");
  return absl::StrCat(milliseconds / 1000, "s");
}

Table::Table(std::vector<std::string> headers) : rows_({std::move(headers)}) {}

void Table::AddRow(const std::vector<std::string>& cells) {
  std::vector<std::string> row;
  row.reserve(cells.size());
  for (const std::string& cell : cells) row.push_back(EscapeControls(cell));
  rows_.push_back(std::move(row));
}

std::string Table::ToString() const {
  std::vector<int> widths(rows_.front().size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], Padding(row[i], widths[i]), kColumnGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string FieldLines(const std::vector<std::pair<std::string, std::string>>& fields) {
  int width = 0;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name));
  }
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    absl::StrAppend(&text, name, Padding(name, width), kColumnGap, EscapeControls(value), "\n");
  }
  return text;
}

}  // namespace gcjobs
