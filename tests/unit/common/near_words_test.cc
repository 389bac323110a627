#include "common/near_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kCommands = {"submit", "query", "export", "explain", "list", "get"};

TEST(NearWordsTest, AFewLettersApart) {
  EXPECT_THAT(NearWords("submti", kCommands), ElementsAre("submit"));  // swapped
  EXPECT_THAT(NearWords("exprt", kCommands), ElementsAre("export"));   // missing
  EXPECT_THAT(NearWords("lisst", kCommands), ElementsAre("list"));     // too many
  EXPECT_THAT(NearWords("gut", kCommands), ElementsAre("get"));        // another
  EXPECT_THAT(NearWords("EXPLAIN", kCommands), ElementsAre("explain"));
}

TEST(NearWordsTest, TheBeginningOfALongerWord) {
  EXPECT_THAT(NearWords("exp", kCommands), ElementsAre("export", "explain"));
  EXPECT_THAT(NearWords("ex", kCommands), IsEmpty());
}

TEST(NearWordsTest, OtherWordsAreNotNear) {
  EXPECT_THAT(NearWords("frobnicate", kCommands), IsEmpty());
  EXPECT_THAT(NearWords("", kCommands), IsEmpty());
  EXPECT_THAT(NearWords("list", {}), IsEmpty());
}

TEST(NearWordsTest, TheNearestFirstAndThreeAtMost) {
  EXPECT_THAT(NearWords("runing", {"ruling", "tuning", "running", "turning", "runing"}),
              ElementsAre("runing", "ruling", "running"));
}

TEST(NearWordsTest, VeryLongWordsAreComparedByTheirBeginning) {
  EXPECT_THAT(NearWords(std::string(100000, 'a'), {std::string(100000, 'a')}),
              ElementsAre(std::string(100000, 'a')));
}

TEST(DidYouMeanTest, AsksForWhatIsNear) {
  EXPECT_EQ(DidYouMean("lst", kCommands), "did you mean list?");
  EXPECT_EQ(DidYouMean("exp", kCommands), "did you mean export or explain?");
  EXPECT_EQ(DidYouMean("bat", {"cat", "bar", "bit"}), "did you mean bar, bit or cat?");
  EXPECT_EQ(DidYouMean("frobnicate", kCommands), "");
}

}  // namespace
}  // namespace gcjobs
