#include "server/genesys/kinds/kind_parser.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/kind_members.h"
#include "server/genesys/kinds/kind_path.h"
#include "server/genesys/kinds/kind_results_parser.h"
#include "server/genesys/kinds/upstream_status.h"

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

// One kind of a file; with `each`, for one of its values.
class KindParser {
 public:
  KindParser(absl::string_view variant, KindFileText* file)
      : members_(variant, file), file_(file) {}

  KindSpec Parse(const KindFileObject& kind);

 private:
  std::string ParseName(const KindFileObject& kind) const;
  v1::SubmitGuarantee ParseGuarantee(const KindFileObject& kind) const;
  void ParseSubmit(const KindFileObject& kind);
  void ParseStatus(const KindFileObject& kind);
  void ParseStates(const KindFileObject& kind);
  void AddStates(absl::string_view name, v1::JobState state, const KindFileObject& states);
  void ParseResults(const KindFileObject& kind);
  void ParseCancel(const KindFileObject& kind);
  void ParseSecondPhase(const KindFileObject& kind);
  void CheckWaits(const KindFileObject& phase, absl::string_view status) const;

  const KindMembers members_;
  KindFileText* const file_;
  KindSpec spec_;
};

KindSpec KindParser::Parse(const KindFileObject& kind) {
  kind.AllowOnly({"kind", "each", "description", "guarantee", "submit", "status", "states",
                  "results", "cancel", "second_phase"});
  spec_.declared_at = file_->Locate(kind.raw());
  spec_.name = ParseName(kind);
  spec_.description = members_.Vary(kind.GetString("description"));
  spec_.guarantee = ParseGuarantee(kind);
  ParseSubmit(kind);
  ParseStatus(kind);
  ParseStates(kind);
  ParseResults(kind);
  ParseCancel(kind);
  ParseSecondPhase(kind);
  return std::move(spec_);
}

std::string KindParser::ParseName(const KindFileObject& kind) const {
  std::string name = members_.Vary(kind.GetString("kind"));
  const std::optional<JsonValue> member = kind.Find("kind");
  if (!member) return name;
  if (!IsKindName(name)) {
    file_->Fail(
        member->raw(),
        absl::StrCat("`", name, "` is no name of a kind: letters, digits, `.`, `_` and `-`"));
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
  spec_.submit = members_.GetCall(submit, kChangeMethods);
  spec_.id = members_.GetField(submit, "id");
  for (const std::string& name : PlaceholdersOf(spec_.submit.path)) {
    if (name == kUpstreamIdName) {
      file_->Fail(member->raw(), "there is no `{upstream_id}` before the job is submitted");
    }
  }
}

void KindParser::ParseStatus(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Get("status");
  if (!member) return;
  const KindFileObject status(*member, file_);
  status.AllowOnly({"call", "field", "error"});
  spec_.status = members_.GetJobCall(status, kReadMethods, spec_.submit);
  spec_.status_field = members_.GetField(status, "field");
  spec_.error_field = members_.FindField(status, "error");
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
    if (is_known) file_->Fail(member->raw(), absl::StrCat("the status `", status, "` is twice"));
    spec_.states.emplace_back(std::move(status), state);
  }
}

void KindParser::ParseResults(const KindFileObject& kind) {
  const std::optional<JsonValue> results = kind.Find("results");
  if (results) spec_.results = ParseKindResults(*results, spec_, members_, file_);
}

void KindParser::ParseCancel(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("cancel");
  if (!member) return;
  const KindFileObject cancel(*member, file_);
  cancel.AllowOnly({"call", "body"});
  spec_.cancel = members_.GetJobCall(cancel, kChangeMethods, spec_.submit);
  spec_.cancel->body = members_.FindBody(cancel);
}

void KindParser::ParseSecondPhase(const KindFileObject& kind) {
  const std::optional<JsonValue> member = kind.Find("second_phase");
  if (!member) return;
  const KindFileObject phase(*member, file_);
  phase.AllowOnly({"when", "call", "body"});
  SecondPhaseSpec second;
  second.when = phase.GetStrings("when");
  for (const std::string& status : second.when) CheckWaits(phase, status);
  second.call = members_.GetJobCall(phase, kChangeMethods, spec_.submit);
  second.call.body = members_.FindBody(phase);
  spec_.second_phase = std::move(second);
}

void KindParser::CheckWaits(const KindFileObject& phase, absl::string_view status) const {
  const auto known = std::find_if(spec_.states.begin(), spec_.states.end(),
                                  [&](const auto& state) { return state.first == status; });
  if (known == spec_.states.end() || IsTerminal(known->second)) {
    file_->Fail(phase.raw(),
                absl::StrCat("`", status, "` is no status of `states` that is pending or running"));
  }
}

// The values of `each`; without it one that is empty.
std::vector<std::string> VariantsOf(const KindFileObject& kind, KindFileText* file) {
  if (!kind.Has("each")) return {""};
  if (!absl::StrContains(kind.GetString("kind"), kVariable)) {
    file->Fail(kind.Find("each")->raw(), "`each` without a `*` in the name of the kind");
  }
  return kind.GetStrings("each");
}

}  // namespace

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

}  // namespace gcjobs
