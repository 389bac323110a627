#include "server/genesys/conversation_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/error_info.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeClock;
using testing::FakeGenesysClient;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::StatusIs;

using Views = absl::StatusOr<v1::ListConversationViewsResponse>;

constexpr char kViews[] = R"({"entities":[
    {"name":"conversations","description":"Whole","dimensions":["mediaType","queueId"]},
    {"name":"segments","dimensions":["wrapUpCode"]}]})";

class ConversationViewsTest : public ::testing::Test {
 protected:
  Views List(const std::string& body, int status = 200, const std::string& view = "") {
    Views views = absl::UnknownError("no answer");
    Spawn<Views>(ListConversationViews(&client_, view),
                 [&views](Views answer) { views = std::move(answer); });
    Answer(body, status);
    return views;
  }
  std::string Advise(const std::string& query, const std::string& body = kViews, int status = 200) {
    std::string advice = "none";
    Spawn<std::string>(AdviseOnDimensions(&client_, query),
                       [&advice](std::string answer) { advice = std::move(answer); });
    Answer(body, status);
    return advice;
  }

 private:
  void Answer(const std::string& body, int status) {
    loop_.TestOnlyRunUntilIdle();
    ApiReply reply = FakeGenesysClient::Ok(body, status);
    if (status == 404) {
      reply = FakeGenesysClient::Error(404, absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND");
    } else if (status != 200) {
      reply = FakeGenesysClient::Error(status, absl::StatusCode::kPermissionDenied,
                                       "GENESYS_FORBIDDEN");
    }
    client_.Answer(std::move(reply));
    loop_.TestOnlyRunUntilIdle();
  }

  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  FakeGenesysClient client_{&loop_};
};

TEST_F(ConversationViewsTest, ViewsComeInGenesysCloudsOrder) {
  const Views views = List(kViews);
  ASSERT_THAT(views, IsOk());
  ASSERT_EQ(views->views_size(), 2);
  EXPECT_EQ(views->views(0).name(), "conversations");
  EXPECT_EQ(views->views(0).description(), "Whole");
  EXPECT_THAT(views->views(0).dimensions(), ElementsAre("mediaType", "queueId"));
}

TEST_F(ConversationViewsTest, TheListMayHaveAnyOfItsForms) {
  for (const char* body : {
           R"([{"name":"v","dimensions":["d"]}])",
           R"({"views":[{"view":"v","dimensions":[{"name":"d"}]}]})",
           R"({"entities":[{"id":"v","dimensions":[{"dimension":"d"},7,null,""]},{},null,5]})",
       }) {
    const Views views = List(body);
    ASSERT_THAT(views, IsOk()) << body;
    ASSERT_EQ(views->views_size(), 1) << body;
    EXPECT_EQ(views->views(0).name(), "v") << body;
    EXPECT_THAT(views->views(0).dimensions(), ElementsAre("d")) << body;
  }
  const Views bare = List(R"(["conversations"])");
  ASSERT_THAT(bare, IsOk());
  EXPECT_EQ(bare->views(0).name(), "conversations");
}

TEST_F(ConversationViewsTest, WhatIsNoListIsABadResponse) {
  for (const char* body : {"", "<html>", "{}", "7", R"({"entities":{}})"}) {
    EXPECT_THAT(List(body),
                StatusIs(absl::StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")))
        << body;
  }
}

TEST_F(ConversationViewsTest, OneViewByItsName) {
  const Views views = List(kViews, 200, "segments");
  ASSERT_THAT(views, IsOk());
  ASSERT_EQ(views->views_size(), 1);
  EXPECT_THAT(views->views(0).dimensions(), ElementsAre("wrapUpCode"));
}

TEST_F(ConversationViewsTest, AViewThatIsNotThereIsToldWithThoseThatComeNear) {
  const Views views = List(kViews, 200, "segment");
  EXPECT_THAT(views, StatusIs(absl::StatusCode::kNotFound, std::string("VIEW_NOT_FOUND")));
  EXPECT_EQ(GetErrorInfo(views.status())->metadata().at("near_names"), "segments");
}

TEST_F(ConversationViewsTest, AnApiWithoutTheListIsNotAnErrorOfTheViews) {
  EXPECT_THAT(List("", 404),
              StatusIs(absl::StatusCode::kNotFound, std::string("VIEWS_NOT_SUPPORTED")));
  EXPECT_THAT(List("", 403),
              StatusIs(absl::StatusCode::kPermissionDenied, std::string("GENESYS_FORBIDDEN")));
}

TEST_F(ConversationViewsTest, AdviceNamesWhatIsWrongAndWhatComesNear) {
  EXPECT_THAT(
      Advise(R"({"view":"conversations","filterCriteria":[
                         {"dimension":"mediatype"},{"dimension":"queueId"},
                         {"dimension":"wrapUpCode"},{"dimension":"mediatype"}]})"),
      AllOf(HasSubstr(R"("mediatype", which does not exist; there is "mediaType".)"),
            HasSubstr(R"("wrapUpCode", which does not exist.)"), Not(HasSubstr("queueId"))));
}

TEST_F(ConversationViewsTest, WithoutAViewTheDimensionsOfAllCount) {
  EXPECT_EQ(Advise(R"({"filterCriteria":[{"dimension":"wrapUpCode"},{"dimension":"queueId"}]})"),
            "");
  EXPECT_THAT(Advise(R"({"view":"x","conversationFilters":[{"predicates":[
                         {"dimension":"wrapupcode"}]}]})"),
              HasSubstr(R"(there is "wrapUpCode")"));
}

TEST_F(ConversationViewsTest, AdviceSaysWhereThereIsNothingToLookUp) {
  EXPECT_THAT(Advise(R"({"filterCriteria":[{"dimension":"x"}]})", "", 404),
              HasSubstr("no list of views"));
  EXPECT_EQ(Advise(R"({"filterCriteria":[{"dimension":"x"}]})", "", 403), "");
  EXPECT_EQ(Advise("[]"), "");
}

TEST_F(ConversationViewsTest, TheFailureIsKnownByItsWords) {
  EXPECT_TRUE(IsAboutDimensions(R"({"message":"Dimension not supported: mediatype"})"));
  EXPECT_FALSE(IsAboutDimensions(R"({"message":"The interval is too long"})"));
}

}  // namespace
}  // namespace gcjobs
