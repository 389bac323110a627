// Whatever bytes come in: they are refused, or every value that is read lies
// within them, and an edit gives JSON that has the new value.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/json.h"
#include "common/utf8.h"
#include "server/genesys/json_edit.h"

namespace gcjobs {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckScalars(const JsonValue& value) {
  const std::optional<std::string> text = value.AsString();
  Require(text.has_value() == value.Is(JsonValue::Type::kString));
  if (!text) return;
  Require(IsValidUtf8(*text));
  Require(JsonUnquote(JsonQuote(*text)) == *text);
  Require(JsonQuotedOffset(value.raw(), JsonUnquote(value.raw()).size()) == value.raw().size() - 1);
}

// The depth is the fuzzer's: it is bounded here, not by what is read.
void CheckParts(absl::string_view text, const JsonValue& value, int depth) {
  Require(!value.raw().empty() && value.raw().data() >= text.data() &&
          value.raw().data() + value.raw().size() <= text.data() + text.size());
  CheckScalars(value);
  if (depth == 0) return;
  for (const JsonValue& element : value.Elements()) CheckParts(text, element, depth - 1);
  value.ForEachMember([&](absl::string_view name, JsonValue member) {
    Require(name.size() >= 2 && name.front() == '"' && name.back() == '"');
    CheckParts(text, member, depth - 1);
  });
}

void CheckEdit(const JsonValue& value) {
  const absl::StatusOr<std::string> edited = SetJsonMember(value, {"options", "timeout"}, "7");
  if (!edited.ok()) return;
  const auto found = FindJson(*edited, {{"options", "timeout"}});
  Require(found.ok() && found->front() && found->front()->raw() == "7");
}

void CheckQuotedEdit(const JsonValue& value) {
  const absl::StatusOr<std::string> edited =
      SetMemberOfQuotedJson(value, {"options", "timeout"}, "7");
  if (!edited.ok()) return;
  const std::string text = JsonUnquote(*edited);
  const auto found = FindJson(text, {{"options", "timeout"}});
  Require(found.ok() && found->front() && found->front()->raw() == "7");
}

void CheckSearch(absl::string_view text) {
  std::string copy(text);
  bool replaced = false;
  const auto in_place = FindJsonInPlace(&copy, {{"a", "b"}, {"a"}, {}}, &replaced);
  const auto found = FindJson(text, {{"a", "b"}, {"a"}, {}});
  Require(in_place.ok() == found.ok());
  if (!found.ok()) return;
  Require(replaced == !IsValidUtf8(text) && IsValidUtf8(copy));
  Require((*found)[0].has_value() == (*in_place)[0].has_value());
  if ((*found)[1]) CheckParts(text, *(*found)[1], 1);
}

}  // namespace
}  // namespace gcjobs

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  gcjobs::CheckSearch(text);
  const absl::StatusOr<gcjobs::JsonValue> value = gcjobs::JsonValue::Parse(text);
  if (!value.ok()) return 0;
  gcjobs::CheckParts(text, *value, 20);
  gcjobs::CheckEdit(*value);
  gcjobs::CheckQuotedEdit(*value);
  return 0;
}
