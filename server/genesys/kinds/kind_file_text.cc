#include "server/genesys/kinds/kind_file_text.h"

#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/errors.h"

namespace gcjobs {

std::optional<JsonValue> KindFileText::Parse() {
  size_t error_offset = 0;
  const absl::Status valid = ValidateJson(text_, JsonLimits(), &error_offset);
  if (!valid.ok()) {
    Fail(text_.substr(error_offset), valid.message());
    return std::nullopt;
  }
  return *JsonValue::Parse(text_);
}

int KindFileText::LineOf(absl::string_view span) const {
  return 1 + static_cast<int>(std::count(text_.data(), span.data(), '\n'));
}

std::string KindFileText::Locate(absl::string_view span) const {
  return absl::StrCat(name_, ":", LineOf(span));
}

void KindFileText::Fail(absl::string_view span, absl::string_view problem) {
  if (!status_.ok()) return;
  status_ = MakeError(errors::kInvalidKindFile, absl::StrCat(Locate(span), ": ", problem),
                      {{"file", name_}, {"line", absl::StrCat(LineOf(span))}});
}

KindFileObject::KindFileObject(const JsonValue& value, KindFileText* file)
    : value_(value), file_(file) {
  if (!value.Is(JsonValue::Type::kObject)) file->Fail(value.raw(), "this must be an object");
  std::set<std::string> names;
  value.ForEachMember([&](absl::string_view raw_name, JsonValue) {
    const std::string name = JsonUnquote(raw_name);
    if (!names.insert(name).second)
      file->Fail(raw_name, absl::StrCat("`", name, "` appears twice"));
  });
}

void KindFileObject::AllowOnly(std::initializer_list<absl::string_view> names) const {
  value_.ForEachMember([&](absl::string_view raw_name, JsonValue) {
    const std::string name = JsonUnquote(raw_name);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      file_->Fail(raw_name, absl::StrCat("`", name, "` is not a member that this object may have"));
    }
  });
}

std::optional<JsonValue> KindFileObject::Get(absl::string_view name) const {
  std::optional<JsonValue> member = value_.Find(name);
  if (!member) file_->Fail(value_.raw(), absl::StrCat("`", name, "` is missing"));
  return member;
}

std::string KindFileObject::StringOf(absl::string_view name, const JsonValue& value) const {
  std::string text = value.AsString().value_or("");
  if (text.empty()) {
    file_->Fail(value.raw(), absl::StrCat("`", name, "` must be a non-empty string"));
  }
  return text;
}

std::string KindFileObject::GetString(absl::string_view name) const {
  const std::optional<JsonValue> member = Get(name);
  return member ? StringOf(name, *member) : "";
}

std::string KindFileObject::FindString(absl::string_view name,
                                       absl::string_view default_value) const {
  const std::optional<JsonValue> member = Find(name);
  return member ? StringOf(name, *member) : std::string(default_value);
}

int KindFileObject::FindCount(absl::string_view name) const {
  const std::optional<JsonValue> member = Find(name);
  if (!member) return 0;
  const int64_t count = member->AsInt64().value_or(0);
  if (count < 1 || count > std::numeric_limits<int>::max()) {
    file_->Fail(member->raw(), absl::StrCat("`", name, "` must be a whole number of at least 1"));
    return 0;
  }
  return static_cast<int>(count);
}

std::vector<std::string> KindFileObject::GetStrings(absl::string_view name) const {
  std::vector<std::string> strings;
  const std::optional<JsonValue> member = Get(name);
  if (!member) return strings;
  for (const JsonValue& element : member->Elements()) strings.push_back(StringOf(name, element));
  if (strings.empty()) {
    file_->Fail(member->raw(), absl::StrCat("`", name, "` must be an array of strings"));
  }
  return strings;
}

}  // namespace gcjobs
