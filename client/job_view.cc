#include "client/job_view.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "client/server_words.h"
#include "client/text.h"
#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

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

std::string LabelText(const google::protobuf::Map<std::string, std::string>& labels) {
  const std::map<std::string, std::string> sorted(labels.begin(), labels.end());
  return absl::StrJoin(sorted, ", ", absl::PairFormatter("="));
}

std::string ResultText(const v1::Job& job) {
  if (!job.result_json().empty()) {
    return absl::StrCat(job.result_json().size(), " bytes: gcjobs get ", job.id(), " --result-only",
                        job.bytes_replaced() ? " (what was not UTF-8 became U+FFFD)" : "");
  }
  if (job.has_results()) return absl::StrCat("gcjobs results ", job.id());
  return "";
}

std::string CancelText(const v1::Job& job) {
  if (!job.cancel_requested()) return "";
  if (job.upstream_cancelled()) return "requested, confirmed by Genesys Cloud";
  if (job.state() == v1::JOB_STATE_CANCELLED)
    return "on this server; the work may continue at Genesys Cloud";
  return "requested";
}

// Of a field that may be unset.
std::string TimeText(bool is_set, const google::protobuf::Timestamp& time, absl::Time now,
                     const absl::TimeZone& zone) {
  return is_set ? DescribeTime(time, now, zone) : "";
}

std::string PolicyText(const v1::Job& job) {
  if (!job.has_poll()) return "";
  std::vector<std::string> parts;
  if (job.poll().has_initial_interval()) {
    parts.push_back("first after " + FormatSeconds(FromProto(job.poll().initial_interval())));
  }
  if (job.poll().has_max_interval()) {
    parts.push_back(FormatSeconds(FromProto(job.poll().max_interval())) + " apart at most");
  }
  if (job.poll().max_attempts() > 0) {
    parts.push_back(absl::StrCat(job.poll().max_attempts(), " attempts"));
  }
  return absl::StrJoin(parts, ", ");
}

// Enough for an error message in JSON, little enough to leave the rest of the
// screen; --output json shows all of it.
constexpr size_t kMaxShownBytes = 2000;
constexpr size_t kMaxShownLines = 20;

// The longest start of `text` that is shown.
absl::string_view ShownPart(absl::string_view text) {
  const absl::string_view start = Utf8Prefix(text, kMaxShownBytes);
  size_t lines = 0;
  for (size_t i = 0; i < start.size(); ++i) {
    if (start[i] == '\n' && ++lines == kMaxShownLines) return start.substr(0, i);
  }
  return start;
}

std::string Lines(absl::string_view text) {
  std::string lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::ConsumeSuffix(&line, "\r");
    absl::StrAppend(&lines, "  ", EscapeControls(line), "\n");
  }
  return lines;
}

std::string Body(const v1::FailureBody& body) {
  const absl::string_view text = absl::StripSuffix(body.body(), "\n");
  // A body that was cut may end within a character.
  if (!IsValidUtf8(text) && !body.truncated()) {
    return absl::StrCat("  ", text.size(), " bytes that are not text\n");
  }
  const absl::string_view shown = ShownPart(text);
  std::string lines = Lines(shown);
  if (shown.size() < text.size() || body.truncated()) lines += "  ...\n";
  return lines;
}

constexpr absl::string_view kGap = "  ";
// Below it a countdown in whole seconds looks stuck.
constexpr absl::Duration kFineCountdown = absl::Seconds(10);

absl::string_view ColorOf(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_SUCCEEDED:
      return "\x1b[32m";  // green
    case v1::JOB_STATE_FAILED:
      return "\x1b[31m";  // red
    case v1::JOB_STATE_CANCELLED:
    case v1::JOB_STATE_OUTCOME_UNKNOWN:
      return "\x1b[33m";  // yellow
    default:
      return "\x1b[36m";  // cyan
  }
}

std::string PaintedState(v1::JobState state, Paint paint) {
  const std::string name = ShortName(state);
  return paint == Paint::kColor ? absl::StrCat(ColorOf(state), name, "\x1b[0m") : name;
}

std::string Countdown(absl::Duration left) {
  if (left >= kFineCountdown) return ShortDuration(left);
  return absl::StrFormat("%.1fs", absl::ToDoubleSeconds(left));
}

// What a poll that is due, or a submission, waits for.
std::string WaitText(const v1::JobExplanation* why) {
  if (why == nullptr) return "";
  switch (why->limit()) {
    case v1::POLL_LIMIT_BUDGET:
      return absl::StrCat("waiting for the request budget (", why->budget_left(), " of ",
                          why->budget_limit(), " left)");
    case v1::POLL_LIMIT_POLL_UNDER_WAY:
      return "polling now";
    case v1::POLL_LIMIT_DATA_AVAILABILITY:
      return "waiting for the data of its interval";
    default:
      return "";
  }
}

std::string NextPoll(const v1::Job& job, absl::Time now, const v1::JobExplanation* why) {
  if (IsTerminal(job.state())) return "";
  if (job.has_throttled_until() && FromProto(job.throttled_until()) > now) {
    return absl::StrCat("throttled for ", Countdown(FromProto(job.throttled_until()) - now));
  }
  if (IsWaiting(job, now)) {
    const std::string text = WaitText(why);
    if (!text.empty()) return text;
    return job.state() == v1::JOB_STATE_QUEUED ? "not accepted by Genesys Cloud yet" : "poll due";
  }
  if (!job.has_next_poll_time()) return "";
  return absl::StrCat("next poll in ", Countdown(FromProto(job.next_poll_time()) - now));
}

std::string Age(const v1::Job& job, absl::Time now) {
  if (!job.has_create_time()) return "";
  const absl::Time end = job.has_end_time() ? FromProto(job.end_time()) : now;
  return ShortDuration(end - FromProto(job.create_time()));
}

