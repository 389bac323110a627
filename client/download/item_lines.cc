#include "client/download/item_lines.h"

#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace gcjobs {
namespace {

bool Contains(absl::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

bool HasLineBreak(absl::string_view text) { return Contains(text, '\n') || Contains(text, '\r'); }

}  // namespace

void AppendOneLine(absl::string_view json, std::string* line) {
  bool is_in_string = false;
  bool is_escaped = false;
  for (const char c : json) {
    const bool is_line_break = c == '\n' || c == '\r';
    if (!is_line_break) line->push_back(c);
    if (is_line_break && is_in_string) line->append(c == '\n' ? "\\n" : "\\r");
    if (c == '"' && !is_escaped) is_in_string = !is_in_string;
    is_escaped = c == '\\' && !is_escaped;
  }
}

absl::Status ItemLines::Append(v1::ResultPage* page, std::string* lines) {
  std::string* const json = page->mutable_items_json();
  // Asked once a page: compact JSON, the usual case, is copied as it is.
  const bool has_line_break = HasLineBreak(*json);
  int items = 0;
  const absl::Status status = ForEachJsonElement(json, *json, [&](absl::string_view item) {
    if (has_line_break) {
      AppendOneLine(item, lines);
    } else {
      lines->append(item.data(), item.size());
    }
    lines->push_back('\n');
    ++items;
    return true;
  });
  const std::string name = absl::StrCat("page ", page->page_number());
  if (!status.ok()) return absl::DataLossError(absl::StrCat(name, ": ", status.message()));
  if (items == page->item_count()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(name, " has ", items, " items and says that it has ", page->item_count()));
}

}  // namespace gcjobs
