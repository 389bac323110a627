#include "client/server_words.h"

#include <gtest/gtest.h>

#include "common/errors.h"

namespace gcjobs {
namespace {

std::string Field(absl::string_view field, absl::string_view problem) {
  return InWordsOfTheCommandLine(InvalidField(field, problem));
}

TEST(ServerWordsTest, FieldsBecomeOptions) {
  EXPECT_EQ(Field("options.wait", "must be 0 to 1m"), "--wait: must be 0 to 1m");
  EXPECT_EQ(Field("options.poll.max_interval", "x"), "--poll-max: x");
  EXPECT_EQ(Field("order_by", "x"), "--order-by: x");
  EXPECT_EQ(Field("kind", "x"), "KIND: x");
}

TEST(ServerWordsTest, WhatIsWithinAFieldBelongsToItsOption) {
  EXPECT_EQ(Field("path_parameters[\"knowledgeBaseId\"]", "must be set"),
            "--path knowledgeBaseId: must be set");
  EXPECT_EQ(Field("conversation_filters[0].predicates[1].type", "x"), "--filter: x");
  EXPECT_EQ(Field("date_range.start_time.nanos", "x"), "--from: x");
}

TEST(ServerWordsTest, UnknownFieldsStayAsTheyAre) {
  EXPECT_EQ(Field("brand_new.field", "must be set"), "brand_new.field: must be set");
}

TEST(ServerWordsTest, TextsNameOptionsToo) {
  EXPECT_EQ(Field("page_size", "must not be set together with query_json for QUERY_ENDPOINT_QUERY"),
            "--page-size: must not be set together with --query for --endpoint query");
  EXPECT_EQ(Field("query_json", "has no such limit with QUERY_ENDPOINT_JOBS."),
            "--query: has no such limit with --endpoint jobs.");
}

TEST(ServerWordsTest, EnglishStaysEnglish) {
  EXPECT_EQ(Field("interval", "the interval and the timeout of this kind, in any mode."),
            "--interval: the interval and the timeout of this kind, in any mode.");
  EXPECT_EQ(
      InWordsOfTheCommandLine(MakeError(errors::kTimeoutOutOfRange, "timeout 90s is too long")),
      "timeout 90s is too long");
}

TEST(ServerWordsTest, CallsBecomeCommands) {
  EXPECT_EQ(InWordsOfTheCommandLine("ListConversationViews has them. Ask UpdateJob, or GetJobs."),
            "gcjobs query views has them. Ask gcjobs update, or GetJobs.");
}

TEST(ServerWordsTest, WhatGenesysCloudSaysStaysAsItIs) {
  EXPECT_EQ(InWordsOfTheCommandLine(MakeError(errors::kGenesysBadRequest, "bad page_size")),
            "bad page_size");
  EXPECT_EQ(InWordsOfTheCommandLine(absl::InternalError("query_json")), "query_json");
}

}  // namespace
}  // namespace gcjobs
