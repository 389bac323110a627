#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/rpc/submit/submission_builder.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/submit/test_kinds.h"

// SubmitConversationQuery's request: what runs, and what is refused before
// Genesys Cloud is asked.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

using Request = v1::SubmitConversationQueryRequest;

constexpr char kDay[] = "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z";
constexpr char kNinetyDays[] = "2026-01-01T00:00:00Z/2026-04-01T00:00:00Z";
constexpr char kAMillisecondMore[] = "2026-01-01T00:00:00Z/2026-04-01T00:00:00.001Z";
constexpr char kBackwards[] = "2026-01-02T00:00:00Z/2026-01-01T00:00:00Z";

class QuerySubmissionTest : public ::testing::Test {
 protected:
  QuerySubmissionTest() { request_.set_interval(kDay); }

  absl::StatusOr<JobSubmission> Build() {
    return SubmissionBuilder(defaults_, OrgNames({"main", "test"}, "main"), &kinds_,
                             [this](const std::string&) { return speaks_; })
        .Build(request_, "alice");
  }
  // REQUIRES: the request is good.
  JobSubmission Job() { return Build().value(); }
  std::string Body() { return Job().payload.body(); }
  std::string Fingerprint() { return Job().record.fingerprint(); }

  void UseJson(const std::string& json) {
    request_.clear_interval();
    request_.set_query_json(json);
  }

  // The field that a refusal names; "" when there is none.
  std::string RefusedField() {
    const absl::Status status = Build().status();
    if (status.ok()) return "";
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    return GetErrorInfo(status)->metadata().at("field");
  }

  const JobKindRegistry kinds_{gcjobs::testing::BuiltInKinds()};
  SubmitDefaults defaults_;
  std::optional<ApiFamily> speaks_;  // what is known of the organisation
  Request request_;
};

// A query of the guide's, with `more` members.
std::string GuideBody(const std::string& start, const std::string& end,
                      const std::string& more = "") {
  return absl::StrCat(R"({"dateRange":{"startDate":")", start, R"(","endDate":")", end, R"("})",
                      more, "}");
}

v1::QueryPredicate Predicate(const std::string& dimension, const std::string& value) {
  v1::QueryPredicate predicate;
  predicate.set_dimension(dimension);
  predicate.set_value(value);
  return predicate;
}

