#include "tests/simulator/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gcjobs::sim {
namespace {

using PathParams = std::map<std::string, std::string>;

bool IsName(absl::string_view segment) {
  return absl::StartsWith(segment, "{") && absl::EndsWith(segment, "}");
}

std::optional<PathParams> MatchSegments(const std::vector<std::string>& pattern,
                                        const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  PathParams params;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (!IsName(pattern[i])) {
      if (pattern[i] != path[i]) return std::nullopt;
      continue;
    }
    if (path[i].empty()) return std::nullopt;
    params[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
  }
  return params;
}

}  // namespace

absl::string_view RouteClassName(RouteClass route_class) {
  switch (route_class) {
    case RouteClass::kToken:
      return "token";
    case RouteClass::kSubmit:
      return "submit";
    case RouteClass::kPoll:
      return "poll";
    case RouteClass::kResults:
      return "results";
    case RouteClass::kCancel:
      return "cancel";
    case RouteClass::kRead:
      return "read";
    case RouteClass::kWrite:
      return "write";
    case RouteClass::kControl:
      return "control";
  }
  return "";
}

void Router::Add(Route route) {
  std::vector<std::string> segments = absl::StrSplit(absl::StripPrefix(route.pattern, "/"), '/');
  const int literals = static_cast<int>(
      std::count_if(segments.begin(), segments.end(), [](const auto& s) { return !IsName(s); }));
  Entry entry{std::move(route), std::move(segments), literals};
  // Behind those that are as specific: the first added wins.
  const auto place =
      std::upper_bound(entries_.begin(), entries_.end(), literals,
                       [](int count, const Entry& other) { return count > other.literals; });
  entries_.insert(place, std::move(entry));
}

bool Router::Has(absl::string_view method, absl::string_view pattern) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.route.method == method && entry.route.pattern == pattern;
  });
}

Router::Found Router::Match(absl::string_view method, absl::string_view path) const {
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  const std::vector<std::string> segments = SplitPath(path);
  Found found;
  for (const Entry& entry : entries_) {
    std::optional<PathParams> params = MatchSegments(entry.segments, segments);
    if (!params.has_value()) continue;
    found.path_exists = true;
    if (entry.route.method != wanted) continue;
    found.route = &entry.route;
    found.path = *std::move(params);
    break;
  }
  return found;
}

}  // namespace gcjobs::sim
