#include "client/commands/query_options.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "client/cli_error.h"
#include "client/parse.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kHint =
    "use NAME=VALUE[,VALUE...], NAME (exists) or !NAME (does not exist), such as "
    "mediaType=voice,chat; for anything else, --query JSON";

absl::Status Malformed(absl::string_view option, absl::string_view text) {
  return UsageError(absl::StrCat(option, ": \"", text, "\" is not a filter"), kHint);
}

bool IsName(absl::string_view name) {
  const auto fits = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits);
}

// Cuts at commas; a backslash takes the next character as it is.
std::vector<std::string> SplitValues(absl::string_view text) {
  std::vector<std::string> values(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      values.emplace_back();
      continue;
    }
    const bool escapes = text[i] == '\\' && i + 1 < text.size();
    if (escapes) ++i;
    values.back() += text[i];
  }
  return values;
}

bool IsType(absl::string_view type) {
  return type == "dimension" || type == "metric" || type == "property";
}

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
  ASSIGN_OR_RETURN(const absl::Duration length, ParseDuration("--last", last));
  return Span{now - length, now};
}

absl::StatusOr<Span> FromToSpan(const std::string& from, const std::string& to, absl::Time now) {
  if (from.empty()) {
    return UsageError("--to needs --from", "or use --last DURATION");
  }
  ASSIGN_OR_RETURN(const absl::Time start, ParseTime("--from", from, now));
  ASSIGN_OR_RETURN(const absl::Time end, to.empty() ? now : ParseTime("--to", to, now));
  return Span{start, end};
}

}  // namespace

absl::StatusOr<v1::QueryFilter> ParseQueryFilter(absl::string_view option, absl::string_view text) {
  const size_t equals = text.find('=');
  absl::string_view name = text.substr(0, equals);
  const bool negated = absl::ConsumePrefix(&name, "!");
  v1::QueryPredicate predicate;
  if (const size_t colon = name.find(':'); colon != absl::string_view::npos) {
    if (!IsType(name.substr(0, colon))) return Malformed(option, text);
    predicate.set_type(std::string(name.substr(0, colon)));
    name.remove_prefix(colon + 1);
  }
  const bool has_values = equals != absl::string_view::npos;
  if (!IsName(name) || (negated && has_values)) return Malformed(option, text);
  predicate.set_dimension(std::string(name));

  v1::QueryFilter filter;
  filter.set_type("and");
  if (!has_values) {
    predicate.set_operator_(negated ? "notExists" : "exists");
    *filter.add_predicates() = predicate;
    return filter;
  }
  const std::vector<std::string> values = SplitValues(text.substr(equals + 1));
  if (values.size() > 1) filter.set_type("or");
  for (const std::string& value : values) {
    if (value.empty()) return Malformed(option, text);
    predicate.set_value(value);
    *filter.add_predicates() = predicate;
  }
  return filter;
}

bool QueryFlags::HasTime() const {
  return !interval_.empty() || !last_.empty() || !from_.empty() || !to_.empty();
}

bool QueryFlags::IsSet() const {
  return HasTime() || HasFilters() || query_.IsSet() || !view_.empty() || page_size_ > 0 ||
         !endpoint_.empty() || when_data_is_available_;
}

absl::Status QueryFlags::SetTime(absl::Time now,
                                 v1::SubmitConversationQueryRequest* request) const {
  const int ways = (interval_.empty() ? 0 : 1) + (last_.empty() ? 0 : 1) +
                   (from_.empty() && to_.empty() ? 0 : 1);
  if (ways == 0) {
    return UsageError("a query needs a time span",
                      "--last 24h, --from TIME [--to TIME], --interval START/END or --query JSON");
  }
  if (ways > 1) return UsageError("--interval, --last and --from cannot be used together");
  if (!interval_.empty()) {
    request->set_interval(interval_);
    return CheckInterval(interval_);
  }
  ASSIGN_OR_RETURN(const Span span,
                   last_.empty() ? FromToSpan(from_, to_, now) : LastSpan(last_, now));
  if (span.start >= span.end) return UsageError("the query's end is not after its start");
  *request->mutable_date_range()->mutable_start_time() = ToProto(span.start);
  *request->mutable_date_range()->mutable_end_time() = ToProto(span.end);
  return absl::OkStatus();
}

