#include "server/genesys/action_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/fakes/odd_json.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using testing::FakeClock;
using testing::FakeGenesysClient;
using testing::IsOk;
using testing::StatusIs;

ActionQuery Query(std::string name = "", std::string flow_id = "") {
  ActionQuery query;
  query.name = std::move(name);
  if (!flow_id.empty()) query.family = v1::ACTION_FAMILY_FLOW;
  query.flow_id = std::move(flow_id);
  query.page_size = 2;
  return query;
}

class ListActionsTest : public ::testing::Test {
 protected:
  // Lists, and gives the request that was sent.
  ApiRequest Ask(ActionQuery query) {
    page_.reset();
    Spawn<Page>(ListActions(&client_, std::move(query)),
                [this](Page page) { page_ = std::move(page); });
    loop_.TestOnlyRunUntilIdle();
    return client_.sent().back().request;
  }

  // Lists, and gets that answer.
  absl::StatusOr<ActionPage> List(ActionQuery query, std::string body) {
    Ask(std::move(query));
    Answer(std::move(body));
    return page();
  }

  // Answers the newest request.
  void Answer(std::string body) {
    client_.Answer(FakeGenesysClient::Ok(std::move(body)), client_.sent().size() - 1);
    loop_.TestOnlyRunUntilIdle();
  }

  using Page = absl::StatusOr<ActionPage>;
  Page page() const { return page_.value_or(absl::UnimplementedError("no answer")); }
  FakeGenesysClient& client() { return client_; }
  EventLoop& loop() { return loop_; }

 private:
  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  FakeGenesysClient client_{&loop_};
  std::optional<Page> page_;
};

TEST_F(ListActionsTest, AsksForIntegrationActionsWithTheirConfig) {
  EXPECT_EQ(Ask(Query("get order")).target,
            "/api/v2/integrations/actions?pageSize=2&pageNumber=1&includeConfig=true"
            "&name=get%20order");
  EXPECT_EQ(Ask(Query()).target,
            "/api/v2/integrations/actions?pageSize=2&pageNumber=1&includeConfig=true");
  EXPECT_EQ(Ask(Query()).request_class, RequestClass::kManage);
}

TEST_F(ListActionsTest, AsksForAFlowsActionsWithTheirDefinition) {
  EXPECT_EQ(Ask(Query("", "f/1")).target,
            "/api/v2/flows/dataactions?flowId=f%2F1&pageSize=2&pageNumber=1&expand=definition");
}

TEST_F(ListActionsTest, AsksForTheActionsOfAllFlows) {
  ActionQuery query = Query();
  query.family = v1::ACTION_FAMILY_FLOW;
  EXPECT_EQ(Ask(query).target,
            "/api/v2/flows/dataactions?pageSize=2&pageNumber=1&expand=definition");
}

// Upstream finds parts of names, and so the whole name as well; it compares as it likes.
TEST_F(ListActionsTest, AnExactNameCountsToTheLetter) {
  ActionQuery query = Query();
  query.exact_name = "Get Order";
  EXPECT_THAT(Ask(query).target, ::testing::EndsWith("&name=Get%20Order"));
  const auto page = List(query, R"({"entities":[{"id":"1","name":"Get Order"},
      {"id":"2","name":"get order"},{"id":"3","name":"Get Orders"},{"id":"4"}]})");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions.size(), 1u);
  EXPECT_EQ(page->actions[0].id(), "1");
  EXPECT_EQ(page->actions[0].family(), v1::ACTION_FAMILY_INTEGRATION);
}