TEST_F(QuerySubmissionTest, ABareQueryGetsTheDefaults) {
  const JobSubmission job = Job();
  EXPECT_EQ(job.record.job().kind(), "analytics.conversations.details.query");
  EXPECT_EQ(job.record.job().org(), "main");
  EXPECT_EQ(job.record.job().created_by(), "alice");
  EXPECT_EQ(job.record.guarantee(), v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(job.record.results_page_size(), 0);
  EXPECT_EQ(job.record.job().action_id(), "");
  EXPECT_EQ(job.payload.body(), GuideBody("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"));
}

TEST_F(QuerySubmissionTest, TheEndpointIsTheRequestsOrElseTheServers) {
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(Job().record.job().kind(), "analytics.conversations.details.jobs");
  defaults_.query_endpoint = v1::QUERY_ENDPOINT_JOBS;
  request_.clear_endpoint();
  EXPECT_EQ(Job().record.job().kind(), "analytics.conversations.details.jobs");
  request_.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  EXPECT_EQ(Job().record.job().kind(), "analytics.conversations.details.query");
}

TEST_F(QuerySubmissionTest, TheGuaranteeCanBeChosen) {
  request_.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_EQ(Job().record.guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
}

TEST_F(QuerySubmissionTest, QueryJsonIsKeptByteForByte) {
  const std::string json = "{ \"interval\" : \"2026-01-01/P1D\",\n\"limit\":1.0e2 }";
  UseJson(json);
  EXPECT_EQ(Body(), json);
}

TEST_F(QuerySubmissionTest, ADateRangeIsWrittenAsGenesysCloudWantsIt) {
  request_.clear_interval();
  *request_.mutable_date_range()->mutable_start_time() = ToProto(absl::FromUnixMillis(1500));
  *request_.mutable_date_range()->mutable_end_time() = ToProto(absl::FromUnixSeconds(3600));
  EXPECT_EQ(Body(), GuideBody("1970-01-01T00:00:01.500Z", "1970-01-01T01:00:00.000Z"));
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(Body(), R"({"interval":"1970-01-01T00:00:01.500Z/1970-01-01T01:00:00.000Z"})");
}

// The request is the same one as before the profile was known.
TEST_F(QuerySubmissionTest, AnOfficialQueryEndpointGetsTheOfficialTerms) {
  request_.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  request_.set_page_size(50);
  const std::string fingerprint = Fingerprint();

  speaks_ = ApiFamily::kOfficial;
  EXPECT_EQ(Body(), absl::StrCat(R"({"interval":")", kDay,
                                 R"(","paging":{"pageSize":50,"pageNumber":1}})"));
  EXPECT_EQ(Fingerprint(), fingerprint);

  request_.set_view("voice");
  EXPECT_EQ(RefusedField(), "view");
}

TEST_F(QuerySubmissionTest, FiltersOfTheJobsEndpointAreInTheOfficialTerms) {
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  v1::QueryFilter& filter = *request_.add_conversation_filters();
  filter.set_type("or");
  v1::QueryClause& clause = *filter.add_clauses();
  clause.set_type("and");
  *clause.add_predicates() = Predicate("originatingDirection", "inbound");
  v1::QueryPredicate& metric = *filter.add_predicates();
  metric = Predicate("tHandle", "1000");
  metric.set_type("metric");
  metric.set_operator_("eq");
  v1::QueryFilter& segments = *request_.add_segment_filters();
  segments.set_type("and");
  v1::QueryPredicate& property = *segments.add_predicates();
  property = Predicate("wrapUpNote", "");
  property.set_type("property");
  property.set_operator_("notExists");
  EXPECT_EQ(Body(),
            absl::StrCat(
                R"({"interval":")", kDay, R"(","conversationFilters":[{"type":"or",)",
                R"("clauses":[{"type":"and","predicates":[{"type":"dimension",)",
                R"("dimension":"originatingDirection","operator":"matches","value":"inbound"}]}],)",
                R"("predicates":[{"type":"metric","metric":"tHandle","operator":"matches",)",
                R"("value":"1000"}]}],"segmentFilters":[{"type":"and","predicates":[)",
                R"({"type":"property","property":"wrapUpNote","operator":"notExists"}]}]})"));
}

TEST_F(QuerySubmissionTest, FiltersOfTheQueryEndpointAreInTheGuidesTerms) {
  request_.set_view("conversation");
  request_.set_page_size(100);
  v1::QueryFilter& filter = *request_.add_conversation_filters();
  filter.set_type("and");
  v1::QueryClause& clause = *filter.add_clauses();
  clause.set_type("or");  // of one
  *clause.add_predicates() = Predicate("originatingDirection", "inbound");
  *filter.add_predicates() = Predicate("mediaType", "voice");
  filter.mutable_predicates(0)->set_operator_("eq");
  v1::QueryFilter& segments = *request_.add_segment_filters();
  segments.set_type("or");
  *segments.add_predicates() = Predicate("wrapUpNote", "");
  segments.mutable_predicates(0)->set_type("property");
  segments.mutable_predicates(0)->set_operator_("notExists");
  EXPECT_EQ(
      Body(),
      GuideBody("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z",
                R"(,"view":"conversation","pageLimit":100,"filterCriteria":[)"
                R"({"type":"dimension","filterType":"eq","dimension":"originatingDirection",)"
                R"("value":"inbound"},)"
                R"({"type":"dimension","filterType":"eq","dimension":"mediaType","value":"voice"},)"
                R"({"type":"property","filterType":"notExists","dimension":"wrapUpNote"}])"));
}

// A flat list can only say that all must hold: nothing else is made of it silently.
TEST_F(QuerySubmissionTest, TheQueryEndpointCannotSayOr) {
  v1::QueryFilter& filter = *request_.add_conversation_filters();
  filter.set_type("or");
  *filter.add_predicates() = Predicate("mediaType", "voice");
  EXPECT_EQ(RefusedField(), "");
  *filter.add_predicates() = Predicate("mediaType", "chat");
  EXPECT_EQ(RefusedField(), "conversation_filters[0].type");
  filter.set_type("and");
  v1::QueryClause& clause = *filter.add_clauses();
  clause.set_type("or");
  *clause.add_predicates() = Predicate("a", "b");
  *clause.add_predicates() = Predicate("c", "d");
  EXPECT_EQ(RefusedField(), "conversation_filters[0].clauses[0].type");
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(RefusedField(), "");
}

TEST_F(QuerySubmissionTest, OnlyTheQueryEndpointHasViews) {
  request_.set_view("conversation");
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(RefusedField(), "view");
}

TEST_F(QuerySubmissionTest, WhatClientsSayIsEscaped) {
  v1::QueryFilter& filter = *request_.add_segment_filters();
  filter.set_type("and");
  *filter.add_predicates() = Predicate("note", "a\"b\\c\n\xC3\xA9");
  EXPECT_THAT(Body(), ::testing::HasSubstr("\"a\\\"b\\\\c\\n\xC3\xA9\""));
}

TEST_F(QuerySubmissionTest, ThePageSizeIsAPartOfTheQueryOrOfTheReading) {
  request_.set_page_size(250);
  EXPECT_THAT(Body(), ::testing::EndsWith(R"(,"pageLimit":250})"));
  EXPECT_EQ(Job().record.results_page_size(), 0);
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_EQ(Body(), absl::StrCat(R"({"interval":")", kDay, R"("})"));
  EXPECT_EQ(Job().record.results_page_size(), 250);
  UseJson("{}");
  EXPECT_EQ(Body(), "{}");
  EXPECT_EQ(Job().record.results_page_size(), 250);
}

TEST_F(QuerySubmissionTest, NinetyDaysAreTheLimitOfTheQueryEndpointAlone) {
  for (const bool as_json : {false, true}) {
    request_.Clear();
    const auto use = [&](const std::string& interval) {
      if (as_json) {
        UseJson(absl::StrCat(R"({"interval":")", interval, R"("})"));
      } else {
        request_.set_interval(interval);
      }
    };
    use(kNinetyDays);
    EXPECT_THAT(Build(), IsOk()) << as_json;
    use(kAMillisecondMore);
    EXPECT_EQ(RefusedField(), as_json ? "query_json" : "interval");
    request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
    EXPECT_THAT(Build(), IsOk()) << as_json;
  }
}

TEST_F(QuerySubmissionTest, NinetyDaysAreTheLimitOfADateRangeInJsonToo) {
  const auto use = [this](const char* end) {
    UseJson(absl::StrCat(R"({"view":"x","dateRange":{"startDate":"2026-01-01","endDate":")", end,
                         R"("}})"));
  };
  use("2026-04-01");
  EXPECT_EQ(Job().record.poll_class(), "analytics.conversations.details.query/92d");
  use("2026-04-01T00:00:00.001Z");
  EXPECT_EQ(RefusedField(), "query_json");
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  EXPECT_THAT(Build(), IsOk());
}