absl::Status QueryFlags::SetFilters(v1::SubmitConversationQueryRequest* request) const {
  for (const std::string& text : filters_) {
    ASSIGN_OR_RETURN(v1::QueryFilter filter, ParseQueryFilter("--filter", text));
    *request->add_conversation_filters() = std::move(filter);
  }
  for (const std::string& text : segment_filters_) {
    ASSIGN_OR_RETURN(v1::QueryFilter filter, ParseQueryFilter("--segment-filter", text));
    *request->add_segment_filters() = std::move(filter);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmitConversationQueryRequest> QueryFlags::ToRequest(const Session& session,
                                                                         absl::Time now) const {
  v1::SubmitConversationQueryRequest request;
  request.set_page_size(page_size_);
  if (endpoint_ == "query") request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  if (endpoint_ == "jobs") request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request.set_view(view_);
  request.set_when_data_is_available(when_data_is_available_);
  if (!query_.IsSet()) {
    absl::Status status = SetTime(WholeSecond(now), &request);
    status.Update(SetFilters(&request));
    if (!status.ok()) return status;
    return request;
  }
  if (HasTime() || HasFilters() || !view_.empty()) {
    return UsageError("--query is the whole query: put times, view and filters into it");
  }
  ASSIGN_OR_RETURN(std::string json, query_.Read(session));
  request.set_query_json(std::move(json));
  return request;
}

Repetition QueryFlags::RepetitionOf(const v1::SubmitConversationQueryRequest& request) const {
  const auto text = [](const google::protobuf::Timestamp& time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(time), absl::UTCTimeZone());
  };
  Repetition repetition;
  repetition.reads_stdin = query_.ReadsStdin();
  repetition.moving = {"--last", "--from", "--to"};
  if (request.has_date_range()) {
    repetition.fixed = {"--from", text(request.date_range().start_time()), "--to",
                        text(request.date_range().end_time())};
  }
  return repetition;
}

void QueryFlags::AddTo(CLI::App* command) {
  command->add_option("--last", last_, "The time span up to now: 24h, 7d")->option_text("DURATION");
  command
      ->add_option("--from", from_, "Start: 2026-01-01, 2026-01-01T12:00:00Z, or an age such as 2d")
      ->option_text("TIME");
  command->add_option("--to", to_, "End (default: now)")->option_text("TIME");
  command->add_option("--interval", interval_, "ISO 8601; times without a zone are UTC")
      ->option_text("START/END");
  AddRepeatable(command, "--filter", filters_,
                "Only conversations that match: NAME=VALUE[,VALUE...] (any of them, with endpoint "
                "jobs), NAME (exists) "
                "or !NAME (does not exist); if repeated, all must match")
      ->option_text("FILTER");
  AddRepeatable(command, "--segment-filter", segment_filters_,
                "The same for the conversations' segments")
      ->option_text("FILTER");
  command
      ->add_option("--view", view_,
                   "The view that the query is about (endpoint query); gcjobs query views has them")
      ->option_text("VIEW");
  query_.AddTo(command, "The whole query, instead of the above; sent as is");
  command->add_option("--page-size", page_size_, "Conversations per page (default: the endpoint's)")
      ->option_text("N")
      ->check(InRange(1, 1000));
  command
      ->add_option("--endpoint", endpoint_,
                   "query: details/query; jobs: details/jobs, for large exports (default: the "
                   "server's)")
      ->option_text("query|jobs")
      ->check(OneOf({"query", "jobs"}));
  command->add_flag("--when-data-is-available", when_data_is_available_,
                    "Endpoint jobs: wait until Genesys Cloud has the data of the whole interval, "
                    "and only then submit the query");
}

}  // namespace gcjobs
