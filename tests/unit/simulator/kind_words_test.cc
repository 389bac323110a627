#include "tests/simulator/kind_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/json_path.h"

namespace gcjobs::sim {
namespace {

using ::testing::ElementsAre;

KindSpec WithStates(std::vector<std::pair<std::string, v1::JobState>> states) {
  KindSpec kind;
  kind.states = std::move(states);
  return kind;
}

TEST(KindWordsTest, AreTheStateTablesInItsOrder) {
  const StatusWords words = WordsOfKind(WithStates({{"Created", v1::JOB_STATE_PENDING},
                                                    {"Checked", v1::JOB_STATE_PENDING},
                                                    {"InProgress", v1::JOB_STATE_RUNNING},
                                                    {"Done", v1::JOB_STATE_SUCCEEDED},
                                                    {"DoneInPart", v1::JOB_STATE_SUCCEEDED},
                                                    {"Broken", v1::JOB_STATE_FAILED},
                                                    {"Stopped", v1::JOB_STATE_CANCELLED}}));
  EXPECT_THAT(words.queued, ElementsAre("Created", "Checked"));
  EXPECT_THAT(words.running, ElementsAre("InProgress"));
  EXPECT_EQ(words.completed, "Done");
  EXPECT_EQ(words.failed, "Broken");
  EXPECT_EQ(words.cancelled, "Stopped");
  EXPECT_EQ(words.expired, "EXPIRED");
}

TEST(KindWordsTest, AKindWithOneOfTheTwoShowsItInBoth) {
  const StatusWords pending = WordsOfKind(WithStates(
      {{"A", v1::JOB_STATE_PENDING}, {"B", v1::JOB_STATE_PENDING}, {"Z", v1::JOB_STATE_FAILED}}));
  EXPECT_THAT(pending.queued, ElementsAre("A", "B"));
  EXPECT_THAT(pending.running, ElementsAre("B"));
  const StatusWords running =
      WordsOfKind(WithStates({{"X", v1::JOB_STATE_RUNNING}, {"Y", v1::JOB_STATE_RUNNING}}));
  EXPECT_THAT(running.queued, ElementsAre("X"));
  EXPECT_THAT(running.running, ElementsAre("X", "Y"));
  EXPECT_EQ(running.completed, "COMPLETED");
}

TEST(KindWordsTest, NoStatesAreTheUsualWords) {
  const StatusWords words = WordsOfKind(KindSpec());
  EXPECT_THAT(words.queued, ElementsAre("QUEUED"));
  EXPECT_THAT(words.running, ElementsAre("RUNNING"));
}

TEST(KindWordsTest, ExpiredAndCancellingAreNoOrdinaryWords) {
  KindSpec kind = WithStates({{"RUNNING", v1::JOB_STATE_RUNNING},
                              {"CANCELLING", v1::JOB_STATE_RUNNING},
                              {"AbortRequested", v1::JOB_STATE_RUNNING},
                              {"Gone", v1::JOB_STATE_FAILED},
                              {"FAILED", v1::JOB_STATE_FAILED}});
  kind.expired = {"Gone"};
  const StatusWords words = WordsOfKind(kind);
  EXPECT_THAT(words.running, ElementsAre("RUNNING"));
  EXPECT_EQ(words.failed, "FAILED");
  EXPECT_EQ(words.expired, "Gone");
}

TEST(KindWordsTest, TheCancelledWordIsTheOneThatIsAskedFor) {
  KindSpec kind =
      WithStates({{"Cancelled", v1::JOB_STATE_CANCELLED}, {"Terminated", v1::JOB_STATE_CANCELLED}});
  EXPECT_EQ(WordsOfKind(kind).cancelled, "Cancelled");
  kind.cancel = CallSpec{"PATCH", "/api/v2/x", "", R"({"state": "Terminated"})"};
  EXPECT_EQ(WordsOfKind(kind).cancelled, "Terminated");
}

TEST(KindWordsTest, TheSecondPhasesWordStandsForItsWaitAlone) {
  KindSpec kind = WithStates({{"PENDING", v1::JOB_STATE_PENDING},
                              {"READY", v1::JOB_STATE_PENDING},
                              {"PROCESSING", v1::JOB_STATE_RUNNING}});
  kind.second_phase = SecondPhaseSpec{{"READY"}, {"PUT", "/api/v2/x", "", ""}};
  const StatusWords words = WordsOfKind(kind);
  EXPECT_THAT(words.queued, ElementsAre("PENDING"));
  EXPECT_EQ(words.ready, "READY");
}

TEST(JsonPathTest, MakesTheObjectsOnTheWay) {
  RawObject object;
  SetAt({"state"}, "1", &object);
  SetAt({"job", "id"}, "2", &object);
  SetAt({"job", "status"}, "3", &object);
  SetAt({"cursors", "after"}, "4", &object);
  EXPECT_EQ(object.ToString(), R"({"state":1,"job":{"id":2,"status":3},"cursors":{"after":4}})");
}

TEST(JsonPathTest, ErrorsAndMessagesAreArrays) {
  RawObject object;
  SetAt({"errors", "message"}, R"("no")", &object);
  SetAt({"messages", "text"}, R"("no")", &object);
  EXPECT_EQ(object.ToString(), R"({"errors":[{"message":"no"}],"messages":[{"text":"no"}]})");
}

}  // namespace
}  // namespace gcjobs::sim
