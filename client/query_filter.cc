#include "client/query_filter.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "client/usage_error.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kHint =
    "NAME=VALUE[,VALUE...], NAME (is there) or !NAME (is not), such as mediaType=voice,chat; "
    "for all else --query JSON";

absl::Status Malformed(absl::string_view option, absl::string_view text) {
  return UsageError(absl::StrCat(option, ": \"", text, "\" is no filter"), kHint);
}

bool IsName(absl::string_view name) {
  const auto fits = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

// Cuts at commas; a backslash takes the next character as it is.
std::vector<std::string> SplitValues(absl::string_view text) {
  std::vector<std::string> values(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      values.emplace_back();
      continue;
    }
    const bool escapes = text[i] == '\\' && i + 1 < text.size();
    if (escapes) ++i;
    values.back() += text[i];
  }
  return values;
}

bool IsType(absl::string_view type) {
  return type == "dimension" || type == "metric" || type == "property";
}

}  // namespace

absl::StatusOr<v1::QueryFilter> ParseQueryFilter(absl::string_view option, absl::string_view text) {
  const size_t equals = text.find('=');
  absl::string_view name = text.substr(0, equals);
  const bool negated = absl::ConsumePrefix(&name, "!");
  v1::QueryPredicate predicate;
  if (const size_t colon = name.find(':'); colon != absl::string_view::npos) {
    if (!IsType(name.substr(0, colon))) return Malformed(option, text);
    predicate.set_type(std::string(name.substr(0, colon)));
    name.remove_prefix(colon + 1);
  }
  const bool has_values = equals != absl::string_view::npos;
  if (!IsName(name) || (negated && has_values)) return Malformed(option, text);
  predicate.set_dimension(std::string(name));

  v1::QueryFilter filter;
  filter.set_type("and");
  if (!has_values) {
    predicate.set_operator_(negated ? "notExists" : "exists");
    *filter.add_predicates() = predicate;
    return filter;
  }
  const std::vector<std::string> values = SplitValues(text.substr(equals + 1));
  if (values.size() > 1) filter.set_type("or");
  for (const std::string& value : values) {
    if (value.empty()) return Malformed(option, text);
    predicate.set_value(value);
    *filter.add_predicates() = predicate;
  }
  return filter;
}

}  // namespace gcjobs
