#include "tests/simulator/token_store.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace gcjobs::sim {
namespace {

using Verdict = TokenStore::Verdict;

TEST(TokenStoreTest, ATokenIsValidForItsLifetime) {
  testing::FakeClock clock;
  TokenStore tokens(&clock, absl::Seconds(10));
  const std::string token = tokens.Issue("me");
  clock.Advance(absl::Seconds(9));
  EXPECT_EQ(tokens.Look(token).verdict, Verdict::kValid);
  EXPECT_EQ(tokens.Look(token).client_id, "me");
  EXPECT_EQ(tokens.Look(token).remaining, absl::Seconds(1));
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(tokens.Look(token).verdict, Verdict::kExpired);
}

TEST(TokenStoreTest, TheTimeOfDayDoesNotMatter) {
  testing::FakeClock clock;
  TokenStore tokens(&clock, absl::Seconds(10));
  const std::string token = tokens.Issue("me");
  clock.SetNow(clock.Now() + absl::Hours(48));
  EXPECT_EQ(tokens.Look(token).verdict, Verdict::kValid);
}

TEST(TokenStoreTest, UnknownTokensAreUnknown) {
  testing::FakeClock clock;
  TokenStore tokens(&clock, absl::Hours(1));
  EXPECT_EQ(tokens.Look("sim-0").verdict, Verdict::kUnknown);
  EXPECT_EQ(tokens.Look("").verdict, Verdict::kUnknown);
}

TEST(TokenStoreTest, OneOrAllCanBeRevoked) {
  testing::FakeClock clock;
  TokenStore tokens(&clock, absl::Hours(1));
  const std::string first = tokens.Issue("me");
  const std::string second = tokens.Issue("me");
  EXPECT_NE(first, second);
  tokens.Revoke(first);
  EXPECT_EQ(tokens.Look(first).verdict, Verdict::kUnknown);
  EXPECT_EQ(tokens.Look(second).verdict, Verdict::kValid);
  EXPECT_EQ(tokens.RevokeAll(), 1);
  EXPECT_EQ(tokens.Look(second).verdict, Verdict::kUnknown);
  EXPECT_EQ(tokens.issued(), 2);
}

}  // namespace
}  // namespace gcjobs::sim
