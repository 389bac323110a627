#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Genesys Clouds that speak one family of APIs alone, and a client that does not
// know which.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

System::Options Upstream(const std::string& profile, std::vector<std::string> server = {}) {
  System::Options options;
  options.simulator = {"--profile", profile, "--durations", "constant:0", "--queued", "constant:0"};
  options.server = std::move(server);
  return options;
}

// Says neither how an action is to run nor where a query is.
v1::SubmitActionRequest PlainAction() {
  v1::SubmitActionRequest request;
  request.set_action_id(testing::kActionId);
  request.set_parameters_json(R"({"$sim":{"duration":"0s","result":{"id":"customer-7"}}})");
  return request;
}

v1::SubmitConversationQueryRequest PlainQuery() {
  return SteeredQuery(v1::QUERY_ENDPOINT_UNSPECIFIED,
                      R"({"queued":"0s","duration":"0s","pages":3,"itemsPerPage":2})");
}

std::vector<SeenRequest> QueryRequests(System* system) {
  return system->simulator().Seen([](const SeenRequest& request) {
    return request.method == "POST" && absl::EndsWith(request.path, "/details/query");
  });
}

// The same client code everywhere: each piece of work twice, the second time with
// what the first has taught.
class EitherFamilyTest : public ::testing::TestWithParam<const char*> {};

TEST_P(EitherFamilyTest, RunsActionsAndQueriesOfOneClient) {
  System system(Upstream(GetParam()));
  for (int round = 0; round < 2; ++round) {
    const auto query = system.Submit(PlainQuery());
    ASSERT_THAT(query, IsOk());
    EXPECT_EQ(system.AwaitEnd(query->id()).state(), v1::JOB_STATE_SUCCEEDED);
    const System::Results results = system.ReadResults(query->id());
    EXPECT_THAT(results.status, IsOk());
    EXPECT_EQ(results.item_count(), 6);
    EXPECT_TRUE(results.pages.back().last());

    const auto action = system.Submit(PlainAction());
    ASSERT_THAT(action, IsOk());
    const v1::Job ended = system.AwaitEnd(action->id());
    EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(ended.result_json(), R"({"id":"customer-7"})");
  }
}

INSTANTIATE_TEST_SUITE_P(Families, EitherFamilyTest, ::testing::Values("guides", "official"),
                         [](const auto& test) { return std::string(test.param); });

TEST(OfficialApiTest, ASynchronousQueryIsSubmittedOnceAndReadByItsPageNumbers) {
  System system(Upstream("official"));
  const auto query = system.Submit(PlainQuery());
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(query->upstream_id(), "");
  EXPECT_THAT(query->result_json(), HasSubstr("\"conversations\""));
  EXPECT_TRUE(query->has_results());
  EXPECT_THAT(QueryRequests(&system), SizeIs(1));

  const System::Results all = system.ReadResults(query->id());
  ASSERT_THAT(all.status, IsOk());
  EXPECT_EQ(all.item_count(), 6);
  // The first page was there; the one behind the last is empty.
  const std::vector<SeenRequest> requests = QueryRequests(&system);
  ASSERT_THAT(requests, SizeIs(4));
  for (int page = 2; page <= 4; ++page) {
    EXPECT_THAT(requests[page - 1].body, HasSubstr(absl::StrCat("\"pageNumber\":", page)));
  }

  // From any page, after a crash too.
  system.RestartServer();
  for (size_t i = 0; i + 1 < all.pages.size(); ++i) {
    const System::Results rest = system.ReadResults(query->id(), all.pages[i].next_cursor());
    ASSERT_THAT(rest.status, IsOk());
    ASSERT_THAT(rest.pages, SizeIs(all.pages.size() - i - 1));
    EXPECT_EQ(rest.pages[0].items_json(), all.pages[i + 1].items_json());
  }
}

TEST(OfficialApiTest, AnExplicitAsyncIsRefusedWithTheRemedyOnceThatIsKnown) {
  System system(Upstream("official"));
  v1::SubmitActionRequest async = PlainAction();
  async.set_mode(v1::ACTION_MODE_ASYNC);
  ASSERT_THAT(system.Submit(PlainQuery()), IsOk());  // teaches it
  system.RestartServer();                            // and it is kept
  const auto refused = system.Submit(async);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, "ASYNC_NOT_SUPPORTED"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("ACTION_MODE_DIRECT"));
  EXPECT_THAT(system.simulator().Seen([](const SeenRequest& request) {
    return absl::EndsWith(request.path, "/execute");
  }),
              IsEmpty());
}

