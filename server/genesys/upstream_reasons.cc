#include "server/genesys/upstream_reasons.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/utf8.h"
#include "server/genesys/error_body.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxJoinedBytes = 1024;
// More than fit into that.
constexpr size_t kMaxReasons = 100;
// Of one array; that of a job's items may have a million of them.
constexpr size_t kMaxElements = 1000;
// An array of objects with an array, twice, is as deep as it gets; nonsense may be
// as deep as it is long.
constexpr int kMaxDepth = 8;

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

// The elements of an array, but for those that say that they have not failed.
void ForEachFailure(const JsonValue& array, absl::FunctionRef<void(const JsonValue&)> visit) {
  const std::vector<JsonValue> elements = array.Elements();
  for (size_t i = 0; i < std::min(elements.size(), kMaxElements); ++i) {
    const auto failed = elements[i].Find("failed");
    if (!failed || failed->raw() != "false") visit(elements[i]);
  }
}

}  // namespace

void UpstreamReasons::Collect(const JsonValue& value, absl::Span<const std::string> path) {
  CollectAt(value, path, 0);
}

void UpstreamReasons::CollectAt(const JsonValue& value, absl::Span<const std::string> path,
                                int depth) {
  if (depth > kMaxDepth) return;
  if (path.empty()) return AddValue(value, depth);
  if (value.Is(JsonValue::Type::kArray)) {
    ForEachFailure(value, [&](const JsonValue& element) { CollectAt(element, path, depth + 1); });
    return;
  }
  const std::optional<JsonValue> member = value.Find(path.front());
  if (!member) return;
  const bool is_count = path.size() == 1 && member->Is(JsonValue::Type::kNumber);
  if (!is_count) return CollectAt(*member, path.subspan(1), depth + 1);
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
      ForEachFailure(value, [&](const JsonValue& element) { AddValue(element, depth + 1); });
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
