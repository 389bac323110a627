#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "server/genesys/kinds/kind_file.h"
#include "server/genesys/kinds/kind_file_text.h"
#include "server/genesys/kinds/kind_path.h"
#include "server/genesys/kinds/upstream_status.h"

// What a kind file says, checked: ParseKindFile.

namespace gcjobs {
namespace {

// Kinds that are more than data.
constexpr absl::string_view kReservedPrefix = "action.";
constexpr size_t kMaxNameBytes = 100;

bool IsTerminal(v1::JobState state) {
  return state != v1::JOB_STATE_PENDING && state != v1::JOB_STATE_RUNNING;
}

bool IsKindCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

bool IsKindName(absl::string_view name) {
  return name.size() <= kMaxNameBytes && std::all_of(name.begin(), name.end(), IsKindCharacter);
}

// `name=value&name=value`, of characters that need no escape.
bool IsQuery(absl::string_view query) {
  const auto is_word = [](absl::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), IsKindCharacter);
  };
  for (const absl::string_view part : absl::StrSplit(query, '&')) {
    const std::vector<absl::string_view> sides = absl::StrSplit(part, '=');
    if (sides.size() != 2 || !is_word(sides[0]) || !is_word(sides[1])) return false;
  }
  return true;
}

// What stands in a kind with `each` for its values.
constexpr absl::string_view kVariable = "*";

// Methods of calls that only read, and of calls that change something. Without
// GET: the transport may send that one twice by itself (curl_handle.cc).
constexpr absl::string_view kReadMethods[] = {"GET"};
constexpr absl::string_view kChangeMethods[] = {"POST", "PUT", "PATCH", "DELETE"};