TEST_F(ListActionsTest, ActionsOfAllFlowsSayWhichTheyBelongTo) {
  ActionQuery query = Query();
  query.family = v1::ACTION_FAMILY_FLOW;
  const auto page = List(query, R"({"entities":[
      {"id":"1","type":"rest","flowId":"f-1"},{"id":"2","type":"rest","flow":{"id":"f-2"}},
      {"id":"3","type":"rest","selfUri":"/api/v2/flows/f-3/dataactions/3"},
      {"id":"4","type":"rest","selfUri":"/flows"},{"id":"5","type":"rest","flow":7}]})");
  ASSERT_THAT(page, IsOk());
  std::vector<std::string> flows;
  for (const v1::Action& action : page->actions) flows.push_back(action.flow_id());
  EXPECT_THAT(flows, ElementsAre("f-1", "f-2", "f-3", "", ""));
  EXPECT_EQ(page->actions[0].family(), v1::ACTION_FAMILY_FLOW);
}

TEST_F(ListActionsTest, PageSizeAndNumberAreBroughtIntoRange) {
  ActionQuery query;
  query.page_size = 5000;
  query.page_number = -3;
  EXPECT_EQ(Ask(query).target,
            "/api/v2/integrations/actions?pageSize=100&pageNumber=1&includeConfig=true");
}

TEST_F(ListActionsTest, ReadsIntegrationActions) {
  const auto page = List(Query(), R"({"entities":[{"id":"a-1","name":"Get","category":"CRM",
      "integrationId":"i-1","version":4,"config":{"timeoutSeconds":20}}]})");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions.size(), 1u);
  const v1::Action& action = page->actions[0];
  EXPECT_EQ(action.id(), "a-1");
  EXPECT_EQ(action.name(), "Get");
  EXPECT_EQ(action.category(), "CRM");
  EXPECT_EQ(action.integration_id(), "i-1");
  EXPECT_EQ(action.version(), 4);
  EXPECT_EQ(FromProto(action.timeout()), absl::Seconds(20));
}

TEST_F(ListActionsTest, ReadsAFlowsActionsOfEveryForm) {
  const auto page = List(Query("", "f-1"), R"({"entities":[
      {"id":"1","type":"rest","definition":{"options":{"timeout":1500}}},
      {"id":"2","type":"rest","definition":"{\"options\":{\"timeout\":2500}}"},
      {"id":"3","type":"script","executionTimeout":7},
      {"id":"4","type":"rest"}, {"id":"5","type":"rest","definition":"not json"}]})");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions.size(), 5u);
  EXPECT_EQ(page->actions[0].flow_id(), "f-1");
  EXPECT_EQ(FromProto(page->actions[0].timeout()), absl::Milliseconds(1500));
  EXPECT_EQ(FromProto(page->actions[1].timeout()), absl::Milliseconds(2500));
  EXPECT_EQ(FromProto(page->actions[2].timeout()), absl::Seconds(7));
  EXPECT_FALSE(page->actions[3].has_timeout());
  EXPECT_FALSE(page->actions[4].has_timeout());
}

TEST_F(ListActionsTest, EntitiesOfAnyShapeDoNoHarm) {
  const auto page = List(Query(), R"({"entities":[null,7,"x",[],{},{"id":5},{"id":""},
      {"id":"a","name":[],"version":"4","config":"none"},
      {"id":"b","config":{"timeoutSeconds":"20"},"version":1e99},
      {"id":"c","config":{"timeoutSeconds":-1}}]})");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions.size(), 3u);
  for (const v1::Action& action : page->actions) {
    EXPECT_FALSE(action.has_timeout()) << action.id();
    EXPECT_EQ(action.version(), 0) << action.id();
  }
}

TEST_F(ListActionsTest, NamesAreMatchedIgnoringCase) {
  const auto page = List(Query("ORDER"), R"({"entities":[{"id":"1","name":"Get Order"},
      {"id":"2","name":"Get User"},{"id":"3","name":"orders"}]})");
  ASSERT_EQ(page->actions.size(), 2u);
  EXPECT_EQ(page->actions[1].id(), "3");
}

