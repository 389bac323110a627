#include "server/genesys/upstream_reasons.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/utf8.h"
#include "server/genesys/error_body.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxJoinedBytes = 1024;
// More than fit into that; an array of a failed item each may be long.
constexpr size_t kMaxReasons = 100;
// An ErrorBody within an ErrorBody is as deep as it gets.
constexpr int kMaxDepth = 4;

// Where objects that tell of a failure have their text, by preference.
constexpr absl::string_view kTextNames[] = {"message",  "text",   "errorMessage",
                                            "errorMsg", "reason", "description"};
constexpr absl::string_view kCodeNames[] = {"code", "errorCode"};
// Where they have further ones.
constexpr absl::string_view kNestedNames[] = {"errors", "details", "validationErrors"};

std::string FirstText(const JsonValue& object, absl::Span<const absl::string_view> names) {
  for (const absl::string_view name : names) {
    std::string text = CleanUpstreamText(StringMember(object, name));
    if (!text.empty()) return text;
  }
  return "";
}

bool IsNoFailure(const JsonValue& element) {
  const auto failed = element.Find("failed");
  return failed && failed->raw() == "false";
}

}  // namespace

void UpstreamReasons::Collect(const JsonValue& value, absl::Span<const std::string> path) {
  if (value.Is(JsonValue::Type::kArray)) {
    for (const JsonValue& element : value.Elements()) {
      if (texts_.size() >= kMaxReasons) return;
      if (!IsNoFailure(element)) Collect(element, path);
    }
    return;
  }
  if (path.empty()) return AddValue(value, 0);
  const std::optional<JsonValue> member = value.Find(path.front());
  if (!member) return;
  const bool is_count = path.size() == 1 && member->Is(JsonValue::Type::kNumber);
  if (!is_count) return Collect(*member, path.subspan(1));
  if (member->raw() != "0") Add(absl::StrCat(path.front(), ": ", member->raw()));
}

void UpstreamReasons::Add(absl::string_view text) {
  std::string clean = CleanUpstreamText(text);
  const bool is_new = std::find(texts_.begin(), texts_.end(), clean) == texts_.end();
  if (!clean.empty() && is_new && texts_.size() < kMaxReasons) texts_.push_back(std::move(clean));
}

void UpstreamReasons::AddValue(const JsonValue& value, int depth) {
  if (depth > kMaxDepth) return;
  switch (value.type()) {
    case JsonValue::Type::kString:
      return Add(*value.AsString());
    case JsonValue::Type::kObject:
      return AddObject(value, depth);
    case JsonValue::Type::kArray:
      for (const JsonValue& element : value.Elements()) {
        if (texts_.size() >= kMaxReasons) return;
        AddValue(element, depth + 1);
      }
      return;
    default:
      return;
  }
}

// `fieldName` and `entityName` are those of a detail: `interval: invalid.value`.
void UpstreamReasons::AddObject(const JsonValue& object, int depth) {
  std::string text = FirstText(object, kTextNames);
  std::string word = FirstText(object, kCodeNames);
  if (text.empty()) text = word;
  if (code_.empty()) code_ = std::move(word);
  const std::string field = CleanUpstreamText(StringMember(object, "fieldName"));
  const std::string entity = FirstText(object, {"entityName", "entityId"});
  if (!field.empty()) text = absl::StrCat(field, text.empty() ? "" : ": ", text);
  if (!entity.empty()) absl::StrAppend(&text, text.empty() ? "" : " ", "(", entity, ")");
  Add(text);
  for (const absl::string_view name : kNestedNames) {
    if (const auto nested = object.Find(name)) AddValue(*nested, depth + 1);
  }
}

std::string UpstreamReasons::Join() const {
  std::string joined = absl::StrJoin(texts_, "; ");
  if (joined.size() <= kMaxJoinedBytes) return joined;
  constexpr absl::string_view kCut = "...";
  joined.resize(Utf8Prefix(joined, kMaxJoinedBytes - kCut.size()).size());
  return absl::StrCat(joined, kCut);
}

}  // namespace gcjobs
