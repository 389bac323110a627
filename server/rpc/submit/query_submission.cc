#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include <google/protobuf/repeated_ptr_field.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/submit/query_interval.h"
#include "server/rpc/submit/submission_builder.h"

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
      return InvalidField(
          "endpoint", absl::StrCat("must be QUERY_ENDPOINT_QUERY or QUERY_ENDPOINT_JOBS, but is ",
                                   static_cast<int>(endpoint)));
  }
}

absl::Status CheckPageSize(int page_size) {
  if (page_size >= 0 && page_size <= kMaxQueryPageSize) return absl::OkStatus();
  return InvalidField("page_size", absl::StrCat("must be 0 (the endpoint's default) to ",
                                                kMaxQueryPageSize, ", but is ", page_size));
}

absl::Status CheckLength(absl::string_view field, const QueryInterval& interval,
                         v1::QueryEndpoint endpoint) {
  const absl::Duration length = interval.end - interval.start;
  if (endpoint != v1::QUERY_ENDPOINT_QUERY || length <= kMaxQueryLength) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("spans ", absl::FormatDuration(length), "; QUERY_ENDPOINT_QUERY allows ",
                          kMaxQueryLength / absl::Hours(24), " days (",
                          absl::FormatDuration(kMaxQueryLength),
                          "), and QUERY_ENDPOINT_JOBS has no such limit"));
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
  const auto interval = ParseQueryInterval(StringMember(json, "interval"));
  if (interval) RETURN_IF_ERROR(CheckLength("query_json", *interval, endpoint));
  return Query{request.query_json(), interval};
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

// The typed query's filters, as clients say them and as Genesys Cloud reads them.
using QueryFilters = google::protobuf::RepeatedPtrField<v1::QueryFilter>;
using Words = std::initializer_list<absl::string_view>;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

absl::Status ValidateWord(absl::string_view field, absl::string_view word, Words allowed) {
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return absl::OkStatus();
  const std::string list =
      absl::StrJoin(allowed, ", ", [](auto* out, auto name) { absl::StrAppend(out, Quote(name)); });
  return InvalidField(field, absl::StrCat("must be one of ", list, ", but is ", Quote(word)));
}

using QueryPredicates = google::protobuf::RepeatedPtrField<v1::QueryPredicate>;

// Of a filter, or of a clause of one.
template <typename Group>
absl::Status ValidateGroup(const std::string& field, const Group& group) {
  RETURN_IF_ERROR(ValidateWord(absl::StrCat(field, ".type"), group.type(), {"and", "or"}));
  for (int i = 0; i < group.predicates_size(); ++i) {
    const std::string place = absl::StrCat(field, ".predicates[", i, "]");
    const v1::QueryPredicate& predicate = group.predicates(i);
    RETURN_IF_ERROR(ValidateWord(absl::StrCat(place, ".type"), predicate.type(),
                                 {"", "dimension", "property", "metric"}));
    RETURN_IF_ERROR(ValidateWord(absl::StrCat(place, ".operator"), predicate.operator_(),
                                 {"", "matches", "exists", "notExists"}));
    if (predicate.dimension().empty()) {
      return InvalidField(absl::StrCat(place, ".dimension"), "must be set");
    }
  }
  return absl::OkStatus();
}

