#include "server/genesys/json_edit.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// Put `text` in the place of `length` bytes at `offset`.
struct Splice {
  size_t offset;
  size_t length;
  std::string text;
};

std::string Apply(absl::string_view text, const Splice& splice) {
  return absl::StrCat(text.substr(0, splice.offset), splice.text,
                      text.substr(splice.offset + splice.length));
}

// `"a":{"b":value}` for the path a, b.
std::string MakeMember(JsonPath::const_iterator name, JsonPath::const_iterator end,
                       absl::string_view value) {
  std::string opening;
  std::string closing;
  for (; name != end; ++name) {
    absl::StrAppend(&opening, opening.empty() ? "" : "{", JsonQuote(*name), ":");
    if (name + 1 != end) closing.push_back('}');
  }
  return absl::StrCat(opening, value, closing);
}

// Adds `member` behind the last member of `object`.
Splice Append(absl::string_view text, const JsonValue& object, std::string member) {
  absl::string_view last;
  object.ForEachMember([&](absl::string_view, JsonValue value) { last = value.raw(); });
  if (last.empty()) {
    return {static_cast<size_t>(object.raw().data() - text.data()) + 1, 0, std::move(member)};
  }
  return {static_cast<size_t>(last.data() + last.size() - text.data()), 0,
          absl::StrCat(",", member)};
}

absl::StatusOr<Splice> PlanSet(const JsonValue& root, const JsonPath& path,
                               absl::string_view new_value) {
  const absl::string_view text = root.raw();
  JsonValue value = root;
  for (auto name = path.begin(); name != path.end(); ++name) {
    if (!value.Is(JsonValue::Type::kObject)) {
      return absl::InvalidArgumentError(
          absl::StrCat("what should hold `", *name, "` is not an object"));
    }
    // Not Find, which has nothing for an object that cannot be searched: that
    // must not be taken for one without the member.
    ASSIGN_OR_RETURN(const auto found, FindJson(value.raw(), {{*name}}));
    const std::optional<JsonValue>& member = found.front();
    if (!member) return Append(text, value, MakeMember(name, path.end(), new_value));
    value = *member;
  }
  return Splice{static_cast<size_t>(value.raw().data() - text.data()), value.raw().size(),
                std::string(new_value)};
}

absl::string_view WithoutQuotes(absl::string_view raw) { return raw.substr(1, raw.size() - 2); }

}  // namespace

absl::StatusOr<std::string> SetJsonMember(const JsonValue& value, const JsonPath& path,
                                          absl::string_view new_value) {
  ASSIGN_OR_RETURN(const Splice splice, PlanSet(value, path, new_value));
  return Apply(value.raw(), splice);
}

absl::StatusOr<std::string> SetMemberOfQuotedJson(const JsonValue& value, const JsonPath& path,
                                                  absl::string_view new_value) {
  if (!value.Is(JsonValue::Type::kString)) return absl::InvalidArgumentError("not a string");
  const std::string text = JsonUnquote(value.raw());
  ASSIGN_OR_RETURN(const JsonValue root, JsonValue::Parse(text));
  ASSIGN_OR_RETURN(const Splice splice, PlanSet(root, path, new_value));
  const size_t begin = splice.offset + static_cast<size_t>(root.raw().data() - text.data());
  const size_t raw_begin = JsonQuotedOffset(value.raw(), begin);
  const size_t raw_end = JsonQuotedOffset(value.raw(), begin + splice.length);
  const std::string quoted = JsonQuote(splice.text);
  return Apply(value.raw(), {raw_begin, raw_end - raw_begin, std::string(WithoutQuotes(quoted))});
}

}  // namespace gcjobs
