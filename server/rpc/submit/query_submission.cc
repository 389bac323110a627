#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/genesys/api_family.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/query_interval.h"
#include "server/rpc/submit/query_json.h"
#include "server/rpc/submit/submission_builder.h"

// SubmitConversationQuery's request.

namespace gcjobs {
namespace {

using Request = v1::SubmitConversationQueryRequest;

constexpr int kMaxQueryPageSize = 1000;

absl::Status CheckEndpoint(v1::QueryEndpoint endpoint) {
  if (endpoint == v1::QUERY_ENDPOINT_QUERY || endpoint == v1::QUERY_ENDPOINT_JOBS) {
    return absl::OkStatus();
  }
  return InvalidField("endpoint",
                      absl::StrCat("must be QUERY_ENDPOINT_QUERY or QUERY_ENDPOINT_JOBS, but is ",
                                   static_cast<int>(endpoint)));
}

// A query that is to wait must be one of which it is known when it need not.
absl::Status CheckWaitForData(v1::QueryEndpoint endpoint,
                              const std::optional<QueryInterval>& interval) {
  constexpr absl::string_view kField = "when_data_is_available";
  if (endpoint != v1::QUERY_ENDPOINT_JOBS) {
    return InvalidField(kField,
                        "needs QUERY_ENDPOINT_JOBS: only there Genesys Cloud tells up to when "
                        "there are data");
  }
  if (interval) return absl::OkStatus();
  return InvalidField(kField, "needs an `interval` in query_json that is ISO-8601 `start/end`");
}

absl::Status CheckPageSize(int page_size) {
  if (page_size >= 0 && page_size <= kMaxQueryPageSize) return absl::OkStatus();
  return InvalidField("page_size", absl::StrCat("must be 0 (the endpoint's default) to ",
                                                kMaxQueryPageSize, ", but is ", page_size));
}

// What is sent, and the span of time that it asks about, where that can be
// read.
struct Query {
  std::string body;
  std::optional<QueryInterval> interval;
};

// A query that is passed on as it is. What its interval cannot be read from is
// for Genesys Cloud to judge.
absl::StatusOr<Query> WholeQuery(const Request& request, v1::QueryEndpoint endpoint,
                                 size_t max_bytes) {
  ASSIGN_OR_RETURN(const JsonValue json,
                   ParseJsonObject("query_json", request.query_json(), max_bytes));
  const auto interval = IntervalIn(json);
  if (interval && endpoint == v1::QUERY_ENDPOINT_QUERY) {
    RETURN_IF_ERROR(CheckQueryLength("query_json", *interval));
  }
  return Query{std::string(WithoutByteOrderMark(request.query_json())), interval};
}

absl::StatusOr<QueryInterval> IntervalOf(const v1::DateRange& range) {
  if (!range.has_start_time()) return InvalidField("date_range.start_time", "must be set");
  RETURN_IF_ERROR(ValidateTimestamp("date_range.start_time", range.start_time()));
  if (!range.has_end_time()) return InvalidField("date_range.end_time", "must be set");
  RETURN_IF_ERROR(ValidateTimestamp("date_range.end_time", range.end_time()));
  return QueryInterval{FromProto(range.start_time()), FromProto(range.end_time())};
}

absl::StatusOr<QueryInterval> IntervalOf(const std::string& text) {
  const auto interval = ParseQueryInterval(text);
  if (interval) return *interval;
  return InvalidField("interval", absl::StrCat("must be an ISO-8601 interval such as "
                                               "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z, but is ",
                                               Quote(text)));
}

// A query that is said in fields. The interval is sent as the caller spelt it,
// if it did. `speaks` is what endpoint QUERY speaks; endpoint JOBS is official.
absl::StatusOr<Query> TypedQuery(const Request& request, v1::QueryEndpoint endpoint,
                                 ApiFamily speaks, size_t max_bytes) {
  const absl::string_view field = request.has_date_range() ? "date_range" : "interval";
  ASSIGN_OR_RETURN(const QueryInterval interval, request.has_date_range()
                                                     ? IntervalOf(request.date_range())
                                                     : IntervalOf(request.interval()));
  if (interval.start >= interval.end) return InvalidField(field, "must end after it starts");
  RETURN_IF_ERROR(ValidateQueryFilters(request));

  const std::string text =
      request.has_date_range() ? FormatQueryInterval(interval) : request.interval();
  std::string json;
  if (endpoint == v1::QUERY_ENDPOINT_JOBS) {
    // The page size is said when the pages are read.
    json = OfficialQueryJson(request, text, /*page_size=*/0);
  } else {
    RETURN_IF_ERROR(CheckQueryLength(field, interval));
    if (speaks == ApiFamily::kOfficial) {
      if (!request.view().empty()) {
        return InvalidField("view", "must not be set: the official API has no views");
      }
      json = OfficialQueryJson(request, text, request.page_size());
    } else {
      ASSIGN_OR_RETURN(json, GuideQueryJson(request, text));
    }
  }
  if (json.size() <= max_bytes) return Query{std::move(json), interval};
  return InvalidField("conversation_filters",
                      absl::StrCat("the query must have at most ", max_bytes,
                                   " bytes as JSON, but has ", json.size()));
}

// The query is said once: as JSON or in typed fields, with one interval.
absl::Status CheckForm(const Request& request, v1::QueryEndpoint endpoint) {
  RETURN_IF_ERROR(ValidateText("view", request.view(), kMaxViewNameBytes, Presence::kOptional));
  if (!request.view().empty() && endpoint != v1::QUERY_ENDPOINT_QUERY) {
    return InvalidField("view", "must not be set for QUERY_ENDPOINT_JOBS, which has no views");
  }
  const bool has_interval = !request.interval().empty() || request.has_date_range();
  if (request.query_json().empty()) {
    if (!has_interval) {
      return InvalidField("interval", "must be set, unless date_range or query_json is");
    }
    if (request.has_date_range() && !request.interval().empty()) {
      return InvalidField("date_range", "must not be set together with interval");
    }
    return absl::OkStatus();
  }
  if (has_interval || !request.view().empty() || request.conversation_filters_size() > 0 ||
      request.segment_filters_size() > 0) {
    return InvalidField("query_json",
                        "is the whole query: interval, date_range, view, conversation_filters and "
                        "segment_filters must not be set together with it");
  }
  if (request.page_size() != 0 && endpoint == v1::QUERY_ENDPOINT_QUERY) {
    return InvalidField("page_size",
                        "must not be set together with query_json for QUERY_ENDPOINT_QUERY, "
                        "where the page size is a part of the query");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JobSubmission> SubmissionBuilder::Build(const Request& request,
                                                       absl::string_view principal) const {
  const bool is_open = request.endpoint() == v1::QUERY_ENDPOINT_UNSPECIFIED;
  const v1::QueryEndpoint asked_for = is_open ? defaults_.query_endpoint : request.endpoint();
  const ApiFamily speaks =
      IsOfficial(request.options()) ? ApiFamily::kOfficial : ApiFamily::kGuides;
  // Only the jobs endpoint can be waited for.
  const bool wants_jobs = speaks == ApiFamily::kOfficial || request.when_data_is_available();
  const v1::QueryEndpoint endpoint = is_open && wants_jobs ? v1::QUERY_ENDPOINT_JOBS : asked_for;
  ASSIGN_OR_RETURN(JobSubmission submission, BuildQuery(request, endpoint, speaks, principal));
  // A request that was first sent when the profile was not known yet is still the
  // same one. Where it could not have been sent then, there is none.
  if (endpoint != asked_for || speaks != ApiFamily::kGuides) {
    const auto first = BuildQuery(request, asked_for, ApiFamily::kGuides, principal);
    if (first.ok()) submission.record.set_fingerprint(first->record.fingerprint());
  }
  return submission;
}

absl::StatusOr<JobSubmission> SubmissionBuilder::BuildQuery(const Request& request,
                                                            v1::QueryEndpoint endpoint,
                                                            ApiFamily speaks,
                                                            absl::string_view principal) const {
  RETURN_IF_ERROR(CheckEndpoint(endpoint));
  const bool is_job = endpoint == v1::QUERY_ENDPOINT_JOBS;
  const JobKind& kind = KindOf(is_job ? kConversationJobKind : kConversationQueryKind);
  ASSIGN_OR_RETURN(JobSubmission submission, Begin(request.options(), kind, principal));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  RETURN_IF_ERROR(CheckForm(request, endpoint));
  const size_t max_bytes = defaults_.max_parameters_bytes;
  ASSIGN_OR_RETURN(Query query, request.query_json().empty()
                                    ? TypedQuery(request, endpoint, speaks, max_bytes)
                                    : WholeQuery(request, endpoint, max_bytes));

  if (request.when_data_is_available()) {
    RETURN_IF_ERROR(CheckWaitForData(endpoint, query.interval));
    submission.record.set_when_data_is_available(true);
  }
  if (is_job) submission.record.set_results_page_size(request.page_size());
  submission.payload.set_body(std::move(query.body));
  Complete(query.interval, &submission);
  return submission;
}

}  // namespace gcjobs