std::string Polls(const v1::Job& job) {
  if (job.poll_count() == 0) return "";
  return absl::StrCat(job.poll_count(), job.poll_count() == 1 ? " poll" : " polls");
}

std::string UpstreamStatus(const v1::Job& job) {
  return job.upstream_status().empty() ? "" : absl::StrCat("Genesys: ", job.upstream_status());
}

// The line behind the state, in order of weight.
std::vector<std::string> ProgressParts(const v1::Job& job, absl::Time now, absl::string_view remark,
                                       const v1::JobExplanation* why) {
  return {Age(job, now),
          remark.empty() ? NextPoll(job, now, why) : std::string(remark),
          Polls(job),
          job.cancel_requested() && !IsTerminal(job.state()) ? "cancel requested" : "",
          UpstreamStatus(job),
          DescribeError(job)};
}

// What the event says of the throttling: it has no other news.
std::string Throttling(const v1::JobEvent& event) {
  const v1::Job& job = event.job();
  const absl::Duration left = FromProto(job.throttled_until()) - FromProto(event.time());
  if (!job.has_throttled_until() || left <= absl::ZeroDuration()) return "no longer throttled";
  return absl::StrCat("throttled for ", ShortDuration(left));
}

std::string Change(const v1::JobEvent& event, Paint paint) {
  const std::string state = PaintedState(event.job().state(), paint);
  switch (event.type()) {
    case v1::EVENT_TYPE_SNAPSHOT:
      return absl::StrCat("is ", state);
    case v1::EVENT_TYPE_DELETED:
      return "deleted";
    case v1::EVENT_TYPE_UPDATED:
      return absl::StrCat(state, " ", Throttling(event));
    default:
      if (event.previous_state() == v1::JOB_STATE_UNSPECIFIED) return absl::StrCat("new ", state);
      return absl::StrCat(ShortName(event.previous_state()), " -> ", state);
  }
}

// Why it failed, or else what Genesys Cloud says.
void AppendDetail(const v1::JobEvent& event, std::vector<std::string>* parts) {
  if (event.type() == v1::EVENT_TYPE_DELETED) return;
  const std::string error = DescribeError(event.job());
  const std::string detail = error.empty() ? UpstreamStatus(event.job()) : error;
  if (!detail.empty()) parts->push_back(EscapeControls(detail));
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
      {"Hint", InWordsOfTheCommandLine(GetRemedy(FromProto(job.error())))},
      {"Result", ResultText(job)},
      {"Kind", job.kind()},
      {"Action", job.action_id()},
      {"Action name", job.action_name()},
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
      {"Times out", job.has_execution_timeout() && !IsTerminal(job.state())
                        ? DescribeTime(ToProto(FromProto(job.create_time()) +
                                               FromProto(job.execution_timeout())),
                                       now, zone)
                        : ""},
      {"Poll policy", PolicyText(job)},
      {"Data up to",
       TimeText(job.has_data_available_until(), job.data_available_until(), now, zone)},
      {"Data needed", TimeText(job.has_data_needed_until(), job.data_needed_until(), now, zone)},
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

std::string RenderAnswer(const v1::FailureBody& body) {
  if (body.body().empty()) return "";
  const std::string status =
      body.http_status() > 0 ? absl::StrCat(" HTTP ", body.http_status()) : "";
  const std::string type = body.content_type().empty()
                               ? ""
                               : absl::StrCat(" (", EscapeControls(body.content_type()), ")");
  return absl::StrCat("Genesys Cloud answered", status, type, ":\n", Body(body));
}

bool IsWaiting(const v1::Job& job, absl::Time now) {
  if (job.state() == v1::JOB_STATE_QUEUED) return true;
  return !IsTerminal(job.state()) && job.has_next_poll_time() &&
         FromProto(job.next_poll_time()) <= now;
}

std::string RenderProgress(const v1::Job& job, absl::Time now, int width, Paint paint,
                           absl::string_view remark, const v1::JobExplanation* why) {
  // A full line would make some terminals wrap.
  int left = std::max(0, width - 1);
  const std::string state = ShortName(job.state());
  if (DisplayWidth(state) > left) return FitWidth(state, left);
  std::string line = PaintedState(job.state(), paint);
  left -= DisplayWidth(state);
  for (const std::string& part : ProgressParts(job, now, remark, why)) {
    if (part.empty()) continue;
    const int room = left - static_cast<int>(kGap.size());
    const std::string text = EscapeControls(part);
    // The first part that does not fit is cut, unless too little of it remains.
    constexpr int kLeastPart = 12;
    if (DisplayWidth(text) > room && room < kLeastPart) break;
    const std::string fitted = FitWidth(text, room);
    absl::StrAppend(&line, kGap, fitted);
    left = room - DisplayWidth(fitted);
  }
  return line;
}

std::string RenderEvent(const v1::JobEvent& event, Paint paint) {
  std::vector<std::string> parts = {
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", FromProto(event.time()), absl::UTCTimeZone()),
      EscapeControls(event.job().id()), Change(event, paint),
      absl::StrCat("revision ", event.revision())};
  AppendDetail(event, &parts);
  return absl::StrJoin(parts, kGap);
}

std::string RenderShortEvent(const v1::JobEvent& event, const absl::TimeZone& zone, Paint paint) {
  std::vector<std::string> parts = {absl::FormatTime("%H:%M:%S", FromProto(event.time()), zone),
                                    Change(event, paint)};
  if (event.previous_state() == v1::JOB_STATE_UNSPECIFIED) {
    parts.push_back(EscapeControls(event.job().id()));
  }
  AppendDetail(event, &parts);
  return absl::StrJoin(parts, kGap);
}

}  // namespace gcjobs
