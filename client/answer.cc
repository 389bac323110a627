#include "client/answer.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "client/text.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

// Enough for an error message in JSON, little enough to leave the rest of the
// screen; --output json shows all of it.
constexpr size_t kMaxShownBytes = 2000;
constexpr size_t kMaxShownLines = 20;

// The longest start of `text` that is shown.
absl::string_view ShownPart(absl::string_view text) {
  const absl::string_view start = Utf8Prefix(text, kMaxShownBytes);
  size_t lines = 0;
  for (size_t i = 0; i < start.size(); ++i) {
    if (start[i] == '\n' && ++lines == kMaxShownLines) return start.substr(0, i);
  }
  return start;
}

std::string Lines(absl::string_view text) {
  std::string lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    absl::StrAppend(&lines, "  ", EscapeControls(line), "\n");
  }
  return lines;
}

std::string Body(const v1::FailureBody& body) {
  const absl::string_view text = absl::StripSuffix(body.body(), "\n");
  // A body that was cut may end within a character.
  if (!IsValidUtf8(text) && !body.truncated()) {
    return absl::StrCat("  ", text.size(), " bytes that are not text\n");
  }
  const absl::string_view shown = ShownPart(text);
  std::string lines = Lines(shown);
  if (shown.size() < text.size() || body.truncated()) lines += "  ...\n";
  return lines;
}

}  // namespace

std::string RenderAnswer(const v1::FailureBody& body) {
  if (body.body().empty()) return "";
  const std::string status =
      body.http_status() > 0 ? absl::StrCat(" HTTP ", body.http_status()) : "";
  const std::string type = body.content_type().empty()
                               ? ""
                               : absl::StrCat(" (", EscapeControls(body.content_type()), ")");
  return absl::StrCat("Genesys Cloud answered", status, type, ":\n", Body(body));
}

}  // namespace gcjobs
