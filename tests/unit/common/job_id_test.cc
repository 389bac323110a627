#include "common/job_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/thread.h"

namespace gcjobs {
namespace {

using ::testing::MatchesRegex;

const absl::Time kNow = absl::FromUnixMillis(0x0190A1B2C3D4);

// The milliseconds in the first 48 bits.
int64_t MillisOf(absl::string_view id) {
  uint64_t millis = 0;
  EXPECT_TRUE(absl::SimpleHexAtoi(absl::StrCat(id.substr(0, 8), id.substr(9, 4)), &millis));
  return static_cast<int64_t>(millis);
}

TEST(JobIdGeneratorTest, IsAUuidOfVersion7AndVariant2) {
  JobIdGenerator ids;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_THAT(ids.Next(kNow), MatchesRegex("0190a1b2-c3d4-7[0-9a-f][0-9a-f][0-9a-f]-"
                                             "[89ab][0-9a-f][0-9a-f][0-9a-f]-[0-9a-f]+"));
    EXPECT_EQ(ids.Next(kNow).size(), 36u);
  }
}

TEST(JobIdGeneratorTest, IdsSortByTime) {
  JobIdGenerator ids;
  std::string last = ids.Next(kNow);
  for (int i = 1; i < 1000; ++i) {
    const absl::Time now = kNow + absl::Milliseconds(i);
    std::string id = ids.Next(now);
    EXPECT_LT(last, id);
    EXPECT_EQ(MillisOf(id), absl::ToUnixMillis(now));
    last = std::move(id);
  }
}

TEST(JobIdGeneratorTest, IdsOfOneMillisecondIncrease) {
  JobIdGenerator ids;
  std::string last = ids.Next(kNow);
  for (int i = 0; i < 10000; ++i) {
    std::string id = ids.Next(kNow);
    ASSERT_LT(last, id);
    ASSERT_EQ(MillisOf(id), absl::ToUnixMillis(kNow));
    last = std::move(id);
  }
}

TEST(JobIdGeneratorTest, IdsIncreaseWhenTheClockGoesBack) {
  JobIdGenerator ids;
  const std::string first = ids.Next(kNow);
  const std::string second = ids.Next(kNow - absl::Hours(1));
  const std::string third = ids.Next(kNow - absl::Minutes(59));
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, ids.Next(kNow + absl::Milliseconds(1)));
}

TEST(JobIdGeneratorTest, ATimeBefore1970GivesAValidId) {
  JobIdGenerator ids;
  const std::string id = ids.Next(absl::InfinitePast());
  EXPECT_EQ(MillisOf(id), 0);
  EXPECT_LT(id, ids.Next(absl::InfinitePast()));
}

TEST(JobIdGeneratorTest, ATimeBeyond48BitsGivesAnIdOf36Characters) {
  JobIdGenerator ids;
  const std::string id = ids.Next(absl::InfiniteFuture());
  EXPECT_EQ(id.size(), 36u);
  EXPECT_LT(id, ids.Next(absl::InfiniteFuture()));
}

TEST(JobIdGeneratorTest, GeneratorsDoNotRepeatEachOther) {
  JobIdGenerator one;
  JobIdGenerator other;
  EXPECT_NE(one.Next(kNow), other.Next(kNow));
}

TEST(JobIdGeneratorTest, ThreadsGetDifferentIds) {
  JobIdGenerator ids;
  std::vector<std::string> one;
  std::vector<std::string> other;
  const auto take = [&ids](std::vector<std::string>* taken) {
    for (int i = 0; i < 2000; ++i) taken->push_back(ids.Next(kNow));
  };
  {
    const Thread thread("one", [&] { take(&one); });
    take(&other);
  }
  std::set<std::string> all(one.begin(), one.end());
  all.insert(other.begin(), other.end());
  EXPECT_EQ(all.size(), 4000u);
}

}  // namespace
}  // namespace gcjobs
