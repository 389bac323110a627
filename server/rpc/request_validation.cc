#include "server/rpc/request_validation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/genesys/json_codec.h"
#include "server/rpc/quote.h"
#include "server/rpc/request_limits.h"

namespace gcjobs {
namespace {

absl::Status ValidateCount(absl::string_view field, int count, int max) {
  if (count <= max) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("has ", count, " entries, at most ", max, " are allowed"));
}

absl::Status ValidateLabel(absl::string_view field, absl::string_view key,
                           absl::string_view value) {
  if (key.empty() || key.size() > kMaxLabelKeyBytes) {
    return InvalidField(field, absl::StrCat("the key ", Quote(key), " has ", key.size(),
                                            " bytes, allowed are 1 to ", kMaxLabelKeyBytes));
  }
  if (value.size() > kMaxLabelValueBytes) {
    return InvalidField(
        field, absl::StrCat("the value of ", Quote(key), " has ", value.size(), " bytes, at most ",
                            kMaxLabelValueBytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status ValidateOrgs(const v1::JobFilter& filter, const OrgNames& orgs) {
  absl::Status status = ValidateCount("filter.orgs", filter.orgs_size(), kMaxFilterValues);
  for (int i = 0; status.ok() && i < filter.orgs_size(); ++i) status = orgs.Check(filter.orgs(i));
  return status;
}

absl::Status ValidateStates(const v1::JobFilter& filter) {
  const absl::Status status =
      ValidateCount("filter.states", filter.states_size(), kMaxFilterValues);
  if (!status.ok()) return status;
  // proto3 enums are open: any number arrives.
  for (const int state : filter.states()) {
    if (state != v1::JOB_STATE_UNSPECIFIED && v1::JobState_IsValid(state)) continue;
    return InvalidField("filter.states",
                        absl::StrCat("holds ", state, ", which is no state of a job"));
  }
  return absl::OkStatus();
}

absl::Status ValidateKinds(const v1::JobFilter& filter) {
  absl::Status status = ValidateCount("filter.kinds", filter.kinds_size(), kMaxFilterValues);
  for (int i = 0; status.ok() && i < filter.kinds_size(); ++i) {
    status = ValidateText("filter.kinds", filter.kinds(i), kMaxKindBytes, Presence::kRequired);
  }
  return status;
}

absl::Status ValidateTimes(const v1::JobFilter& filter) {
  absl::Status status;
  if (filter.has_create_time_after()) {
    status = ValidateTimestamp("filter.create_time_after", filter.create_time_after());
  }
  if (status.ok() && filter.has_create_time_before()) {
    status = ValidateTimestamp("filter.create_time_before", filter.create_time_before());
  }
  return status;
}

}  // namespace

absl::Status ValidateText(absl::string_view field, absl::string_view text, size_t max_bytes,
                          Presence presence) {
  if (text.empty() && presence == Presence::kRequired) {
    return InvalidField(field, absl::StrCat("must be set, to 1 to ", max_bytes, " bytes"));
  }
  if (text.size() > max_bytes) {
    return InvalidField(
        field, absl::StrCat("has ", text.size(), " bytes, at most ", max_bytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status ValidatePathSegment(absl::string_view field, absl::string_view text) {
  const absl::Status status = ValidateText(field, text, kMaxPathSegmentBytes, Presence::kRequired);
  if (!status.ok() || (text != "." && text != "..")) return status;
  return InvalidField(field,
                      absl::StrCat("is ", Quote(text), ", which cannot be a part of a path"));
}

absl::Status ValidateActionId(absl::string_view action_id) {
  return ValidatePathSegment("action_id", action_id);
}

absl::Status ValidateJobId(absl::string_view job_id) {
  return ValidateText("job_id", job_id, kMaxJobIdBytes, Presence::kRequired);
}

absl::Status ValidateLabels(absl::string_view field, const Labels& labels) {
  absl::Status status = ValidateCount(field, static_cast<int>(labels.size()), kMaxLabels);
  for (auto label = labels.begin(); status.ok() && label != labels.end(); ++label) {
    status = ValidateLabel(field, label->first, label->second);
  }
  return status;
}

absl::Status ValidateDuration(absl::string_view field, const google::protobuf::Duration& duration,
                              absl::Duration min, absl::Duration max) {
  if (!IsValid(duration)) {
    return InvalidField(field,
                        absl::StrCat("seconds ", duration.seconds(), ", nanos ", duration.nanos(),
                                     " is no Duration: both have the same sign, nanos are "
                                     "below 1000000000, seconds at most 315576000000"));
  }
  const absl::Duration value = FromProto(duration);
  if (value >= min && value <= max) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("is ", absl::FormatDuration(value), ", allowed are ",
                                   absl::FormatDuration(min), " to ", absl::FormatDuration(max)));
}

absl::Status ValidateTimestamp(absl::string_view field, const google::protobuf::Timestamp& time) {
  if (IsValid(time)) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("seconds ", time.seconds(), ", nanos ", time.nanos(),
                                          " is no Timestamp: years are 1 to 9999, nanos 0 to "
                                          "999999999"));
}

absl::Status ValidateFilter(const v1::JobFilter& filter, const OrgNames& orgs) {
  absl::Status status = ValidateOrgs(filter, orgs);
  if (status.ok()) status = ValidateStates(filter);
  if (status.ok()) status = ValidateKinds(filter);
  if (status.ok()) {
    status = ValidateText("filter.action_id", filter.action_id(), kMaxActionIdBytes,
                          Presence::kOptional);
  }
  if (status.ok()) status = ValidateLabels("filter.labels", filter.labels());
  if (status.ok()) status = ValidateTimes(filter);
  return status;
}

absl::Status ValidateJsonField(absl::string_view field, absl::string_view text, size_t max_bytes) {
  const absl::Status status = ValidateJsonObject(text, {max_bytes, kMaxJsonDepth});
  return status.ok() ? status : InvalidField(field, status.message());
}

absl::Status ValidateJsonContainer(absl::string_view field, absl::string_view text,
                                   size_t max_bytes) {
  const auto value = JsonValue::Parse(text, {max_bytes, kMaxJsonDepth});
  if (!value.ok()) return InvalidField(field, value.status().message());
  if (value->Is(JsonValue::Type::kObject) || value->Is(JsonValue::Type::kArray)) {
    return absl::OkStatus();
  }
  return InvalidField(field, "is neither a JSON object nor an array");
}

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0) {
    return InvalidField("page_size", absl::StrCat("is ", requested, ", allowed are 0 (",
                                                  kDefaultPageSize, ") to ", kMaxPageSize));
  }
  return requested == 0 ? kDefaultPageSize : std::min(requested, kMaxPageSize);
}

}  // namespace gcjobs
