#include "common/time_conversion.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace gcjobs {
namespace {

using google::protobuf::Duration;
using google::protobuf::Timestamp;

constexpr int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr int64_t kLongest = 315576000000;      // 10,000 years
constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();
constexpr int64_t kMinInt64 = std::numeric_limits<int64_t>::min();

template <typename Message>
Message Make(int64_t seconds, int32_t nanos) {
  Message message;
  message.set_seconds(seconds);
  message.set_nanos(nanos);
  return message;
}

template <typename Message>
void ExpectParts(const Message& message, int64_t seconds, int32_t nanos) {
  EXPECT_EQ(message.seconds(), seconds);
  EXPECT_EQ(message.nanos(), nanos);
  EXPECT_TRUE(IsValid(message));
}

TEST(TimestampTest, NanosCountForwardAlsoBefore1970) {
  ExpectParts(ToProto(absl::FromUnixNanos(1700000000123456789)), 1700000000, 123456789);
  ExpectParts(ToProto(absl::UnixEpoch()), 0, 0);
  ExpectParts(ToProto(absl::FromUnixNanos(-1)), -1, 999999999);
}

TEST(TimestampTest, WhatANanosecondCannotSayIsDropped) {
  ExpectParts(ToProto(absl::UnixEpoch() + absl::Nanoseconds(7.75)), 0, 7);
  ExpectParts(ToProto(absl::UnixEpoch() - absl::Nanoseconds(0.25)), -1, 999999999);
}

TEST(TimestampTest, TimesOutOfRangeBecomeTheLimits) {
  ExpectParts(ToProto(absl::InfiniteFuture()), kLastSecond, 999999999);
  ExpectParts(ToProto(absl::FromUnixSeconds(kLastSecond + 1)), kLastSecond, 999999999);
  ExpectParts(ToProto(absl::InfinitePast()), kFirstSecond, 0);
  ExpectParts(ToProto(absl::FromUnixSeconds(kFirstSecond) - absl::Nanoseconds(1)), kFirstSecond, 0);
}

TEST(TimestampTest, RoundTripsUpToTheLimits) {
  for (const Timestamp& time :
       {Make<Timestamp>(kFirstSecond, 0), Make<Timestamp>(-1, 1), Make<Timestamp>(0, 0),
        Make<Timestamp>(1700000000, 123456789), Make<Timestamp>(kLastSecond, 999999999)}) {
    ExpectParts(ToProto(FromProto(time)), time.seconds(), time.nanos());
  }
}

TEST(TimestampTest, FromProtoNormalisesNanosOutOfRange) {
  EXPECT_EQ(FromProto(Make<Timestamp>(10, -1)), absl::FromUnixNanos(9999999999));
  EXPECT_EQ(FromProto(Make<Timestamp>(10, 2000000000)), absl::FromUnixSeconds(12));
}

TEST(TimestampTest, FromProtoSurvivesAnySeconds) {
  EXPECT_GT(FromProto(Make<Timestamp>(kMaxInt64, 2000000000)), absl::FromUnixSeconds(kLastSecond));
  EXPECT_LT(FromProto(Make<Timestamp>(kMinInt64, -2000000000)),
            absl::FromUnixSeconds(kFirstSecond));
}

TEST(TimestampTest, IsValidKnowsTheRanges) {
  EXPECT_TRUE(IsValid(Make<Timestamp>(kFirstSecond, 0)));
  EXPECT_TRUE(IsValid(Make<Timestamp>(kLastSecond, 999999999)));
  EXPECT_FALSE(IsValid(Make<Timestamp>(kFirstSecond - 1, 0)));
  EXPECT_FALSE(IsValid(Make<Timestamp>(kLastSecond + 1, 0)));
  EXPECT_FALSE(IsValid(Make<Timestamp>(0, -1)));
  EXPECT_FALSE(IsValid(Make<Timestamp>(0, 1000000000)));
}

TEST(DurationTest, SecondsAndNanosHaveOneSign) {
  ExpectParts(ToProto(absl::Milliseconds(1500)), 1, 500000000);
  ExpectParts(ToProto(absl::Milliseconds(-1500)), -1, -500000000);
  ExpectParts(ToProto(absl::Nanoseconds(-1)), 0, -1);
  ExpectParts(ToProto(absl::ZeroDuration()), 0, 0);
}

TEST(DurationTest, WhatANanosecondCannotSayIsDropped) {
  ExpectParts(ToProto(absl::Nanoseconds(7.75)), 0, 7);
  ExpectParts(ToProto(absl::Nanoseconds(-7.75)), 0, -7);
}

TEST(DurationTest, DurationsOutOfRangeBecomeTheLimits) {
  ExpectParts(ToProto(absl::InfiniteDuration()), kLongest, 999999999);
  ExpectParts(ToProto(-absl::InfiniteDuration()), -kLongest, -999999999);
  ExpectParts(ToProto(absl::Seconds(kLongest + 1)), kLongest, 999999999);
}

TEST(DurationTest, RoundTripsUpToTheLimits) {
  for (const Duration& duration :
       {Make<Duration>(-kLongest, -999999999), Make<Duration>(-1, -1), Make<Duration>(0, -1),
        Make<Duration>(0, 0), Make<Duration>(3, 250000000), Make<Duration>(kLongest, 999999999)}) {
    ExpectParts(ToProto(FromProto(duration)), duration.seconds(), duration.nanos());
  }
}

TEST(DurationTest, FromProtoNormalisesMixedSigns) {
  EXPECT_EQ(FromProto(Make<Duration>(1, -250000000)), absl::Milliseconds(750));
  EXPECT_EQ(FromProto(Make<Duration>(-1, 2000000000)), absl::Seconds(1));
}

TEST(DurationTest, FromProtoSurvivesAnySeconds) {
  EXPECT_GT(FromProto(Make<Duration>(kMaxInt64, 2000000000)), absl::Seconds(kLongest));
  EXPECT_LT(FromProto(Make<Duration>(kMinInt64, -2000000000)), -absl::Seconds(kLongest));
}

TEST(DurationTest, IsValidKnowsRangesAndSigns) {
  EXPECT_TRUE(IsValid(Make<Duration>(kLongest, 999999999)));
  EXPECT_TRUE(IsValid(Make<Duration>(-kLongest, -999999999)));
  EXPECT_TRUE(IsValid(Make<Duration>(0, -5)));
  EXPECT_TRUE(IsValid(Make<Duration>(-5, 0)));
  EXPECT_FALSE(IsValid(Make<Duration>(kLongest + 1, 0)));
  EXPECT_FALSE(IsValid(Make<Duration>(-kLongest - 1, 0)));
  EXPECT_FALSE(IsValid(Make<Duration>(0, 1000000000)));
  EXPECT_FALSE(IsValid(Make<Duration>(0, -1000000000)));
  EXPECT_FALSE(IsValid(Make<Duration>(1, -1)));
  EXPECT_FALSE(IsValid(Make<Duration>(-1, 1)));
}

}  // namespace
}  // namespace gcjobs