TEST_F(QuerySubmissionTest, NinetyDaysAreTheLimitOfADateRangeToo) {
  request_.clear_interval();
  v1::DateRange& range = *request_.mutable_date_range();
  *range.mutable_start_time() = ToProto(absl::UnixEpoch());
  *range.mutable_end_time() = ToProto(absl::UnixEpoch() + absl::Hours(90 * 24));
  EXPECT_THAT(Build(), IsOk());
  range.mutable_end_time()->set_nanos(1);
  EXPECT_EQ(RefusedField(), "date_range");
}

// What it says is Genesys Cloud's to judge where it cannot be read here.
TEST_F(QuerySubmissionTest, AnIntervalInJsonThatCannotBeReadIsPassedOn) {
  for (const char* json : {R"({"interval":"2020-01-01/P10Y"})", R"({"interval":7})", "{}"}) {
    UseJson(json);
    EXPECT_THAT(Build(), IsOk()) << json;
  }
}

struct BadQuery {
  const char* field;
  std::function<void(Request*)> spoil;
};

TEST_F(QuerySubmissionTest, EachBadFieldIsNamed) {
  const auto add_filter = [](Request* r) {
    v1::QueryFilter* const filter = r->add_conversation_filters();
    filter->set_type("and");
    return filter;
  };
  const std::vector<BadQuery> cases = {
      {"interval", [](auto* r) { r->clear_interval(); }},
      {"interval", [](auto* r) { r->set_interval("yesterday"); }},
      {"interval", [](auto* r) { r->set_interval("2026-01-01/P1D"); }},
      {"interval", [](auto* r) { r->set_interval(kBackwards); }},
      {"interval", [](auto* r) { r->set_interval("2026-01-01/2026-01-01"); }},
      {"date_range", [](auto* r) { r->mutable_date_range(); }},
      {"date_range.start_time",
       [](auto* r) {
         r->clear_interval();
         r->mutable_date_range()->mutable_end_time();
       }},
      {"date_range.end_time",
       [](auto* r) {
         r->clear_interval();
         r->mutable_date_range()->mutable_start_time();
       }},
      {"date_range.end_time",
       [](auto* r) {
         r->clear_interval();
         r->mutable_date_range()->mutable_start_time();
         r->mutable_date_range()->mutable_end_time()->set_nanos(-1);
       }},
      {"date_range",
       [](auto* r) {
         r->clear_interval();
         r->mutable_date_range()->mutable_start_time()->set_seconds(7);
         r->mutable_date_range()->mutable_end_time()->set_seconds(7);
       }},
      {"query_json", [](auto* r) { r->set_query_json("{}"); }},
      {"query_json",
       [](auto* r) {
         r->clear_interval();
         r->set_query_json("{}");
         r->set_view("conversation");
       }},
      {"view", [](auto* r) { r->set_view(std::string(257, 'v')); }},
      {"query_json",
       [&](auto* r) {
         r->clear_interval();
         r->set_query_json("{}");
         add_filter(r);
       }},
      {"query_json",
       [](auto* r) {
         r->clear_interval();
         r->set_query_json("[]");
       }},
      {"page_size",
       [](auto* r) {
         r->clear_interval();
         r->set_query_json("{}");
         r->set_page_size(100);
       }},
      {"page_size", [](auto* r) { r->set_page_size(-1); }},
      {"page_size", [](auto* r) { r->set_page_size(1001); }},
      {"endpoint", [](auto* r) { r->set_endpoint(static_cast<v1::QueryEndpoint>(3)); }},
      {"conversation_filters[0].type", [](auto* r) { r->add_conversation_filters(); }},
      {"segment_filters[1].type",
       [](auto* r) {
         r->add_segment_filters()->set_type("and");
         r->add_segment_filters()->set_type("xor");
       }},
      {"conversation_filters[0].clauses[0].type",
       [&](auto* r) { add_filter(r)->add_clauses()->set_type("AND"); }},
      {"conversation_filters[0].predicates[0].type",
       [&](auto* r) { add_filter(r)->add_predicates()->set_type("dimensions"); }},
      {"conversation_filters[0].predicates[1].dimension",
       [&](auto* r) {
         auto* const filter = add_filter(r);
         *filter->add_predicates() = Predicate("a", "b");
         filter->add_predicates();
       }},
      {"conversation_filters[0].clauses[0].predicates[0].operator",
       [&](auto* r) {
         v1::QueryClause& clause = *add_filter(r)->add_clauses();
         clause.set_type("or");
         *clause.add_predicates() = Predicate("a", "b");
         clause.mutable_predicates(0)->set_operator_("like");
       }},
      {"options.request_id", [](auto* r) { r->mutable_options()->set_request_id("\n"); }},
  };
  for (const BadQuery& bad : cases) {
    request_.Clear();
    request_.set_interval(kDay);
    bad.spoil(&request_);
    EXPECT_EQ(RefusedField(), bad.field);
  }
}

