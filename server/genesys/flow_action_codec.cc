#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/time_conversion.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/json_edit.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kReadName = "read flow data action";
constexpr absl::Duration kMinTimeout = absl::Seconds(1);
constexpr absl::Duration kMaxTimeout = absl::Seconds(30);

std::string TargetOf(const ActionRef& action) {
  return absl::StrCat("/api/v2/flows/", PercentEncode(action.flow_id), "/dataactions/",
                      PercentEncode(action.action_id));
}

bool IsRest(absl::string_view type) { return absl::EqualsIgnoreCase(type, "rest"); }

// Type `rest` counts milliseconds, all others seconds.
absl::Duration UnitOf(absl::string_view type) {
  return IsRest(type) ? absl::Milliseconds(1) : absl::Seconds(1);
}

// `definition.options.timeout`; `definition` is an object or a string that
// holds one.
absl::StatusOr<std::optional<absl::Duration>> ReadRestTimeout(const JsonValue& action) {
  const std::optional<JsonValue> definition = action.Find("definition");
  if (!definition || definition->Is(JsonValue::Type::kNull)) {
    return std::optional<absl::Duration>();
  }
  if (definition->Is(JsonValue::Type::kObject)) {
    return ReadTimeout(definition->Find("options", "timeout"), UnitOf("rest"));
  }
  const std::optional<std::string> text = definition->AsString();
  if (!text) return absl::InvalidArgumentError("`definition` is neither object nor string");
  const absl::StatusOr<JsonValue> inner = JsonValue::Parse(*text, kUpstreamJsonLimits);
  if (!inner.ok() || !inner->Is(JsonValue::Type::kObject)) {
    return absl::InvalidArgumentError("the string `definition` holds no JSON object");
  }
  return ReadTimeout(inner->Find("options", "timeout"), UnitOf("rest"));
}

absl::StatusOr<std::optional<absl::Duration>> ReadFlowTimeout(const JsonValue& action,
                                                              absl::string_view type) {
  if (IsRest(type)) return ReadRestTimeout(action);
  return ReadTimeout(action.Find("executionTimeout"), UnitOf(type));
}

absl::StatusOr<std::string> WithRestTimeout(const JsonValue& action, absl::string_view number) {
  const std::optional<JsonValue> definition = action.Find("definition");
  if (!definition) return absl::InvalidArgumentError("there is no `definition`");
  if (definition->Is(JsonValue::Type::kObject)) {
    return SetJsonMember(action, {"definition", "options", "timeout"}, number);
  }
  const absl::StatusOr<std::string> quoted =
      SetMemberOfQuotedJson(*definition, {"options", "timeout"}, number, kUpstreamJsonLimits);
  if (!quoted.ok()) return quoted.status();
  return SetJsonMember(action, {"definition"}, *quoted);
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

  absl::StatusOr<ActionRecord> ParseRead(const HttpResponse& response) const override {
    const absl::StatusOr<JsonValue> body = ParseBody(kReadName, response);
    if (!body.ok()) return body.status();
    absl::StatusOr<ActionRecord> record = ParseCommon(*body);
    if (!record.ok()) return BadResponse(kReadName, record.status().message(), response);
    record->type = StringMember(*body, "type");
    if (record->type.empty()) return BadResponse(kReadName, "there is no `type`", response);
    const auto timeout = ReadFlowTimeout(*body, record->type);
    if (!timeout.ok()) return BadResponse(kReadName, timeout.status().message(), response);
    record->timeout = *timeout;
    return record;
  }

  // The unit depends on the type, which is not known yet.
  absl::Status CheckRange(const ActionRef& action, absl::Duration timeout) const override {
    return CheckTimeout(action, timeout, kMinTimeout, kMaxTimeout, UnitOf("rest"));
  }

  absl::Status CheckRangeOf(const ActionRecord& record, const ActionRef& action,
                            absl::Duration timeout) const override {
    return CheckTimeout(action, timeout, kMinTimeout, kMaxTimeout, UnitOf(record.type));
  }

  absl::StatusOr<ApiRequest> BuildWrite(const ActionRef& action, const ActionRecord& record,
                                        absl::Duration timeout) const override {
    const absl::StatusOr<JsonValue> body = JsonValue::Parse(record.body, kUpstreamJsonLimits);
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

  std::optional<v1::Action> ParseEntity(const JsonValue& entity) const override {
    v1::Action action;
    action.set_id(StringMember(entity, "id"));
    if (action.id().empty()) return std::nullopt;
    action.set_name(StringMember(entity, "name"));
    action.set_type(StringMember(entity, "type"));
    const std::optional<JsonValue> version = entity.Find("version");
    if (version) action.set_version(version->AsInt64().value_or(0));
    const auto timeout = ReadFlowTimeout(entity, action.type());
    if (timeout.ok() && *timeout) *action.mutable_timeout() = ToProto(**timeout);
    return action;
  }
};

}  // namespace

const ActionCodec& FlowActionCodec() {
  static const auto* const codec = new FlowCodec;
  return *codec;
}

}  // namespace gcjobs