bool IsPrefix(const JsonPath& prefix, const JsonPath& path) {
  return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

// Reads one kind of a file; with `each`, for one of its values. What is wrong is
// told to the file.
class KindParser {
 public:
  KindParser(absl::string_view variant, KindFileText* file) : variant_(variant), file_(file) {}

  KindSpec Parse(const KindFileObject& kind);

 private:
  std::string ParseName(const KindFileObject& kind) const;
  v1::SubmitGuarantee ParseGuarantee(const KindFileObject& kind) const;
  void ParseSubmit(const KindFileObject& kind);
  void ParseStatus(const KindFileObject& kind);
  void ParseStates(const KindFileObject& kind);
  void AddStates(absl::string_view name, v1::JobState state, const KindFileObject& states);
  void ParseResults(const KindFileObject& kind);
  void ParseCursor(const KindFileObject& results);
  void ParsePageSizes(const KindFileObject& results);
  void ParseCancel(const KindFileObject& kind);
  void ParseSecondPhase(const KindFileObject& kind);
  void CheckWaits(const KindFileObject& phase, absl::string_view status) const;
  void ParseSynchronous(const KindFileObject& kind);
  void ParseAvailability(const KindFileObject& kind);

  // `text` with the variant in place of each `*`.
  std::string Vary(absl::string_view text) const;

  // The member `call`, which must be there.
  CallSpec GetCall(const KindFileObject& object, absl::Span<const absl::string_view> methods) const;

  // The same, of a job that Genesys Cloud took: its path has `{upstream_id}`,
  // and besides that only what the path of `submit` has.
  CallSpec GetJobCall(const KindFileObject& object,
                      absl::Span<const absl::string_view> methods) const;

  // The member `body`, an object, as it is spelt; "" when it is missing.
  std::string FindBody(const KindFileObject& object) const;

  // A field such as `job.status`, which must be there, or which may be missing:
  // then it is empty.
  JsonPath GetField(const KindFileObject& object, absl::string_view name) const;
  JsonPath FindField(const KindFileObject& object, absl::string_view name) const;

  // One field, or an array of them; none when it is missing.
  std::vector<JsonPath> FindFields(const KindFileObject& object, absl::string_view name) const;
  JsonPath ParseField(const std::string& text, const JsonValue& place) const;

  const absl::string_view variant_;  // empty without `each`
  KindFileText* const file_;
  KindSpec spec_;
};

KindSpec KindParser::Parse(const KindFileObject& kind) {
  kind.AllowOnly({"kind", "each", "description", "guarantee", "submit", "status", "states",
                  "results", "cancel", "second_phase", "synchronous", "availability"});
  spec_.declared_at = file_->Locate(kind.raw());
  spec_.name = ParseName(kind);
  spec_.description = Vary(kind.GetString("description"));
  spec_.guarantee = ParseGuarantee(kind);
  ParseSubmit(kind);
  ParseStatus(kind);
  ParseStates(kind);
  ParseResults(kind);
  ParseCancel(kind);
  ParseSecondPhase(kind);
  ParseSynchronous(kind);
  ParseAvailability(kind);
  return std::move(spec_);
}

std::string KindParser::ParseName(const KindFileObject& kind) const {
  std::string name = Vary(kind.GetString("kind"));
  const std::optional<JsonValue> member = kind.Find("kind");
  if (!member) return name;
  if (!IsKindName(name)) {
    file_->Fail(
        member->raw(),
        absl::StrCat("`", name, "` cannot name a kind: use letters, digits, `.`, `_` and `-`"));
  }
  if (absl::StartsWith(name, kReservedPrefix)) {
    file_->Fail(member->raw(), absl::StrCat("`", name, "`: names that begin with `",
                                            kReservedPrefix, "` are reserved"));
  }
  return name;
}

v1::SubmitGuarantee KindParser::ParseGuarantee(const KindFileObject& kind) const {
  const std::string name = kind.FindString("guarantee", "at_most_once");
  if (name == "at_least_once") return v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE;
  if (name != "at_most_once") {
    file_->Fail(kind.Find("guarantee")->raw(),
                absl::StrCat("`", name, "` is neither `at_most_once` nor `at_least_once`"));
  }
  return v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
}

void KindParser::ParseSubmit(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Get("submit");
  if (!member) return;
  const KindFileObject submit(*member, file_);
  submit.AllowOnly({"call", "id"});
  spec_.submit = GetCall(submit, kChangeMethods);
  spec_.id = GetField(submit, "id");
  for (const std::string& name : PlaceholdersOf(spec_.submit.path)) {
    if (name == kUpstreamIdName) {
      file_->Fail(member->raw(), "`{upstream_id}` is not known before the job is submitted");
    }
  }
}

void KindParser::ParseStatus(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Get("status");
  if (!member) return;
  const KindFileObject status(*member, file_);
  status.AllowOnly({"call", "field", "error"});
  spec_.status = GetJobCall(status, kReadMethods);
  spec_.status_field = GetField(status, "field");
  spec_.error_fields = FindFields(status, "error");
}

void KindParser::ParseStates(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Get("states");
  if (!member) return;
  const KindFileObject states(*member, file_);
  states.AllowOnly({"pending", "running", "succeeded", "failed", "cancelled", "expired"});
  AddStates("pending", v1::JOB_STATE_PENDING, states);
  AddStates("running", v1::JOB_STATE_RUNNING, states);
  AddStates("succeeded", v1::JOB_STATE_SUCCEEDED, states);
  AddStates("failed", v1::JOB_STATE_FAILED, states);
  AddStates("cancelled", v1::JOB_STATE_CANCELLED, states);
  AddStates("expired", v1::JOB_STATE_FAILED, states);
  if (states.Has("expired")) spec_.expired = states.GetStrings("expired");
  states.Get("succeeded");  // or else it would never be done
}

void KindParser::AddStates(absl::string_view name, v1::JobState state,
                           const KindFileObject& states) {
  const std::optional<JsonValue> member = states.Find(name);
  if (!member) return;
  for (std::string& status : states.GetStrings(name)) {
    const std::string folded = FoldUpstreamStatus(status);
    const bool is_known =
        std::any_of(spec_.states.begin(), spec_.states.end(),
                    [&](const auto& known) { return FoldUpstreamStatus(known.first) == folded; });
    if (is_known)
      file_->Fail(member->raw(), absl::StrCat("the status `", status, "` appears twice"));
    spec_.states.emplace_back(std::move(status), state);
  }
}

void KindParser::ParseResults(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("results");
  if (!member) return;
  const KindFileObject results(*member, file_);
  const std::string mode = results.GetString("mode");
  ResultsSpec& spec = spec_.results;
  spec.call = spec_.status;  // but for CURSOR, and where URL names another
  if (mode == "cursor") {
    spec.mode = v1::RESULTS_MODE_CURSOR;
    ParseCursor(results);
  } else if (mode == "link") {
    results.AllowOnly({"mode", "items", "next"});
    spec.mode = v1::RESULTS_MODE_LINK;
    spec.items = GetField(results, "items");
    spec.next = GetField(results, "next");
  } else if (mode == "inline") {
    results.AllowOnly({"mode", "items"});
    spec.mode = v1::RESULTS_MODE_INLINE;
    spec.items = FindField(results, "items");
  } else if (mode == "url") {
    results.AllowOnly({"mode", "call", "items"});
    spec.mode = v1::RESULTS_MODE_URL;
    if (results.Has("call")) spec.call = GetJobCall(results, kReadMethods);
    spec.items = GetField(results, "items");
  } else {
    file_->Fail(results.raw(),
                absl::StrCat("the mode `", mode, "` must be `cursor`, `link`, `inline` or `url`"));
  }
  // Items that hold the link to the next page would be a mistake.
  if (spec.items.empty() || spec.next.empty()) return;
  if (IsPrefix(spec.items, spec.next) || IsPrefix(spec.next, spec.items)) {
    file_->Fail(results.raw(), "one of `items` and `next` is a part of the other");
  }
}

void KindParser::ParseCursor(const KindFileObject& results) {
  results.AllowOnly({"mode", "call", "items", "next", "cursor_parameter", "page_size_parameter",
                     "default_page_size", "max_page_size"});
  spec_.results.call = GetJobCall(results, kReadMethods);
  spec_.results.items = GetField(results, "items");
  spec_.results.next = FindField(results, "next");
  spec_.results.cursor_parameter = results.FindString("cursor_parameter", "cursor");
  ParsePageSizes(results);
}

void KindParser::ParsePageSizes(const KindFileObject& results) {
  ResultsSpec& spec = spec_.results;
  spec.page_size_parameter = results.FindString("page_size_parameter", "");
  spec.default_page_size = results.FindCount("default_page_size");
  spec.max_page_size = results.FindCount("max_page_size");
  const int largest = std::max(spec.default_page_size, spec.max_page_size);
  if (largest > 0 && spec.page_size_parameter.empty()) {
    file_->Fail(results.raw(), "page sizes need a `page_size_parameter`");
  }
  if (spec.max_page_size > 0 && largest > spec.max_page_size) {
    file_->Fail(results.raw(), "`default_page_size` is larger than `max_page_size`");
  }
}

void KindParser::ParseCancel(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("cancel");
  if (!member) return;
  const KindFileObject cancel(*member, file_);
  cancel.AllowOnly({"call", "body"});
  spec_.cancel = GetJobCall(cancel, kChangeMethods);
  spec_.cancel->body = FindBody(cancel);
}

void KindParser::ParseSecondPhase(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("second_phase");
  if (!member) return;
  const KindFileObject phase(*member, file_);
  phase.AllowOnly({"when", "call", "body"});
  SecondPhaseSpec second;
  second.when = phase.GetStrings("when");
  for (const std::string& status : second.when) CheckWaits(phase, status);
  second.call = GetJobCall(phase, kChangeMethods);
  second.call.body = FindBody(phase);
  spec_.second_phase = std::move(second);
}

void KindParser::CheckWaits(const KindFileObject& phase, absl::string_view status) const {
  const auto known = std::find_if(spec_.states.begin(), spec_.states.end(),
                                  [&](const auto& state) { return state.first == status; });
  if (known == spec_.states.end() || IsTerminal(known->second)) {
    file_->Fail(
        phase.raw(),
        absl::StrCat("`", status, "` is not one of the `states` that are pending or running"));
  }
}

void KindParser::ParseSynchronous(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("synchronous");
  if (!member) return;
  const KindFileObject synchronous(*member, file_);
  synchronous.AllowOnly({"items", "page_number"});
  spec_.synchronous = {GetField(synchronous, "items"), GetField(synchronous, "page_number")};
  if (spec_.guarantee != v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE) {
    file_->Fail(member->raw(),
                "further pages come by submitting again: only for `at_least_once` work");
  }
}

void KindParser::ParseAvailability(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("availability");
  if (!member) return;
  const KindFileObject availability(*member, file_);
  availability.AllowOnly({"call", "field"});
  spec_.availability = {GetCall(availability, kReadMethods), GetField(availability, "field")};
  if (!PlaceholdersOf(spec_.availability->call.path).empty()) {
    file_->Fail(member->raw(), "the path of `call` must not depend on a job");
  }
}

std::string KindParser::Vary(absl::string_view text) const {
  return variant_.empty() ? std::string(text) : absl::StrReplaceAll(text, {{kVariable, variant_}});
}

CallSpec KindParser::GetCall(const KindFileObject& object,
                             absl::Span<const absl::string_view> methods) const {
  CallSpec call;
  const std::string text = Vary(object.GetString("call"));
  const std::optional<JsonValue> member = object.Find("call");
  if (!member) return call;
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  call.method = parts.first;
  const std::pair<std::string, std::string> target =
      absl::StrSplit(parts.second, absl::MaxSplits('?', 1));
  call.path = target.first;
  call.query = target.second;
  if (std::find(methods.begin(), methods.end(), call.method) == methods.end()) {
    file_->Fail(member->raw(),
                absl::StrCat("`", text, "` must begin with ", absl::StrJoin(methods, " or ")));
  }
  const absl::Status checked = CheckKindPath(call.path);
  if (!checked.ok()) file_->Fail(member->raw(), checked.message());
  if (absl::StrContains(parts.second, '?') && !IsQuery(call.query)) {
    file_->Fail(member->raw(),
                absl::StrCat("the query `", call.query, "` must be `name=value`, joined with `&`"));
  }
  return call;
}

CallSpec KindParser::GetJobCall(const KindFileObject& object,
                                absl::Span<const absl::string_view> methods) const {
  CallSpec call = GetCall(object, methods);
  std::vector<std::string> known = PlaceholdersOf(spec_.submit.path);
  known.emplace_back(kUpstreamIdName);
  const std::vector<std::string> names = PlaceholdersOf(call.path);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      file_->Fail(object.Find("call")->raw(),
                  absl::StrCat("`{", name, "}` does not appear in the submission's path"));
    }
  }
  if (std::find(names.begin(), names.end(), kUpstreamIdName) == names.end()) {
    file_->Fail(object.raw(), "the path of `call` must contain `{upstream_id}`");
  }
  return call;
}