class BadListTest : public ListActionsTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(BadListTest, IsABadResponse) {
  EXPECT_THAT(List(Query(), GetParam()),
              StatusIs(absl::StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")));
}

INSTANTIATE_TEST_SUITE_P(Bodies, BadListTest,
                         ::testing::Values("", "<html>", "[]", "{}", "null", R"({"entities":{}})",
                                           R"({"entities":null})", R"({"entities":[{)"));

struct PagingCase {
  const char* situation;
  int entities;
  const char* members;
  bool has_next;
};

void PrintTo(const PagingCase& c, std::ostream* os) { *os << c.situation; }

class PagingTest : public ListActionsTest, public ::testing::WithParamInterface<PagingCase> {};

// Page 3, two actions a page.
TEST_P(PagingTest, KnowsTheLastPage) {
  ActionQuery query = Query();
  query.page_number = 3;
  std::string entities;
  for (int i = 0; i < GetParam().entities; ++i) {
    absl::StrAppend(&entities, i == 0 ? "" : ",", R"({"id":"a"})");
  }
  const auto page =
      List(query, absl::StrCat(R"({"entities":[)", entities, "]", GetParam().members, "}"));
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->next_page_number,
            GetParam().has_next ? std::optional<int>(4) : std::optional<int>());
}

INSTANTIATE_TEST_SUITE_P(
    Answers, PagingTest,
    ::testing::Values(
        PagingCase{"an empty page, whatever is said", 0, R"(,"pageCount":9,"nextUri":"/x")", false},
        PagingCase{"a short page", 1, "", false}, PagingCase{"a full page", 2, "", true},
        PagingCase{"a full page and a lying pageCount", 2, R"(,"pageCount":1)", true},
        PagingCase{"a full page, pageCount and total agree", 2, R"(,"pageCount":3,"total":6)",
                   false},
        PagingCase{"pages to come", 2, R"(,"pageCount":4)", true},
        PagingCase{"a short page with pages to come", 1, R"(,"pageCount":4)", true},
        PagingCase{"a next page by link", 1, R"(,"nextUri":"/api/v2/x?pageNumber=4")", true},
        PagingCase{"smaller pages than asked for", 1, R"(,"pageSize":1,"total":4)", true},
        PagingCase{"the last of smaller pages", 1, R"(,"pageSize":1,"pageCount":3,"total":3)",
                   false},
        PagingCase{"more in all than seen", 2, R"(,"pageCount":3,"total":7)", true},
        PagingCase{"a page that does not turn", 2, R"(,"pageNumber":1)", false},
        PagingCase{"numbers of other types", 1, R"(,"pageCount":"4","total":null,"nextUri":7)",
                   false}));

// Pages of one entity each, one after the other.
class SearchTest : public ListActionsTest {
 protected:
  // Answers what is asked with pages of an entity of that name each, a last one of the
  // name given last; returns how many were asked for.
  int AnswerPages(const std::vector<std::string>& names) {
    int asked = 0;
    for (const std::string& name : names) {
      if (client().sent().empty()) break;
      ++asked;
      const std::string next = asked < static_cast<int>(names.size()) ? R"(,"nextUri":"/n")" : "";
      Answer(absl::StrCat(R"({"entities":[{"id":"id-)", asked, R"(","name":")", name, R"("}])",
                          next, "}"));
    }
    return asked;
  }
};

TEST_F(SearchTest, GoesOnUntilSomethingMatches) {
  Ask(Query("order"));
  EXPECT_EQ(AnswerPages({"a", "b", "Get Order", "d"}), 3);
  ASSERT_THAT(page(), IsOk());
  ASSERT_EQ(page()->actions.size(), 1u);
  EXPECT_EQ(page()->next_page_number, 4);
}

TEST_F(SearchTest, StopsAfterTenPagesAndSaysWhereToGoOn) {
  Ask(Query("order"));
  EXPECT_EQ(AnswerPages(std::vector<std::string>(12, "other")), 10);
  ASSERT_THAT(page(), IsOk());
  EXPECT_EQ(page()->actions.size(), 0u);
  EXPECT_EQ(page()->next_page_number, 11);
}

TEST_F(SearchTest, EndsWithTheLastPage) {
  Ask(Query("order"));
  EXPECT_EQ(AnswerPages({"a", "b"}), 2);
  ASSERT_THAT(page(), IsOk());
  EXPECT_EQ(page()->next_page_number, std::nullopt);
}

class FindByNameTest : public SearchTest {
 protected:
  using Found = absl::StatusOr<v1::Action>;
  void Find(const std::string& name, const std::string& flow_id = "") {
    Spawn<Found>(FindActionByName(&client(), name, flow_id),
                 [this](Found found) { found_ = std::move(found); });
    loop().TestOnlyRunUntilIdle();
  }
  std::string Metadata(const std::string& key) {
    return GetErrorInfo(found_.status())->metadata().at(key);
  }