TEST_F(QuerySubmissionTest, TheLargestQueryIsTheServersSetting) {
  defaults_.max_parameters_bytes = 150;
  v1::QueryFilter& filter = *request_.add_segment_filters();
  filter.set_type("and");
  *filter.add_predicates() = Predicate("a", "b");
  EXPECT_EQ(RefusedField(), "conversation_filters");
  request_.clear_segment_filters();
  EXPECT_THAT(Build(), IsOk());
  UseJson("{\"a\":\"" + std::string(143, 'x') + "\"}");
  EXPECT_EQ(RefusedField(), "query_json");
}

TEST_F(QuerySubmissionTest, TheFingerprintStaysTheSameForEver) {
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request_.set_page_size(100);
  EXPECT_EQ(Fingerprint(), "d0cd659227584a297e476de0de829d82360aceb0022d1813e47fbf23b63783c0");
}

TEST_F(QuerySubmissionTest, TheFingerprintDiffersWhereTheExecutionDoes) {
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  const std::string fingerprint = Fingerprint();
  request_.mutable_options()->set_request_id("r");
  EXPECT_EQ(Fingerprint(), fingerprint);
  request_.set_page_size(100);
  EXPECT_NE(Fingerprint(), fingerprint);
  request_.clear_page_size();
  request_.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  EXPECT_NE(Fingerprint(), fingerprint);
  request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request_.set_interval("2026-01-01/2026-01-02");
  EXPECT_NE(Fingerprint(), fingerprint);
}

