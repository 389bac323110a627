#include "server/rpc/request_validation.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "common/utf8.h"
#include "server/rpc/request_limits.h"

namespace gcjobs {
namespace {

absl::Status ValidateCount(absl::string_view field, size_t count, size_t max) {
  if (count <= max) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("must have at most ", max, " entries, but has ", count));
}

}  // namespace

std::string Excerpt(absl::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  return absl::StrCat(Utf8Prefix(text, max_bytes), "...");
}

std::string Quote(absl::string_view text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(Excerpt(text)), "\"");
}

absl::Status ValidateText(absl::string_view field, absl::string_view text, size_t max_bytes,
                          Presence presence) {
  if (text.empty() && presence == Presence::kRequired) {
    return InvalidField(field, absl::StrCat("must be set, to 1 to ", max_bytes, " bytes"));
  }
  if (text.size() <= max_bytes) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("must have at most ", max_bytes, " bytes, but has ", text.size()));
}

absl::Status ValidatePathSegment(absl::string_view field, absl::string_view text) {
  RETURN_IF_ERROR(ValidateText(field, text, kMaxPathSegmentBytes, Presence::kRequired));
  if (text != "." && text != "..") return absl::OkStatus();
  return InvalidField(field, absl::StrCat("is ", Quote(text), ", which cannot be part of a path"));
}

absl::Status ValidateActionId(absl::string_view action_id) {
  return ValidatePathSegment("action_id", action_id);
}

absl::Status ValidateActionChoice(absl::string_view action_id, absl::string_view action_name) {
  if (action_name.empty()) return ValidateActionId(action_id);
  if (!action_id.empty()) {
    return InvalidField("action_name", "must not be set together with action_id");
  }
  return ValidateText("action_name", action_name, kMaxActionNameBytes, Presence::kRequired);
}

absl::Status ValidateJobId(absl::string_view job_id) {
  return ValidateText("job_id", job_id, kMaxJobIdBytes, Presence::kRequired);
}

