#include "server/genesys/kinds/kind_path.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kApiRoot = "/api/";

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool IsLiteralCharacter(char c) { return IsNameCharacter(c) || c == '-' || c == '.' || c == '~'; }

// The name in a `{name}` segment; unset for any other.
std::optional<absl::string_view> NameIn(absl::string_view segment) {
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') return std::nullopt;
  const absl::string_view name = segment.substr(1, segment.size() - 2);
  if (!std::all_of(name.begin(), name.end(), IsNameCharacter)) return std::nullopt;
  return name;
}

bool IsLiteral(absl::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(), IsLiteralCharacter);
}

std::vector<absl::string_view> SegmentsOf(absl::string_view path) {
  return absl::StrSplit(absl::StripPrefix(path, "/"), '/');
}

}  // namespace

absl::Status CheckKindPath(absl::string_view path) {
  if (!absl::StartsWith(path, kApiRoot)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the path `", path, "` must begin with `", kApiRoot, "`"));
  }
  std::set<absl::string_view> names;
  for (const absl::string_view segment : SegmentsOf(path)) {
    const std::optional<absl::string_view> name = NameIn(segment);
    if (name && !names.insert(*name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("`{", *name, "}` appears twice in the path `", path, "`"));
    }
    if (!name && !IsLiteral(segment)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", segment, "` cannot be a part of the path `", path, "`"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> PlaceholdersOf(absl::string_view path) {
  std::vector<std::string> names;
  for (const absl::string_view segment : SegmentsOf(path)) {
    const std::optional<absl::string_view> name = NameIn(segment);
    if (name) names.emplace_back(*name);
  }
  return names;
}

std::string FillKindPath(absl::string_view path,
                         absl::FunctionRef<std::string(absl::string_view)> value) {
  std::string filled;
  for (const absl::string_view segment : SegmentsOf(path)) {
    const std::optional<absl::string_view> name = NameIn(segment);
    absl::StrAppend(&filled, "/", name ? value(*name) : std::string(segment));
  }
  return filled;
}

}  // namespace gcjobs
