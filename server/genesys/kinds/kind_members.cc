#include "server/genesys/kinds/kind_members.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "server/genesys/kinds/kind_path.h"

namespace gcjobs {

std::string KindMembers::Vary(absl::string_view text) const {
  return variant_.empty() ? std::string(text) : absl::StrReplaceAll(text, {{kVariable, variant_}});
}

CallSpec KindMembers::GetCall(const KindFileObject& object,
                              absl::Span<const absl::string_view> methods) const {
  CallSpec call;
  const std::string text = Vary(object.GetString("call"));
  const std::optional<JsonValue> member = object.Find("call");
  if (!member) return call;
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  call.method = parts.first;
  call.path = parts.second;
  if (std::find(methods.begin(), methods.end(), call.method) == methods.end()) {
    file_->Fail(member->raw(),
                absl::StrCat("`", text, "` does not begin with ", absl::StrJoin(methods, " or ")));
  }
  const absl::Status checked = CheckKindPath(call.path);
  if (!checked.ok()) file_->Fail(member->raw(), checked.message());
  return call;
}

CallSpec KindMembers::GetJobCall(const KindFileObject& object,
                                 absl::Span<const absl::string_view> methods,
                                 const CallSpec& submit) const {
  CallSpec call = GetCall(object, methods);
  std::vector<std::string> known = PlaceholdersOf(submit.path);
  known.emplace_back(kUpstreamIdName);
  const std::vector<std::string> names = PlaceholdersOf(call.path);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      file_->Fail(object.Find("call")->raw(),
                  absl::StrCat("`{", name, "}` is no part of the submission's path"));
    }
  }
  if (std::find(names.begin(), names.end(), kUpstreamIdName) == names.end()) {
    file_->Fail(object.raw(), "the path of `call` has no `{upstream_id}`");
  }
  return call;
}

std::string KindMembers::FindBody(const KindFileObject& object) const {
  const std::optional<JsonValue> body = object.Find("body");
  if (!body) return "";
  if (!body->Is(JsonValue::Type::kObject)) file_->Fail(body->raw(), "`body` must be an object");
  return std::string(body->raw());
}

JsonPath KindMembers::GetField(const KindFileObject& object, absl::string_view name) const {
  object.Get(name);
  return FindField(object, name);
}

JsonPath KindMembers::FindField(const KindFileObject& object, absl::string_view name) const {
  const std::string text = object.FindString(name, "");
  if (text.empty()) return {};
  JsonPath path = absl::StrSplit(text, '.');
  if (std::find(path.begin(), path.end(), "") != path.end()) {
    file_->Fail(object.Find(name)->raw(), absl::StrCat("`", text, "` has a name that is empty"));
  }
  return path;
}

}  // namespace gcjobs