absl::Status ValidateLabels(absl::string_view field, const Labels& labels) {
  RETURN_IF_ERROR(ValidateCount(field, labels.size(), kMaxLabels));
  for (const auto& [key, value] : labels) {
    if (key.empty() || key.size() > kMaxLabelKeyBytes) {
      return InvalidField(field, absl::StrCat("a key must have 1 to ", kMaxLabelKeyBytes,
                                              " bytes, but ", Quote(key), " has ", key.size()));
    }
    if (value.size() > kMaxLabelValueBytes) {
      return InvalidField(field,
                          absl::StrCat("the value of ", Quote(key), " must have at most ",
                                       kMaxLabelValueBytes, " bytes, but has ", value.size()));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateDuration(absl::string_view field, const google::protobuf::Duration& duration,
                              absl::Duration min, absl::Duration max) {
  if (!IsValid(duration)) {
    return InvalidField(
        field, absl::StrCat("seconds ", duration.seconds(), ", nanos ", duration.nanos(),
                            " is not a valid Duration: both must have the same sign, nanos must "
                            "be below 1000000000 and seconds at most 315576000000"));
  }
  const absl::Duration value = FromProto(duration);
  if (value >= min && value <= max) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("must be ", absl::FormatDuration(min), " to ", absl::FormatDuration(max),
                          ", but is ", absl::FormatDuration(value)));
}

absl::Status ValidateExecutionTimeout(absl::string_view field,
                                      const google::protobuf::Duration& timeout) {
  return ValidateDuration(field, timeout, kMinExecutionTimeout, kMaxExecutionTimeout);
}

absl::Status ValidatePollPolicy(absl::string_view field, const v1::PollPolicy& poll) {
  const std::string max_field = absl::StrCat(field, ".max_interval");
  if (poll.has_initial_interval()) {
    RETURN_IF_ERROR(ValidateDuration(absl::StrCat(field, ".initial_interval"),
                                     poll.initial_interval(), kMinPollInterval, kMaxPollInterval));
  }
  if (poll.has_max_interval()) {
    RETURN_IF_ERROR(
        ValidateDuration(max_field, poll.max_interval(), kMinPollInterval, kMaxPollInterval));
  }
  if (poll.has_initial_interval() && poll.has_max_interval()) {
    const absl::Duration initial = FromProto(poll.initial_interval());
    const absl::Duration max = FromProto(poll.max_interval());
    if (max < initial) {
      return InvalidField(max_field, absl::StrCat("must not be below initial_interval, ",
                                                  absl::FormatDuration(initial), ", but is ",
                                                  absl::FormatDuration(max)));
    }
  }
  if (poll.max_attempts() >= 0) return absl::OkStatus();
  return InvalidField(absl::StrCat(field, ".max_attempts"),
                      absl::StrCat("must be 0 (no limit) or more, but is ", poll.max_attempts()));
}

absl::Status ValidateTimestamp(absl::string_view field, const google::protobuf::Timestamp& time) {
  if (IsValid(time)) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("seconds ", time.seconds(), ", nanos ", time.nanos(),
                                   " is not a valid Timestamp: the year must be 1 to 9999, nanos "
                                   "0 to 999999999"));
}

absl::Status ValidateFilter(const v1::JobFilter& filter, const OrgNames& orgs) {
  RETURN_IF_ERROR(ValidateCount("filter.orgs", filter.orgs_size(), kMaxFilterValues));
  for (const std::string& org : filter.orgs()) RETURN_IF_ERROR(orgs.Check(org));

  RETURN_IF_ERROR(ValidateCount("filter.states", filter.states_size(), kMaxFilterValues));
  for (const int state : filter.states()) {
    // proto3 enums are open: any number arrives.
    if (state == v1::JOB_STATE_UNSPECIFIED || !v1::JobState_IsValid(state)) {
      return InvalidField("filter.states", absl::StrCat(state, " is not a state of a job"));
    }
  }

  RETURN_IF_ERROR(ValidateCount("filter.kinds", filter.kinds_size(), kMaxFilterValues));
  for (const std::string& kind : filter.kinds()) {
    RETURN_IF_ERROR(ValidateText("filter.kinds", kind, kMaxKindBytes, Presence::kRequired));
  }

  RETURN_IF_ERROR(
      ValidateText("filter.action_id", filter.action_id(), kMaxActionIdBytes, Presence::kOptional));
  RETURN_IF_ERROR(ValidateLabels("filter.labels", filter.labels()));
  if (filter.has_create_time_after()) {
    RETURN_IF_ERROR(ValidateTimestamp("filter.create_time_after", filter.create_time_after()));
  }
  if (filter.has_create_time_before()) {
    RETURN_IF_ERROR(ValidateTimestamp("filter.create_time_before", filter.create_time_before()));
  }
  return absl::OkStatus();
}

absl::StatusOr<JsonValue> ParseJsonContainer(absl::string_view field, absl::string_view text,
                                             size_t max_bytes) {
  const auto value = JsonValue::Parse(text, {max_bytes, JsonLimits::kAnyDepth});
  if (!value.ok()) return InvalidField(field, value.status().message());
  if (value->Is(JsonValue::Type::kObject) || value->Is(JsonValue::Type::kArray)) return value;
  return InvalidField(field, "must be a JSON object or array");
}

absl::StatusOr<JsonValue> ParseJsonObject(absl::string_view field, absl::string_view text,
                                          size_t max_bytes) {
  const auto value = JsonValue::Parse(text, {max_bytes, JsonLimits::kAnyDepth});
  if (!value.ok()) return InvalidField(field, value.status().message());
  if (value->Is(JsonValue::Type::kObject)) return value;
  return InvalidField(field, "must be a JSON object");
}

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0) {
    return InvalidField("page_size", absl::StrCat("must be 0 (which means ", kDefaultPageSize,
                                                  ") to ", kMaxPageSize, ", but is ", requested));
  }
  return requested == 0 ? kDefaultPageSize : std::min(requested, kMaxPageSize);
}

}  // namespace gcjobs
