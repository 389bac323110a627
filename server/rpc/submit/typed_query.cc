#include "server/rpc/submit/typed_query.h"

#include <algorithm>
#include <initializer_list>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/error_info.h"
#include "common/status_macros.h"
#include "server/rpc/quote.h"

namespace gcjobs {
namespace {

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

}  // namespace

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

}  // namespace gcjobs
