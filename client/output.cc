#include "client/output.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "client/answer.h"
#include "client/text.h"
#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kColumnGap = "  ";

bool PrintJson(const google::protobuf::Message& message, JsonLayout layout, std::string* json) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = layout == JsonLayout::kPretty;
  json->clear();
  return google::protobuf::util::MessageToJsonString(message, json, options).ok();
}

// Empties every google.rpc.Status.details within `message`.
void DropDetails(google::protobuf::Message* message) {
  const google::protobuf::Reflection* reflection = message->GetReflection();
  if (message->GetDescriptor() == google::rpc::Status::descriptor()) {
    reflection->ClearField(message, message->GetDescriptor()->FindFieldByName("details"));
    return;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      DropDetails(reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      DropDetails(reflection->MutableRepeatedMessage(message, field, i));
    }
  }
}

std::string Padding(absl::string_view cell, int width) {
  return std::string(std::max(0, width - DisplayWidth(cell)), ' ');
}

std::string LabelText(const google::protobuf::Map<std::string, std::string>& labels) {
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  return absl::StrJoin(sorted, ", ", absl::PairFormatter("="));
}

std::string ResultText(const v1::Job& job) {
  if (!job.result_json().empty()) {
    return absl::StrCat(job.result_json().size(), " bytes: gcjobs get ", job.id(),
                        " --result-only");
  }
  if (job.has_results()) return absl::StrCat("gcjobs results ", job.id());
  return "";
}

std::string CancelText(const v1::Job& job) {
  if (!job.cancel_requested()) return "";
  if (job.upstream_cancelled()) return "requested, confirmed by Genesys Cloud";
  if (job.state() == v1::JOB_STATE_CANCELLED) return "here; the work may go on at Genesys Cloud";
  return "requested";
}

// Of a field that may be unset.
std::string TimeText(bool is_set, const google::protobuf::Timestamp& time, absl::Time now,
                     const absl::TimeZone& zone) {
  return is_set ? DescribeTime(time, now, zone) : "";
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message, JsonLayout layout) {
  std::string json;
  if (!PrintJson(message, layout, &json)) {
    // An Any of a type that is not linked in makes the printer give up.
    const std::unique_ptr<google::protobuf::Message> copy(message.New());
    copy->CopyFrom(message);
    DropDetails(copy.get());
    PrintJson(*copy, layout, &json);
  }
  if (json.empty() || json.back() != '\n') json += "\n";
  return json;
}

Table::Table(std::vector<std::string> headers) : rows_({std::move(headers)}) {}

void Table::AddRow(const std::vector<std::string>& cells) {
  std::vector<std::string> row;
  row.reserve(cells.size());
  for (const std::string& cell : cells) row.push_back(EscapeControls(cell));
  rows_.push_back(std::move(row));
}

std::string Table::ToString() const {
  std::vector<int> widths(rows_.front().size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], Padding(row[i], widths[i]), kColumnGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::string FieldLines(const std::vector<std::pair<std::string, std::string>>& fields) {
  int width = 0;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) width = std::max(width, DisplayWidth(name));
  }
  std::string text;
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    absl::StrAppend(&text, name, Padding(name, width), kColumnGap, EscapeControls(value), "\n");
  }
  return text;
}

std::string DescribeTime(const google::protobuf::Timestamp& time, absl::Time now,
                         const absl::TimeZone& zone) {
  const absl::Time when = FromProto(time);
  return absl::StrCat(absl::FormatTime("%Y-%m-%d %H:%M:%S", when, zone), " (", ShortAge(when, now),
                      ")");
}

std::string DescribeError(const v1::Job& job) { return DescribeError(job.error()); }

std::string DescribeError(const google::rpc::Status& proto) {
  const absl::Status error = FromProto(proto);
  if (error.ok()) return "";
  std::string reason = GetReason(error);
  if (reason.empty()) reason = absl::StatusCodeToString(error.code());
  return absl::StrCat(reason, ": ", error.message());
}

std::string DescribeAnswer(const v1::Job& job) {
  const std::optional<v1::FailureBody> body = GetFailureBody(FromProto(job.error()));
  return body.has_value() ? RenderAnswer(*body) : "";
}

std::string DescribeJob(const v1::Job& job, absl::Time now, const absl::TimeZone& zone) {
  const std::string fields = FieldLines({
      {"Job", job.id()},
      {"State", ShortName(job.state())},
      {"Error", DescribeError(job)},
      {"Result", ResultText(job)},
      {"Kind", job.kind()},
      {"Action", job.action_id()},
      {"Organisation", job.org()},
      {"Labels", LabelText(job.labels())},
      {"Request id", job.request_id()},
      {"Genesys id", job.upstream_id()},
      {"Genesys status", job.upstream_status()},
      {"Cancel", CancelText(job)},
      {"Created", TimeText(job.has_create_time(), job.create_time(), now, zone)},
      {"Accepted", TimeText(job.has_accept_time(), job.accept_time(), now, zone)},
      {"Updated", TimeText(job.has_update_time(), job.update_time(), now, zone)},
      {"Ended", TimeText(job.has_end_time(), job.end_time(), now, zone)},
      {"Expires", TimeText(job.has_expire_time(), job.expire_time(), now, zone)},
      {"Polls", job.poll_count() > 0 ? absl::StrCat(job.poll_count()) : ""},
      {"Next poll", TimeText(job.has_next_poll_time(), job.next_poll_time(), now, zone)},
      {"Throttled", TimeText(job.has_throttled_until(), job.throttled_until(), now, zone)},
      {"Created by", job.created_by()},
      {"Revision", job.revision() > 0 ? absl::StrCat(job.revision()) : ""},
  });
  const std::string answer = DescribeAnswer(job);
  return answer.empty() ? fields : absl::StrCat(fields, "\n", answer);
}

std::vector<std::string> JobHeaders() {
  return {"ID", "STATE", "KIND", "ACTION", "ORG", "CREATED", "UPDATED"};
}

std::vector<std::string> JobRow(const v1::Job& job, absl::Time now) {
  const auto age = [now](bool is_set, const google::protobuf::Timestamp& time) {
    return is_set ? ShortAge(FromProto(time), now) : std::string("-");
  };
  return {job.id(),
          ShortName(job.state()),
          job.kind(),
          job.action_id().empty() ? "-" : job.action_id(),
          job.org().empty() ? "-" : job.org(),
          age(job.has_create_time(), job.create_time()),
          age(job.has_update_time(), job.update_time())};
}

}  // namespace gcjobs
