#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/genesys/json_codec.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/quote.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/poll_class.h"
#include "server/rpc/submit/query_interval.h"
#include "server/rpc/submit/submission_builder.h"
#include "server/rpc/submit/submission_fingerprint.h"
#include "server/rpc/submit/typed_query.h"

// SubmitConversationQuery's request.

namespace gcjobs {
namespace {

using Request = v1::SubmitConversationQueryRequest;

constexpr int kMaxQueryPageSize = 1000;

// Of QUERY_ENDPOINT_QUERY; the other endpoint has no such limit.
constexpr absl::Duration kMaxQueryLength = absl::Hours(90 * 24);

absl::StatusOr<v1::QueryEndpoint> ResolveEndpoint(v1::QueryEndpoint endpoint,
                                                  v1::QueryEndpoint default_endpoint) {
  switch (endpoint == v1::QUERY_ENDPOINT_UNSPECIFIED ? default_endpoint : endpoint) {
    case v1::QUERY_ENDPOINT_QUERY:
      return v1::QUERY_ENDPOINT_QUERY;
    case v1::QUERY_ENDPOINT_JOBS:
      return v1::QUERY_ENDPOINT_JOBS;
    default:
      return InvalidField("endpoint", absl::StrCat("is ", static_cast<int>(endpoint),
                                                   ", allowed are QUERY_ENDPOINT_QUERY and "
                                                   "QUERY_ENDPOINT_JOBS"));
  }
}

absl::Status ValidatePageSize(int page_size) {
  if (page_size >= 0 && page_size <= kMaxQueryPageSize) return absl::OkStatus();
  return InvalidField("page_size",
                      absl::StrCat("is ", page_size, ", allowed are 0 (the endpoint's default) to ",
                                   kMaxQueryPageSize));
}

absl::Status CheckLength(absl::string_view field, const QueryInterval& interval,
                         v1::QueryEndpoint endpoint) {
  const absl::Duration length = interval.end - interval.start;
  const bool is_limited = endpoint == v1::QUERY_ENDPOINT_QUERY;
  if (!is_limited || length <= kMaxQueryLength) return absl::OkStatus();
  return InvalidField(field,
                      absl::StrCat("spans ", absl::FormatDuration(length), ", more than the ",
                                   kMaxQueryLength / absl::Hours(24), " days (",
                                   absl::FormatDuration(kMaxQueryLength),
                                   ") that QUERY_ENDPOINT_QUERY allows; use QUERY_ENDPOINT_JOBS"));
}

absl::Status CheckOrder(absl::string_view field, const QueryInterval& interval) {
  if (interval.start < interval.end) return absl::OkStatus();
  return InvalidField(field, "its end must be after its start");
}

// The interval of a query that is passed on as it is, where it can be read:
// the rest is for Genesys Cloud to judge.
absl::Status CheckQueryJson(const Request& request, v1::QueryEndpoint endpoint, size_t max_bytes) {
  absl::Status status = ValidateJsonField("query_json", request.query_json(), max_bytes);
  if (!status.ok()) return status;
  const auto query = JsonValue::Parse(request.query_json(), {max_bytes, kMaxJsonDepth});
  if (!query.ok()) return InvalidField("query_json", query.status().message());
  const auto interval = ParseQueryInterval(StringMember(*query, "interval"));
  return interval ? CheckLength("query_json", *interval, endpoint) : absl::OkStatus();
}

absl::Status CheckTimestamp(absl::string_view field, bool is_set,
                            const google::protobuf::Timestamp& time) {
  if (!is_set) return InvalidField(field, "must be set");
  return ValidateTimestamp(field, time);
}

absl::StatusOr<QueryInterval> IntervalOf(const v1::DateRange& range) {
  absl::Status status =
      CheckTimestamp("date_range.start_time", range.has_start_time(), range.start_time());
  if (status.ok()) {
    status = CheckTimestamp("date_range.end_time", range.has_end_time(), range.end_time());
  }
  if (!status.ok()) return status;
  return QueryInterval{FromProto(range.start_time()), FromProto(range.end_time())};
}

absl::StatusOr<QueryInterval> IntervalOf(const std::string& text) {
  const auto interval = ParseQueryInterval(text);
  if (interval) return *interval;
  return InvalidField("interval",
                      absl::StrCat("is ", Quote(text), ", which is no ISO-8601 interval such as ",
                                   "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"));
}

// The interval as it is sent: the caller's own text where there is one.
absl::StatusOr<std::string> IntervalText(const Request& request, v1::QueryEndpoint endpoint) {
  const absl::string_view field = request.has_date_range() ? "date_range" : "interval";
  const absl::StatusOr<QueryInterval> interval =
      request.has_date_range() ? IntervalOf(request.date_range()) : IntervalOf(request.interval());
  if (!interval.ok()) return interval.status();
  absl::Status status = CheckOrder(field, *interval);
  if (status.ok()) status = CheckLength(field, *interval, endpoint);
  if (!status.ok()) return status;
  return request.has_date_range() ? FormatQueryInterval(*interval) : request.interval();
}

// The query is said once: as JSON or in typed fields, with one interval.
absl::Status CheckForm(const Request& request, v1::QueryEndpoint endpoint) {
  const bool has_interval = !request.interval().empty() || request.has_date_range();
  if (request.query_json().empty()) {
    if (!has_interval) {
      return InvalidField("interval", "must be set, or date_range, or the whole query_json");
    }
    if (request.has_date_range() && !request.interval().empty()) {
      return InvalidField("date_range", "must not be set together with interval");
    }
    return absl::OkStatus();
  }
  if (has_interval || request.conversation_filters_size() > 0 ||
      request.segment_filters_size() > 0) {
    return InvalidField("query_json",
                        "is the whole query: interval, date_range, conversation_filters and "
                        "segment_filters must not be set beside it");
  }
  if (request.page_size() != 0 && endpoint == v1::QUERY_ENDPOINT_QUERY) {
    return InvalidField("page_size",
                        "must not be set beside query_json with QUERY_ENDPOINT_QUERY, where it "
                        "is a part of the query");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TypedQueryJson(const Request& request, v1::QueryEndpoint endpoint,
                                           size_t max_bytes) {
  const absl::StatusOr<std::string> interval = IntervalText(request, endpoint);
  if (!interval.ok()) return interval.status();
  absl::Status status = ValidateFilters("conversation_filters", request.conversation_filters());
  if (status.ok()) status = ValidateFilters("segment_filters", request.segment_filters());
  if (!status.ok()) return status;
  const int page_size = endpoint == v1::QUERY_ENDPOINT_QUERY ? request.page_size() : 0;
  std::string json = QueryJson(request, *interval, page_size);
  if (json.size() <= max_bytes) return json;
  return InvalidField("conversation_filters",
                      absl::StrCat("the query has ", json.size(), " bytes as JSON, at most ",
                                   max_bytes, " are allowed"));
}

absl::StatusOr<std::string> QueryBody(const Request& request, v1::QueryEndpoint endpoint,
                                      size_t max_bytes) {
  absl::Status status = ValidatePageSize(request.page_size());
  if (status.ok()) status = CheckForm(request, endpoint);
  if (!status.ok()) return status;
  if (request.query_json().empty()) return TypedQueryJson(request, endpoint, max_bytes);
  status = CheckQueryJson(request, endpoint, max_bytes);
  if (!status.ok()) return status;
  return request.query_json();
}

}  // namespace

absl::StatusOr<SubmitPlan> SubmissionBuilder::Build(const Request& request,
                                                    absl::string_view principal) const {
  const auto endpoint = ResolveEndpoint(request.endpoint(), defaults_.query_endpoint);
  if (!endpoint.ok()) return endpoint.status();
  const bool has_jobs_endpoint = *endpoint == v1::QUERY_ENDPOINT_JOBS;
  const JobKind& kind = KindOf(has_jobs_endpoint ? kConversationJobKind : kConversationQueryKind);
  absl::StatusOr<SubmitPlan> plan = Begin(request.options(), kind, principal);
  if (!plan.ok()) return plan;
  absl::StatusOr<std::string> body = QueryBody(request, *endpoint, defaults_.max_parameters_bytes);
  if (!body.ok()) return body.status();
  plan->job.submission.set_body(*std::move(body));
  if (has_jobs_endpoint) plan->job.results_page_size = request.page_size();
  plan->job.poll_class = PollClassOf(plan->job);
  plan->job.fingerprint = FingerprintOf(plan->job);
  return plan;
}

}  // namespace gcjobs
