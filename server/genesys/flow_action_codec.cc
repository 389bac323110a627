#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/json_edit.h"

namespace gcjobs {
namespace {

constexpr absl::Duration kMinTimeout = absl::Seconds(1);
constexpr absl::Duration kMaxTimeout = absl::Seconds(30);

std::string TargetOf(const ActionRef& action) {
  return absl::StrCat("/api/v2/flows/", PercentEncode(action.flow_id), "/dataactions/",
                      PercentEncode(action.action_id));
}

bool IsRest(absl::string_view type) { return absl::EqualsIgnoreCase(type, "rest"); }

// The flow that an action says it belongs to: a member, or a part of its own address.
std::string FlowOf(const JsonValue& action) {
  std::string flow_id = StringMember(action, "flowId");
  if (!flow_id.empty()) return flow_id;
  const std::optional<JsonValue> flow = action.Find("flow");
  if (flow) flow_id = StringMember(*flow, "id");
  if (!flow_id.empty()) return flow_id;
  const std::string address = StringMember(action, "selfUri");
  const std::vector<absl::string_view> segments = absl::StrSplit(address, '/');
  for (size_t i = 0; i + 2 < segments.size(); ++i) {
    if (segments[i] == "flows" && segments[i + 2] == "dataactions") {
      return std::string(segments[i + 1]);
    }
  }
  return "";
}

// Type `rest` counts milliseconds, all others seconds.
absl::Duration UnitOf(absl::string_view type) {
  return IsRest(type) ? absl::Milliseconds(1) : absl::Seconds(1);
}

// `definition` as JSON: it is an object, or a string that holds one.
absl::StatusOr<std::string> DefinitionText(const JsonValue& definition) {
  if (definition.Is(JsonValue::Type::kObject)) return std::string(definition.raw());
  if (!definition.Is(JsonValue::Type::kString)) {
    return absl::InvalidArgumentError("`definition` is neither an object nor a string");
  }
  std::string text = JsonUnquote(definition.raw());
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(text);
  if (value.ok() && value->Is(JsonValue::Type::kObject)) return text;
  return absl::InvalidArgumentError("the string `definition` does not hold a JSON object");
}

// `definition.options.timeout`.
void ReadRestTimeout(const JsonValue& action, ActionRecord* record) {
  const std::optional<JsonValue> definition = action.Find("definition");
  if (!definition || definition->Is(JsonValue::Type::kNull)) return;
  const absl::StatusOr<std::string> text = DefinitionText(*definition);
  if (!text.ok()) return record->problem.Update(text.status());
  const auto found = FindJson(*text, {{"options", "timeout"}});
  if (!found.ok()) return record->problem.Update(found.status());
  ReadTimeout(found->front(), UnitOf("rest"), record);
}

absl::StatusOr<std::string> WithRestTimeout(const JsonValue& action, absl::string_view number) {
  const std::optional<JsonValue> definition = action.Find("definition");
  if (!definition) return absl::InvalidArgumentError("there is no `definition`");
  if (definition->Is(JsonValue::Type::kObject)) {
    return SetJsonMember(action, {"definition", "options", "timeout"}, number);
  }
  ASSIGN_OR_RETURN(const std::string quoted,
                   SetMemberOfQuotedJson(*definition, {"options", "timeout"}, number));
  return SetJsonMember(action, {"definition"}, quoted);
}

// Data actions of a flow, written by a PUT of the whole action as it was read.
class FlowCodec final : public ActionCodec {
 public:
  ApiRequest BuildRead(const ActionRef& action) const override {
    ApiRequest request;
    request.method = "GET";
    request.target = TargetOf(action);
    return request;
  }

  // The unit depends on the type, which is not known yet.
  absl::Status CheckRange(const ActionRef& action, absl::Duration timeout) const override {
    return CheckTimeout(action, timeout, kMinTimeout, kMaxTimeout, UnitOf("rest"));
  }

  absl::Status CheckRangeOf(const ActionRecord& record, const ActionRef& action,
                            absl::Duration timeout) const override {
    return CheckTimeout(action, timeout, kMinTimeout, kMaxTimeout, UnitOf(record.type));
  }

  absl::Duration default_timeout() const override { return absl::Seconds(3); }

  // Only a REST call is certain to be bound by this limit: what runs in the flow itself
  // is bound by the step that runs it.
  std::vector<std::string> NotesOn(const ActionRecord& record) const override {
    if (IsRest(record.type)) return {};
    return {absl::StrCat("For an action of type ", record.type,
                         " the time limit of the flow's step may come first: check the timeout of "
                         "the step that calls it, in Architect.")};
  }

  absl::StatusOr<ApiRequest> BuildWrite(const ActionRef& action, const ActionRecord& record,
                                        absl::Duration timeout) const override {
    const absl::StatusOr<JsonValue> body = JsonValue::Parse(record.body);
    if (!body.ok()) return BadAction(action, body.status().message());
    const std::string number =
        absl::StrCat(absl::IDivDuration(timeout, UnitOf(record.type), &timeout));
    absl::StatusOr<std::string> new_body = IsRest(record.type)
                                               ? WithRestTimeout(*body, number)
                                               : SetJsonMember(*body, {"executionTimeout"}, number);
    if (!new_body.ok()) return BadAction(action, new_body.status().message());
    ApiRequest request;
    request.method = "PUT";
    request.target = TargetOf(action);
    request.body = *std::move(new_body);
    return request;
  }

 protected:
  void ReadOwn(const JsonValue& action, ActionRecord* record) const override {
    record->type = StringMember(action, "type");
    record->flow_id = FlowOf(action);
    if (record->type.empty()) {
      record->problem.Update(absl::InvalidArgumentError("there is no `type`"));
    }
    if (IsRest(record->type)) {
      ReadRestTimeout(action, record);
    } else {
      ReadTimeout(action.Find("executionTimeout"), UnitOf(record->type), record);
    }
  }

  absl::string_view read_name() const override { return "read flow data action"; }
};

}  // namespace

const ActionCodec& FlowActionCodec() {
  static const auto* const codec = new FlowCodec;
  return *codec;
}

}  // namespace gcjobs
