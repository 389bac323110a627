#include "server/rpc/submit/query_json.h"

#include <algorithm>
#include <initializer_list>

#include <google/protobuf/repeated_ptr_field.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {
namespace {

using Request = v1::SubmitConversationQueryRequest;
using QueryFilters = google::protobuf::RepeatedPtrField<v1::QueryFilter>;
using QueryPredicates = google::protobuf::RepeatedPtrField<v1::QueryPredicate>;
using Words = std::initializer_list<absl::string_view>;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr char kConversationFilters[] = "conversation_filters";
constexpr char kSegmentFilters[] = "segment_filters";

// Checks.

absl::Status ValidateWord(absl::string_view field, absl::string_view word, Words allowed) {
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return absl::OkStatus();
  const std::string list =
      absl::StrJoin(allowed, ", ", [](auto* out, auto name) { absl::StrAppend(out, Quote(name)); });
  return InvalidField(field, absl::StrCat("must be one of ", list, ", but is ", Quote(word)));
}

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
                                 {"", "eq", "matches", "exists", "notExists"}));
    if (predicate.dimension().empty()) {
      return InvalidField(absl::StrCat(place, ".dimension"), "must be set");
    }
  }
  return absl::OkStatus();
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

// What both languages have.

void WriteString(absl::string_view text, JsonWriter* out) {
  out->String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteMember(absl::string_view name, absl::string_view value, JsonWriter* out) {
  WriteString(name, out);
  WriteString(value, out);
}

std::string TypeOf(const v1::QueryPredicate& predicate) {
  return predicate.type().empty() ? "dimension" : predicate.type();
}

// Equality has two names, and each endpoint knows one of them.
absl::string_view OperatorOf(const v1::QueryPredicate& predicate, absl::string_view equality) {
  const std::string& word = predicate.operator_();
  return word.empty() || word == "eq" || word == "matches" ? equality : word;
}

// The official language.

void WritePredicate(const v1::QueryPredicate& predicate, JsonWriter* out) {
  out->StartObject();
  WriteMember("type", TypeOf(predicate), out);
  WriteMember(TypeOf(predicate), predicate.dimension(), out);
  WriteMember("operator", OperatorOf(predicate, "matches"), out);
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

// The guide's.

absl::Status CheckIsFlat(const std::string& field, absl::string_view type, int members) {
  if (type == "and" || members <= 1) return absl::OkStatus();
  return InvalidField(absl::StrCat(field, ".type"),
                      absl::StrCat("is \"or\" with ", members,
                                   " members, but QUERY_ENDPOINT_QUERY combines all conditions "
                                   "with \"and\"; QUERY_ENDPOINT_JOBS or query_json can say it"));
}

absl::Status CheckAreFlat(absl::string_view field, const QueryFilters& filters) {
  for (int i = 0; i < filters.size(); ++i) {
    const v1::QueryFilter& filter = filters[i];
    const std::string place = absl::StrCat(field, "[", i, "]");
    RETURN_IF_ERROR(
        CheckIsFlat(place, filter.type(), filter.clauses_size() + filter.predicates_size()));
    for (int j = 0; j < filter.clauses_size(); ++j) {
      RETURN_IF_ERROR(CheckIsFlat(absl::StrCat(place, ".clauses[", j, "]"),
                                  filter.clauses(j).type(), filter.clauses(j).predicates_size()));
    }
  }
  return absl::OkStatus();
}

void WriteCriterion(const v1::QueryPredicate& predicate, JsonWriter* out) {
  out->StartObject();
  WriteMember("type", TypeOf(predicate), out);
  WriteMember("filterType", OperatorOf(predicate, "eq"), out);
  WriteMember("dimension", predicate.dimension(), out);
  if (!predicate.value().empty()) WriteMember("value", predicate.value(), out);
  out->EndObject();
}

void WriteCriteria(const QueryFilters& filters, JsonWriter* out) {
  for (const v1::QueryFilter& filter : filters) {
    for (const v1::QueryClause& clause : filter.clauses()) {
      for (const v1::QueryPredicate& predicate : clause.predicates()) {
        WriteCriterion(predicate, out);
      }
    }
    for (const v1::QueryPredicate& predicate : filter.predicates()) WriteCriterion(predicate, out);
  }
}

}  // namespace

absl::Status ValidateQueryFilters(const Request& request) {
  RETURN_IF_ERROR(ValidateFilters(kConversationFilters, request.conversation_filters()));
  return ValidateFilters(kSegmentFilters, request.segment_filters());
}

std::string OfficialQueryJson(const Request& request, absl::string_view interval, int page_size) {
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

absl::StatusOr<std::string> GuideQueryJson(const Request& request, absl::string_view interval) {
  RETURN_IF_ERROR(CheckAreFlat(kConversationFilters, request.conversation_filters()));
  RETURN_IF_ERROR(CheckAreFlat(kSegmentFilters, request.segment_filters()));
  rapidjson::StringBuffer buffer;
  JsonWriter out(buffer);
  out.StartObject();
  WriteString("dateRange", &out);
  out.StartObject();
  const size_t slash = interval.find('/');
  WriteMember("startDate", interval.substr(0, slash), &out);
  WriteMember("endDate", interval.substr(slash + 1), &out);
  out.EndObject();
  if (!request.view().empty()) WriteMember("view", request.view(), &out);
  if (request.page_size() > 0) {
    WriteString("pageLimit", &out);
    out.Int(request.page_size());
  }
  if (request.conversation_filters_size() + request.segment_filters_size() > 0) {
    WriteString("filterCriteria", &out);
    out.StartArray();
    WriteCriteria(request.conversation_filters(), &out);
    WriteCriteria(request.segment_filters(), &out);
    out.EndArray();
  }
  out.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize());
}

}  // namespace gcjobs
