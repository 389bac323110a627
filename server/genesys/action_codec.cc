#include "server/genesys/action_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/time_conversion.h"
#include "common/utf8.h"
#include "server/genesys/error_mapping.h"

namespace gcjobs {

const ActionCodec& CodecOf(absl::string_view flow_id) {
  return flow_id.empty() ? IntegrationActionCodec() : FlowActionCodec();
}

const ActionCodec& CodecOf(v1::ActionFamily family) {
  return family == v1::ACTION_FAMILY_FLOW ? FlowActionCodec() : IntegrationActionCodec();
}

absl::Status CheckTimeout(const ActionRef& action, absl::Duration timeout, absl::Duration min,
                          absl::Duration max, absl::Duration unit) {
  const bool is_whole = absl::Trunc(timeout, unit) == timeout;
  if (timeout >= min && timeout <= max && is_whole) return absl::OkStatus();
  const std::string given = absl::FormatDuration(timeout);
  const std::string least = absl::FormatDuration(min);
  const std::string most = absl::FormatDuration(max);
  const std::string step = absl::FormatDuration(unit);
  return MakeError(errors::kTimeoutOutOfRange,
                   absl::StrCat("action ", action.action_id, ": timeout ", given, " is not ", least,
                                " to ", most, " in steps of ", step),
                   {{"action_id", action.action_id},
                    {"flow_id", action.flow_id},
                    {"timeout", given},
                    {"min", least},
                    {"max", most},
                    {"step", step}});
}

absl::Status BadAction(const ActionRef& action, absl::string_view problem) {
  return MakeError(errors::kGenesysBadResponse,
                   absl::StrCat("action ", action.action_id, ": ", problem),
                   {{"action_id", action.action_id}, {"flow_id", action.flow_id}});
}

void ReadTimeout(const std::optional<JsonValue>& value, absl::Duration unit, ActionRecord* record) {
  // Far beyond any limit that Genesys Cloud allows, and safe to multiply.
  constexpr double kMaxUnits = 1e9;
  if (!value || value->Is(JsonValue::Type::kNull)) return;
  const std::optional<double> units = value->AsDouble();
  if (!units) {
    record->problem.Update(absl::InvalidArgumentError("the time limit is not a number"));
  } else if (*units < 0 || *units > kMaxUnits) {
    record->problem.Update(absl::InvalidArgumentError("the time limit makes no sense"));
  } else {
    record->timeout = *units * unit;
  }
}

v1::ActionTimeout DescribeAction(const ActionRef& action, const ActionRecord& record) {
  v1::ActionTimeout timeout;
  timeout.set_action_id(action.action_id);
  timeout.set_flow_id(action.flow_id);
  timeout.set_name(record.name);
  timeout.set_type(record.type);
  if (record.timeout) *timeout.mutable_timeout() = ToProto(*record.timeout);
  timeout.set_version(record.version.value_or(0));
  timeout.set_bytes_replaced(!IsValidUtf8(record.body));

  const ActionCodec& codec = CodecOf(action.flow_id);
  const absl::Duration fallback = codec.default_timeout();
  *timeout.mutable_effective_timeout() = ToProto(record.timeout.value_or(fallback));
  if (!record.timeout) {
    timeout.add_notes(absl::StrCat("No time limit is set, so that Genesys Cloud's default of ",
                                   absl::FormatDuration(fallback), " applies."));
  }
  for (std::string& note : codec.NotesOn(record)) timeout.add_notes(std::move(note));
  return timeout;
}

ActionRecord ActionCodec::ReadRecord(const JsonValue& action) const {
  ActionRecord record;
  record.id = StringMember(action, "id");
  record.name = StringMember(action, "name");
  const std::optional<JsonValue> version = action.Find("version");
  if (version && !version->Is(JsonValue::Type::kNull)) {
    record.version = version->AsInt64();
    if (!record.version) {
      record.problem = absl::InvalidArgumentError("`version` is not an integer");
    }
  }
  ReadOwn(action, &record);
  return record;
}

absl::StatusOr<ActionRecord> ActionCodec::ParseRead(const HttpResponse& response) const {
  const absl::StatusOr<JsonValue> body = JsonValue::Parse(response.body);
  if (!body.ok()) return BadResponse(read_name(), body.status().message(), response);
  if (!body->Is(JsonValue::Type::kObject)) {
    return BadResponse(read_name(), "the body is not a JSON object", response);
  }
  ActionRecord record = ReadRecord(*body);
  if (!record.problem.ok()) return BadResponse(read_name(), record.problem.message(), response);
  record.body = std::string(body->raw());
  return record;
}

std::optional<v1::Action> ActionCodec::ParseEntity(const JsonValue& entity) const {
  ActionRecord record = ReadRecord(entity);
  if (record.id.empty()) return std::nullopt;
  v1::Action action;
  action.set_id(std::move(record.id));
  action.set_name(std::move(record.name));
  action.set_type(std::move(record.type));
  action.set_category(std::move(record.category));
  action.set_integration_id(std::move(record.integration_id));
  action.set_flow_id(std::move(record.flow_id));
  action.set_version(record.version.value_or(0));
  if (record.timeout) *action.mutable_timeout() = ToProto(*record.timeout);
  action.set_bytes_replaced(!IsValidUtf8(entity.raw()));
  return action;
}

}  // namespace gcjobs
