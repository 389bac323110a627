#include "server/genesys/action_codec.h"

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/time_conversion.h"
#include "server/genesys/error_mapping.h"

namespace gcjobs {

const ActionCodec& CodecOf(absl::string_view flow_id) {
  return flow_id.empty() ? IntegrationActionCodec() : FlowActionCodec();
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

absl::StatusOr<std::optional<absl::Duration>> ReadTimeout(const std::optional<JsonValue>& value,
                                                          absl::Duration unit) {
  // Far beyond any limit that Genesys Cloud allows, and safe to multiply.
  constexpr double kMaxUnits = 1e9;
  if (!value || value->Is(JsonValue::Type::kNull)) return std::optional<absl::Duration>();
  const std::optional<double> units = value->AsDouble();
  if (!units) return absl::InvalidArgumentError("the time limit is no number");
  if (*units < 0 || *units > kMaxUnits) {
    return absl::InvalidArgumentError("the time limit makes no sense");
  }
  return std::optional<absl::Duration>(*units * unit);
}

v1::ActionTimeout DescribeAction(const ActionRef& action, const ActionRecord& record) {
  v1::ActionTimeout timeout;
  timeout.set_action_id(action.action_id);
  timeout.set_flow_id(action.flow_id);
  timeout.set_name(record.name);
  timeout.set_type(record.type);
  if (record.timeout) *timeout.mutable_timeout() = ToProto(*record.timeout);
  timeout.set_version(record.version.value_or(0));
  return timeout;
}

absl::StatusOr<ActionRecord> ParseCommon(const JsonValue& body) {
  ActionRecord record;
  record.name = StringMember(body, "name");
  const std::optional<JsonValue> version = body.Find("version");
  if (version && !version->Is(JsonValue::Type::kNull)) {
    record.version = version->AsInt64();
    if (!record.version) return absl::InvalidArgumentError("`version` is no integer");
  }
  record.body = std::string(body.raw());
  return record;
}

}  // namespace gcjobs
