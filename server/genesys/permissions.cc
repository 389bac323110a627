#include "server/genesys/permissions.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/check.h"
#include "common/json.h"

namespace gcjobs {
namespace {

// The call's method is the first of its segments: `GET `, `api`, `v2`, ...
using Segments = std::vector<std::string>;

struct KnownCall {
  Segments segments;
  CallFacts facts;
};

bool IsName(absl::string_view segment) { return absl::StartsWith(segment, "{"); }

// `{dataActionId}` is about a data action.
std::string ThingOf(absl::string_view name) {
  absl::ConsumePrefix(&name, "{");
  absl::ConsumeSuffix(&name, "}");
  absl::ConsumeSuffix(&name, "Id");
  std::string words;
  for (const char c : name) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) words.push_back(' ');
    words.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

std::string AboutOf(const Segments& segments) {
  std::vector<std::string> things;
  for (const std::string& segment : segments) {
    if (IsName(segment)) things.push_back(ThingOf(segment));
  }
  return absl::StrJoin(things, " or ");
}

KnownCall ReadCall(absl::string_view name, const JsonValue& json) {
  KnownCall call;
  call.segments = absl::StrSplit(name, '/');
  for (const absl::string_view member : {"any_of", "all_of"}) {
    const auto names = json.Find(member);
    if (!names) continue;
    call.facts.needs_all = member == "all_of";
    for (const JsonValue& permission : names->Elements()) {
      call.facts.permissions.push_back(StringOf(permission));
    }
  }
  call.facts.scope = StringMember(json, "scope");
  call.facts.about = StringMember(json, "about");
  if (call.facts.about.empty()) call.facts.about = AboutOf(call.segments);
  return call;
}

std::vector<KnownCall> ReadCalls() {
  const auto found = FindJson(BuiltInPermissions(), {{"calls"}});
  GCJOBS_CHECK(found.ok(), "permissions.json: ", found.status().ToString());
  std::vector<KnownCall> calls;
  (*found)[0]->ForEachMember([&](absl::string_view name, const JsonValue& json) {
    calls.push_back(ReadCall(JsonUnquote(name), json));
  });
  return calls;
}

bool Matches(const Segments& known, const Segments& call) {
  return std::equal(known.begin(), known.end(), call.begin(), call.end(),
                    [](absl::string_view ours, absl::string_view theirs) {
                      return IsName(ours) || ours == theirs;
                    });
}

// `/actions/categories` is no action: the call with the fewest names is meant.
size_t NameCount(const Segments& segments) {
  return static_cast<size_t>(std::count_if(segments.begin(), segments.end(), IsName));
}

}  // namespace

std::optional<CallFacts> FindCallFacts(absl::string_view call) {
  static const std::vector<KnownCall>& calls = *new std::vector<KnownCall>(ReadCalls());
  const Segments segments = absl::StrSplit(call.substr(0, call.find('?')), '/');
  const KnownCall* best = nullptr;
  for (const KnownCall& known : calls) {
    if (!Matches(known.segments, segments)) continue;
    if (best == nullptr || NameCount(known.segments) < NameCount(best->segments)) best = &known;
  }
  if (best == nullptr) return std::nullopt;
  return best->facts;
}

std::string PermissionPhrase(const CallFacts& facts) {
  if (facts.permissions.empty()) return facts.scope;
  return absl::StrJoin(facts.permissions, facts.needs_all ? " and " : " or ");
}

}  // namespace gcjobs