  Found found_ = absl::UnknownError("no answer");
};

TEST_F(FindByNameTest, ReadsToTheEndSinceTheNameMayComeAgain) {
  Find("Get Order");
  EXPECT_EQ(AnswerPages({"a", "Get Order", "c"}), 3);
  ASSERT_THAT(found_, IsOk());
  EXPECT_EQ(found_->id(), "id-2");
}

TEST_F(FindByNameTest, OfSeveralOfTheNameTheIdsAreTold) {
  Find("Get Order", "f-1");
  AnswerPages({"Get Order", "b", "Get Order"});
  EXPECT_THAT(found_, StatusIs(absl::StatusCode::kFailedPrecondition,
                               std::string("ACTION_NAME_AMBIGUOUS")));
  EXPECT_EQ(Metadata("action_ids"), "id-1, id-3");
  EXPECT_EQ(Metadata("flow_id"), "f-1");
}

TEST_F(FindByNameTest, ANameThatIsNotFoundIsToldWithThoseThatComeNear) {
  Find("Get Oder");
  EXPECT_EQ(AnswerPages({"x"}), 1);
  // The search by name has found none, so all are read for what it may have meant.
  EXPECT_EQ(client().sent().back().request.target,
            "/api/v2/integrations/actions?pageSize=100&pageNumber=1&includeConfig=true");
  AnswerPages({"Get Order", "Rate Conversation"});
  EXPECT_THAT(found_, StatusIs(absl::StatusCode::kNotFound, std::string("ACTION_NAME_NOT_FOUND")));
  EXPECT_EQ(Metadata("near_names"), "Get Order");
}

TEST_F(FindByNameTest, GenesysCloudsErrorIsTheCallers) {
  Find("Get Order");
  client().Answer(
      FakeGenesysClient::Error(403, absl::StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
  loop().TestOnlyRunUntilIdle();
  EXPECT_THAT(found_,
              StatusIs(absl::StatusCode::kPermissionDenied, std::string("GENESYS_FORBIDDEN")));
}

class OddListingTest : public ListActionsTest,
                       public ::testing::WithParamInterface<testing::OddValue> {};

TEST_P(OddListingTest, HidesNoAction) {
  const auto odd = [](absl::string_view object) {
    return testing::WithNeighbours(object, GetParam());
  };
  const auto page = List(
      Query(), odd(absl::StrCat(
                   R"({"total":2,"pageNumber":1,"entities":[)",
                   odd(R"({"id":"a-1","name":"One","version":3,"config":{"timeoutSeconds":20}})"),
                   ",", GetParam().json, R"(,{"id":"a-2"}]})")));
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->actions.size(), 2u);
  EXPECT_EQ(page->actions[0].id(), "a-1");
  EXPECT_EQ(page->actions[0].name(), "One");
  EXPECT_EQ(page->actions[0].version(), 3);
  EXPECT_EQ(FromProto(page->actions[0].timeout()), absl::Seconds(20));
  EXPECT_EQ(page->actions[1].id(), "a-2");
}

INSTANTIATE_TEST_SUITE_P(All, OddListingTest, ::testing::ValuesIn(testing::OddValues()),
                         [](const auto& odd) { return std::string(odd.param.name); });

}  // namespace
}  // namespace gcjobs