TEST(OfficialApiTest, AConfiguredProfileNeedsNoLesson) {
  System official(Upstream("both", {"--profile", "official"}));
  v1::SubmitActionRequest async = PlainAction();
  async.set_mode(v1::ACTION_MODE_ASYNC);
  EXPECT_THAT(official.Submit(async),
              StatusIs(absl::StatusCode::kFailedPrecondition, "ASYNC_NOT_SUPPORTED"));
  EXPECT_EQ(official.Submit(PlainAction())->kind(), "action.direct");
  EXPECT_EQ(official.Submit(PlainQuery())->kind(), "analytics.conversations.details.jobs");
  v1::SubmitConversationQueryRequest query = PlainQuery();
  query.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  EXPECT_EQ(official.Submit(query)->kind(), "analytics.conversations.details.query");
}

// Also when the profile is learned in between.
TEST(OfficialApiTest, ARepeatedRequestGivesTheSameJob) {
  System system(Upstream("official"));
  v1::SubmitConversationQueryRequest query = PlainQuery();
  query.mutable_options()->set_request_id("r-1");
  v1::SubmitActionRequest action = PlainAction();
  action.mutable_options()->set_request_id("r-2");
  const auto first_action = system.Submit(action);
  const auto first_query = system.Submit(query);
  ASSERT_THAT(first_query, IsOk());
  ASSERT_THAT(first_action, IsOk());
  const auto second_query = system.Submit(query);
  const auto second_action = system.Submit(action);
  ASSERT_THAT(second_query, IsOk());
  ASSERT_THAT(second_action, IsOk());
  EXPECT_EQ(second_query->id(), first_query->id());
  EXPECT_EQ(second_action->id(), first_action->id());
}

// What an action answers is the action's; an id in it is the customer's.
struct Output {
  const char* name;
  const char* body;
  const char* result;
};

class OutputTest : public ::testing::TestWithParam<Output> {};

TEST_P(OutputTest, OfA200IsTheResultAndIsNeverSentAgain) {
  System system;
  for (const v1::SubmitGuarantee guarantee :
       {v1::SUBMIT_GUARANTEE_AT_MOST_ONCE, v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE}) {
    system.simulator().AddFault(
        absl::StrCat(R"({"method":"POST","route":"**/execute","count":1,"status":200,"body":)",
                     GetParam().body, "}"));
    v1::SubmitActionRequest request = Steered("{}");
    request.set_mode(v1::ACTION_MODE_ASYNC);
    request.mutable_options()->set_submit_guarantee(guarantee);
    // Nothing of it is learned: the guides' API may stand behind the same gateway.
    const size_t before = system.simulator().Submissions().size();
    const auto job = system.Submit(request);
    if (!job.ok()) {  // the second time, when an output has taught the profile
      EXPECT_THAT(job, StatusIs(absl::StatusCode::kFailedPrecondition, "ASYNC_NOT_SUPPORTED"));
      continue;
    }
    EXPECT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(job->result_json(), GetParam().result);
    EXPECT_EQ(system.simulator().Submissions().size(), before + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, OutputTest,
    ::testing::Values(Output{"CustomersId", R"("{\"id\":\"customer-7\"}")",
                             R"({"id":"customer-7"})"},
                      Output{"OwnStatus", R"("{\"id\":7,\"status\":\"shipped\"}")",
                             R"({"id":7,"status":"shipped"})"},
                      Output{"Array", R"("[1, 2]")", "[1, 2]"}, Output{"Empty", R"("")", "null"},
                      Output{"Page", R"("<html>login</html>")", "<html>login</html>"},
                      Output{"Broken", R"("{\"id\":")", "{\"id\":"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ReceiptTest, ThatNamesNothingIsNeverSentAgain) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","count":0,"status":202,"body":"{}"})");
  v1::SubmitActionRequest request = Steered("{}");
  request.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_THAT(job->error().message(), HasSubstr("cannot be followed"));
  EXPECT_THAT(system.simulator().Submissions(), SizeIs(1));
}

}  // namespace
}  // namespace gcjobs
