// Whatever bytes come in: they are refused, or every value that is read lies
// within them, and an edit gives JSON that has the new value.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/utf8.h"
#include "server/genesys/json_codec.h"
#include "server/genesys/json_edit.h"

namespace gcjobs {
namespace {

constexpr JsonLimits kLimits = {1 << 20, 64};

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckScalars(const JsonValue& value) {
  const std::optional<std::string> text = value.AsString();
  Require(text.has_value() == value.Is(JsonValue::Type::kString));
  if (!text) return;
  Require(IsValidUtf8(*text));
  Require(JsonUnquote(JsonQuote(*text)) == *text);
  Require(JsonQuotedOffset(value.raw(), text->size()) == value.raw().size() - 1);
}

void CheckParts(const JsonValue& value) {
  CheckScalars(value);
  for (const JsonValue& element : value.Elements()) CheckParts(element);
  value.ForEachMember([](absl::string_view name, JsonValue member) {
    Require(name.size() >= 2 && name.front() == '"' && name.back() == '"');
    CheckParts(member);
  });
}

void CheckEdit(const JsonValue& value) {
  const absl::StatusOr<std::string> edited = SetJsonMember(value, {"options", "timeout"}, "7");
  if (!edited.ok()) return;
  const absl::StatusOr<JsonValue> again = JsonValue::Parse(*edited, {2 << 20, 70});
  Require(again.ok());
  Require(again->Find("options", "timeout")->raw() == "7");
}

void CheckQuotedEdit(const JsonValue& value) {
  const absl::StatusOr<std::string> edited =
      SetMemberOfQuotedJson(value, {"options", "timeout"}, "7", kLimits);
  if (!edited.ok()) return;
  const absl::StatusOr<JsonValue> again = JsonValue::Parse(*edited, {2 << 20, 70});
  Require(again.ok());
  const std::string text = *again->AsString();
  const absl::StatusOr<JsonValue> inner = JsonValue::Parse(text, {2 << 20, 70});
  Require(inner.ok());
  Require(inner->Find("options", "timeout")->raw() == "7");
}

}  // namespace
}  // namespace gcjobs

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<gcjobs::JsonValue> value = gcjobs::JsonValue::Parse(text, gcjobs::kLimits);
  if (!value.ok()) return 0;
  gcjobs::CheckParts(*value);
  gcjobs::CheckEdit(*value);
  gcjobs::CheckQuotedEdit(*value);
  return 0;
}