// The scheduler learns by it: a query over a day takes seconds, one over a
// month minutes.
TEST_F(QuerySubmissionTest, ThePollClassHasTheSizeOfTheInterval) {
  const auto class_of = [this](const std::string& interval) {
    request_.Clear();
    request_.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
    request_.set_interval(interval);
    const std::string typed = Job().record.poll_class();
    UseJson(absl::StrCat(R"({"order":"asc","interval":")", interval, R"("})"));
    EXPECT_EQ(Job().record.poll_class(), typed);
    return typed.substr(typed.find('/'));
  };
  EXPECT_EQ(class_of("2026-01-01T00:00:00Z/2026-01-01T01:00:00Z"), "/1h");
  EXPECT_EQ(class_of("2026-01-01T00:00:00Z/2026-01-01T01:00:01Z"), "/1d");
  EXPECT_EQ(class_of("2026-01-01/2026-01-08"), "/7d");
  EXPECT_EQ(class_of("2026-01-01/2026-02-01"), "/31d");
  EXPECT_EQ(class_of("2026-01-01/2026-04-01"), "/92d");
  EXPECT_EQ(class_of("2026-01-01/2027-01-01"), "/366d");
  EXPECT_EQ(class_of("2026-01-01/2028-01-01"), "/longer");
}

TEST_F(QuerySubmissionTest, WithoutAnIntervalThatCanBeReadTheKindIsThePollClass) {
  for (const char* json : {"{}", R"({"interval":7})", R"({"interval":"soon"})",
                           R"({"a":{"interval":"2026-01-01/2026-01-02"}})"}) {
    UseJson(json);
    EXPECT_EQ(Job().record.poll_class(), "analytics.conversations.details.query") << json;
  }
}

}  // namespace
}  // namespace gcjobs
