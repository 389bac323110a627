#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Conversation queries at both endpoints, from the request to the last item.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class QueryTest : public ::testing::TestWithParam<v1::QueryEndpoint> {
 protected:
  System system_;
};

TEST_P(QueryTest, RunsToItsPages) {
  const auto job = system_.Submit(
      SteeredQuery(GetParam(), R"({"queued":"0s","duration":"1s","pages":3,"itemsPerPage":4})"));
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system_.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_TRUE(ended.has_results());

  const System::Results results = system_.ReadResults(job->id());
  EXPECT_THAT(results.status, IsOk());
  EXPECT_EQ(results.pages.size(), 3u);
  EXPECT_EQ(results.item_count(), 12);
  EXPECT_TRUE(results.pages.back().last());
  EXPECT_THAT(results.pages.back().next_cursor(), IsEmpty());
}

TEST_P(QueryTest, TheQueryTravelsByteForByte) {
  v1::SubmitConversationQueryRequest request = SteeredQuery(GetParam(), R"({"duration":"0s"})");
  request.set_query_json(
      R"({ "interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z", "x":12345678901234567890,)"
      R"("y":1.10})");
  ASSERT_THAT(system_.Submit(request), IsOk());
  ASSERT_EQ(system_.simulator().Submissions().size(), 1u);
  EXPECT_EQ(system_.simulator().Submissions()[0].body, request.query_json());
}

TEST_P(QueryTest, AFailedQueryTellsWhy) {
  const auto job = system_.Submit(SteeredQuery(
      GetParam(), R"({"queued":"0s","duration":"0s","outcome":"failed","message":"too wide"})"));
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system_.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(ended.error().message(), HasSubstr("too wide"));
  EXPECT_THAT(system_.ReadResults(job->id()).status,
              StatusIs(absl::StatusCode::kFailedPrecondition, "NO_RESULTS"));
}

TEST_P(QueryTest, ARunningQueryHasNoResultsYet) {
  const auto job = system_.Submit(SteeredQuery(GetParam(), R"({"duration":"1h"})"));
  ASSERT_THAT(job, IsOk());
  EXPECT_THAT(system_.ReadResults(job->id()).status,
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  EXPECT_THAT(system_.ReadResults("no-such-job").status,
              StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

INSTANTIATE_TEST_SUITE_P(BothEndpoints, QueryTest,
                         ::testing::Values(v1::QUERY_ENDPOINT_QUERY, v1::QUERY_ENDPOINT_JOBS),
                         [](const auto& test) {
                           return test.param == v1::QUERY_ENDPOINT_QUERY ? "Query" : "Jobs";
                         });

TEST(TypedQueryTest, OfAJobBecomesGenesysOwnForm) {
  System system;
  v1::SubmitConversationQueryRequest request;
  request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  request.mutable_date_range()->mutable_start_time()->set_seconds(1767225600);  // 2026-01-01
  request.mutable_date_range()->mutable_end_time()->set_seconds(1767312000);
  v1::QueryFilter* filter = request.add_segment_filters();
  filter->set_type("and");
  v1::QueryPredicate* predicate = filter->add_predicates();
  predicate->set_dimension("mediaType");
  predicate->set_value("voice");
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  ASSERT_EQ(system.simulator().Submissions().size(), 1u);
  const std::string body = system.simulator().Submissions()[0].body;
  EXPECT_THAT(body, HasSubstr(R"("interval":"2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z")"));
  EXPECT_THAT(body, HasSubstr(R"("segmentFilters":[{"type":"and")"));
  EXPECT_THAT(body, HasSubstr(R"("dimension":"mediaType")"));
}

TEST(TypedQueryTest, MoreThanNinetyDaysIsRefusedBeforeGenesysIsAsked) {
  System system;
  v1::SubmitConversationQueryRequest request;
  request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  request.set_interval("2026-01-01T00:00:00Z/2026-04-01T00:00:01Z");
  EXPECT_THAT(system.Submit(request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request.set_query_json(R"({"interval":"2026-01-01T00:00:00Z/2026-04-01T00:00:01Z"})");
  request.clear_interval();
  EXPECT_THAT(system.Submit(request),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(system.simulator().Submissions(), IsEmpty());

  request.set_query_json(R"({"interval":"2026-01-01T00:00:00Z/2026-04-01T00:00:00Z"})");
  EXPECT_THAT(system.Submit(request), IsOk()) << "ninety days";
}

TEST(TypedQueryTest, ThePageSizeOfAJobReachesItsResults) {
  System system;
  v1::SubmitConversationQueryRequest request =
      SteeredQuery(v1::QUERY_ENDPOINT_JOBS, R"({"queued":"0s","duration":"0s","pages":2})");
  request.set_page_size(7);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  ASSERT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  system.RestartServer();
  const System::Results results = system.ReadResults(job->id());
  ASSERT_THAT(results.status, IsOk());
  EXPECT_EQ(results.pages.front().item_count(), 7);
}

}  // namespace
}  // namespace gcjobs
