#include "client/progress.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "client/output.h"
#include "client/text.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

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

std::string NextLook(const v1::Job& job, absl::Time now) {
  if (IsTerminal(job.state())) return "";
  if (job.has_throttled_until() && FromProto(job.throttled_until()) > now) {
    return absl::StrCat("throttled for ", Countdown(FromProto(job.throttled_until()) - now));
  }
  if (!job.has_next_poll_time()) return "";
  const absl::Duration left = FromProto(job.next_poll_time()) - now;
  return left > absl::ZeroDuration() ? absl::StrCat("next look in ", Countdown(left))
                                     : "looking now";
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
std::vector<std::string> ProgressParts(const v1::Job& job, absl::Time now,
                                       absl::string_view remark) {
  return {Age(job, now),
          remark.empty() ? NextLook(job, now) : std::string(remark),
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

std::string RenderProgress(const v1::Job& job, absl::Time now, int width, Paint paint,
                           absl::string_view remark) {
  // A full line would make some terminals wrap.
  int left = std::max(0, width - 1);
  const std::string state = ShortName(job.state());
  if (DisplayWidth(state) > left) return FitWidth(state, left);
  std::string line = PaintedState(job.state(), paint);
  left -= DisplayWidth(state);
  for (const std::string& part : ProgressParts(job, now, remark)) {
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
