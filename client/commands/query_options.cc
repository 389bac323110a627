#include "client/commands/query_options.h"

#include <google/protobuf/timestamp.pb.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "client/parse.h"
#include "client/query_filter.h"
#include "client/usage_error.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// Genesys Cloud's intervals have milliseconds at most, and nobody asks for
// conversations by less than a second.
absl::Time WholeSecond(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

absl::Status CheckInterval(const std::string& interval) {
  const size_t slash = interval.find('/');
  if (slash != std::string::npos && slash > 0 && slash + 1 < interval.size()) {
    return absl::OkStatus();
  }
  return UsageError(absl::StrCat("--interval: \"", interval, "\" is not START/END"),
                    "--interval 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z, or --last 24h");
}

struct Span {
  absl::Time start;
  absl::Time end;
};

absl::StatusOr<Span> LastSpan(const std::string& last, absl::Time now) {
  const absl::StatusOr<absl::Duration> length = ParseDuration("--last", last);
  if (!length.ok()) return length.status();
  return Span{now - *length, now};
}

absl::StatusOr<Span> FromToSpan(const std::string& from, const std::string& to, absl::Time now) {
  if (from.empty()) {
    return UsageError("--to: --from is missing", "or give --last DURATION");
  }
  const absl::StatusOr<absl::Time> start = ParseTime("--from", from, now);
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = to.empty() ? now : ParseTime("--to", to, now);
  if (!end.ok()) return end.status();
  return Span{*start, *end};
}

}  // namespace

bool QueryFlags::HasTime() const {
  return !interval_.empty() || !last_.empty() || !from_.empty() || !to_.empty();
}

bool QueryFlags::IsSet() const {
  return HasTime() || HasFilters() || query_.IsSet() || page_size_ > 0 || !endpoint_.empty();
}

absl::Status QueryFlags::SetTime(absl::Time now,
                                 v1::SubmitConversationQueryRequest* request) const {
  const int ways = (interval_.empty() ? 0 : 1) + (last_.empty() ? 0 : 1) +
                   (from_.empty() && to_.empty() ? 0 : 1);
  if (ways == 0) {
    return UsageError("a query needs a span of time",
                      "--last 24h, --from TIME [--to TIME], --interval START/END or --query JSON");
  }
  if (ways > 1) return UsageError("--interval, --last and --from exclude each other");
  if (!interval_.empty()) {
    request->set_interval(interval_);
    return CheckInterval(interval_);
  }
  const absl::StatusOr<Span> span =
      last_.empty() ? FromToSpan(from_, to_, now) : LastSpan(last_, now);
  if (!span.ok()) return span.status();
  if (span->start >= span->end) return UsageError("the query's end is not after its start");
  *request->mutable_date_range()->mutable_start_time() = ToProto(span->start);
  *request->mutable_date_range()->mutable_end_time() = ToProto(span->end);
  return absl::OkStatus();
}

absl::Status QueryFlags::SetFilters(v1::SubmitConversationQueryRequest* request) const {
  for (const std::string& text : filters_) {
    absl::StatusOr<v1::QueryFilter> filter = ParseQueryFilter("--filter", text);
    if (!filter.ok()) return filter.status();
    *request->add_conversation_filters() = *std::move(filter);
  }
  for (const std::string& text : segment_filters_) {
    absl::StatusOr<v1::QueryFilter> filter = ParseQueryFilter("--segment-filter", text);
    if (!filter.ok()) return filter.status();
    *request->add_segment_filters() = *std::move(filter);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmitConversationQueryRequest> QueryFlags::ToRequest(const Session& session,
                                                                         absl::Time now) const {
  v1::SubmitConversationQueryRequest request;
  request.set_page_size(page_size_);
  if (endpoint_ == "query") request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  if (endpoint_ == "jobs") request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  if (!query_.IsSet()) {
    absl::Status status = SetTime(WholeSecond(now), &request);
    status.Update(SetFilters(&request));
    if (!status.ok()) return status;
    return request;
  }
  if (HasTime() || HasFilters()) {
    return UsageError("--query is the whole query: times and filters belong into it");
  }
  absl::StatusOr<std::string> json = query_.Read(session);
  if (!json.ok()) return json.status();
  request.set_query_json(*std::move(json));
  return request;
}

void QueryFlags::AddTo(CLI::App* command) {
  command->add_option("--last", last_, "The time until now: 24h, 7d")->option_text("DURATION");
  command
      ->add_option("--from", from_,
                   "From this time: 2026-01-01, 2026-01-01T12:00:00Z, or how long ago, such as 2d")
      ->option_text("TIME");
  command->add_option("--to", to_, "Until this time (default: now)")->option_text("TIME");
  command->add_option("--interval", interval_, "ISO-8601, times without a zone are UTC")
      ->option_text("START/END");
  AddRepeatable(command, "--filter", filters_,
                "Only conversations that match: NAME=VALUE[,VALUE...] (one of them), NAME (is "
                "there) or !NAME (is not); repeated: all of them")
      ->option_text("FILTER");
  AddRepeatable(command, "--segment-filter", segment_filters_, "The same for their segments")
      ->option_text("FILTER");
  query_.AddTo(command, "The whole query, instead of the above; sent as is");
  command->add_option("--page-size", page_size_, "Conversations a page (default: the endpoint's)")
      ->option_text("N")
      ->check(CLI::Range(1, 1000));
  command
      ->add_option("--endpoint", endpoint_,
                   "query: details/query; jobs: details/jobs, for large exports (default: the "
                   "server's)")
      ->option_text("query|jobs")
      ->check(CLI::IsMember({"query", "jobs"}));
}

}  // namespace gcjobs