std::string KindParser::FindBody(const KindFileObject& object) const {
  const std::optional<JsonValue> body = object.Find("body");
  if (!body) return "";
  if (!body->Is(JsonValue::Type::kObject)) file_->Fail(body->raw(), "`body` must be an object");
  return std::string(body->raw());
}

JsonPath KindParser::GetField(const KindFileObject& object, absl::string_view name) const {
  object.Get(name);
  return FindField(object, name);
}

JsonPath KindParser::FindField(const KindFileObject& object, absl::string_view name) const {
  const std::string text = object.FindString(name, "");
  if (text.empty()) return {};
  return ParseField(text, *object.Find(name));
}

std::vector<JsonPath> KindParser::FindFields(const KindFileObject& object,
                                             absl::string_view name) const {
  const std::optional<JsonValue> member = object.Find(name);
  if (!member) return {};
  if (!member->Is(JsonValue::Type::kArray)) return {FindField(object, name)};
  std::vector<JsonPath> paths;
  for (const std::string& text : object.GetStrings(name)) {
    paths.push_back(ParseField(text, *member));
  }
  return paths;
}

JsonPath KindParser::ParseField(const std::string& text, const JsonValue& place) const {
  JsonPath path = absl::StrSplit(text, '.');
  if (std::find(path.begin(), path.end(), "") != path.end()) {
    file_->Fail(place.raw(), absl::StrCat("`", text, "` contains an empty name"));
  }
  return path;
}