void WriteString(absl::string_view text, JsonWriter* out) {
  out->String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteMember(absl::string_view name, absl::string_view value, JsonWriter* out) {
  WriteString(name, out);
  WriteString(value, out);
}

void WritePredicate(const v1::QueryPredicate& predicate, JsonWriter* out) {
  const std::string type = predicate.type().empty() ? "dimension" : predicate.type();
  out->StartObject();
  WriteMember("type", type, out);
  WriteMember(type, predicate.dimension(), out);
  WriteMember("operator", predicate.operator_().empty() ? "matches" : predicate.operator_(), out);
  if (!predicate.value().empty()) WriteMember("value", predicate.value(), out);
  out->EndObject();
}

void WritePredicates(const QueryPredicates& predicates, JsonWriter* out) {
  if (predicates.empty()) return;
  WriteString("predicates", out);
  out->StartArray();
  for (const v1::QueryPredicate& predicate : predicates) WritePredicate(predicate, out);
  out->EndArray();
}

void WriteClause(const v1::QueryClause& clause, JsonWriter* out) {
  out->StartObject();
  WriteMember("type", clause.type(), out);
  WritePredicates(clause.predicates(), out);
  out->EndObject();
}

void WriteFilter(const v1::QueryFilter& filter, JsonWriter* out) {
  out->StartObject();
  WriteMember("type", filter.type(), out);
  if (filter.clauses_size() > 0) {
    WriteString("clauses", out);
    out->StartArray();
    for (const v1::QueryClause& clause : filter.clauses()) WriteClause(clause, out);
    out->EndArray();
  }
  WritePredicates(filter.predicates(), out);
  out->EndObject();
}

void WriteFilters(absl::string_view name, const QueryFilters& filters, JsonWriter* out) {
  if (filters.empty()) return;
  WriteString(name, out);
  out->StartArray();
  for (const v1::QueryFilter& filter : filters) WriteFilter(filter, out);
  out->EndArray();
}

void WritePaging(int page_size, JsonWriter* out) {
  if (page_size == 0) return;
  WriteString("paging", out);
  out->StartObject();
  WriteString("pageSize", out);
  out->Int(page_size);
  WriteString("pageNumber", out);
  out->Int(1);
  out->EndObject();
}

absl::Status ValidateFilters(absl::string_view field, const QueryFilters& filters) {
  for (int i = 0; i < filters.size(); ++i) {
    const std::string place = absl::StrCat(field, "[", i, "]");
    RETURN_IF_ERROR(ValidateGroup(place, filters[i]));
    for (int j = 0; j < filters[i].clauses_size(); ++j) {
      RETURN_IF_ERROR(
          ValidateGroup(absl::StrCat(place, ".clauses[", j, "]"), filters[i].clauses(j)));
    }
  }
  return absl::OkStatus();
}

std::string QueryJson(const v1::SubmitConversationQueryRequest& request, absl::string_view interval,
                      int page_size) {
  rapidjson::StringBuffer buffer;
  JsonWriter out(buffer);
  out.StartObject();
  WriteMember("interval", interval, &out);
  WriteFilters("conversationFilters", request.conversation_filters(), &out);
  WriteFilters("segmentFilters", request.segment_filters(), &out);
  WritePaging(page_size, &out);
  out.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

// A query that is said in fields. The interval is sent as the caller spelt it,
// if it did.
absl::StatusOr<Query> TypedQuery(const Request& request, v1::QueryEndpoint endpoint,
                                 size_t max_bytes) {
  const absl::string_view field = request.has_date_range() ? "date_range" : "interval";
  ASSIGN_OR_RETURN(const QueryInterval interval, request.has_date_range()
                                                     ? IntervalOf(request.date_range())
                                                     : IntervalOf(request.interval()));
  if (interval.start >= interval.end) return InvalidField(field, "must end after it starts");
  RETURN_IF_ERROR(CheckLength(field, interval, endpoint));
  RETURN_IF_ERROR(ValidateFilters("conversation_filters", request.conversation_filters()));
  RETURN_IF_ERROR(ValidateFilters("segment_filters", request.segment_filters()));

  const std::string text =
      request.has_date_range() ? FormatQueryInterval(interval) : request.interval();
  const int page_size = endpoint == v1::QUERY_ENDPOINT_QUERY ? request.page_size() : 0;
  std::string json = QueryJson(request, text, page_size);
  if (json.size() <= max_bytes) return Query{std::move(json), interval};
  return InvalidField("conversation_filters",
                      absl::StrCat("the query must have at most ", max_bytes,
                                   " bytes as JSON, but has ", json.size()));
}

// The query is said once: as JSON or in typed fields, with one interval.
absl::Status CheckForm(const Request& request, v1::QueryEndpoint endpoint) {
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
  if (has_interval || request.conversation_filters_size() > 0 ||
      request.segment_filters_size() > 0) {
    return InvalidField("query_json",
                        "is the whole query: interval, date_range, conversation_filters and "
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
  ASSIGN_OR_RETURN(const v1::QueryEndpoint endpoint,
                   ResolveEndpoint(request.endpoint(), defaults_.query_endpoint));
  const bool is_job = endpoint == v1::QUERY_ENDPOINT_JOBS;
  const JobKind& kind = KindOf(is_job ? kConversationJobKind : kConversationQueryKind);
  ASSIGN_OR_RETURN(JobSubmission submission, Begin(request.options(), kind, principal));
  RETURN_IF_ERROR(CheckPageSize(request.page_size()));
  RETURN_IF_ERROR(CheckForm(request, endpoint));
  const size_t max_bytes = defaults_.max_parameters_bytes;
  ASSIGN_OR_RETURN(Query query, request.query_json().empty()
                                    ? TypedQuery(request, endpoint, max_bytes)
                                    : WholeQuery(request, endpoint, max_bytes));

  if (is_job) submission.record.set_results_page_size(request.page_size());
  submission.payload.set_body(std::move(query.body));
  Complete(query.interval, &submission);
  return submission;
}

}  // namespace gcjobs