// The values of `each`; without it one that is empty.
std::vector<std::string> VariantsOf(const KindFileObject& kind, KindFileText* file) {
  if (!kind.Has("each")) return {""};
  if (!absl::StrContains(kind.GetString("kind"), kVariable)) {
    file->Fail(kind.Find("each")->raw(), "`each` needs a `*` in the name of the kind");
  }
  return kind.GetStrings("each");
}

// The kinds that `root`, the value of a kind file, declares. What is wrong is
// told to `file`; the kinds are then of no use.
std::vector<KindSpec> ParseKinds(const JsonValue& root, KindFileText* file) {
  std::vector<KindSpec> kinds;
  const KindFileObject object(root, file);
  object.AllowOnly({"kinds"});
  const std::optional<JsonValue> list = object.Get("kinds");
  if (!list) return kinds;
  if (!list->Is(JsonValue::Type::kArray)) file->Fail(list->raw(), "`kinds` must be an array");
  std::map<std::string, std::string> declared_at;
  for (const JsonValue& element : list->Elements()) {
    const KindFileObject kind(element, file);
    for (const std::string& variant : VariantsOf(kind, file)) {
      kinds.push_back(KindParser(variant, file).Parse(kind));
      const auto [other, is_new] = declared_at.emplace(kinds.back().name, kinds.back().declared_at);
      if (!is_new) {
        file->Fail(element.raw(), absl::StrCat("the kind `", other->first,
                                               "` is already declared at ", other->second));
      }
    }
  }
  return kinds;
}

}  // namespace

absl::StatusOr<std::vector<KindSpec>> ParseKindFile(absl::string_view file,
                                                    absl::string_view text) {
  KindFileText source(file, text);
  std::vector<KindSpec> kinds;
  const std::optional<JsonValue> root = source.Parse();
  if (root) kinds = ParseKinds(*root, &source);
  if (!source.status().ok()) return source.status();
  return kinds;
}

}  // namespace gcjobs
