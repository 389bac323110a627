#include "server/jobs/org_profile.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/fakes/test_store.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::TestStore;

constexpr ApiFamily kGuides = ApiFamily::kGuides;
constexpr ApiFamily kOfficial = ApiFamily::kOfficial;

class OrgProfileTest : public ::testing::Test {
 protected:
  // What a server that starts now knows.
  std::optional<ApiFamily> KnownAfterARestart(std::optional<ApiFamily> configured = std::nullopt) {
    store_.CommitQueued();
    OrgProfile profile("acme", configured, &store_);
    profile.Load();
    return profile.family();
  }

  TestStore store_{TestStore::ByHand()};
  OrgProfile profile_{"acme", std::nullopt, &store_};
};

TEST_F(OrgProfileTest, TheFirstAnswerTeachesItForEver) {
  EXPECT_EQ(profile_.family(), std::nullopt);
  EXPECT_EQ(KnownAfterARestart(), std::nullopt);
  profile_.Learn(kOfficial);
  EXPECT_EQ(profile_.family(), kOfficial);
  EXPECT_EQ(KnownAfterARestart(), kOfficial);
}

// Somebody in between may have answered that the work was done at once; nobody but
// the guides' API gives a receipt.
TEST_F(OrgProfileTest, AReceiptOutweighsAnOutput) {
  profile_.Learn(kOfficial);
  profile_.Learn(kGuides);
  EXPECT_EQ(profile_.family(), kGuides);
  profile_.Learn(kOfficial);
  EXPECT_EQ(profile_.family(), kGuides);
  EXPECT_EQ(KnownAfterARestart(), kGuides);
}

TEST_F(OrgProfileTest, WhatIsConfiguredIsNotLearned) {
  OrgProfile configured("acme", kGuides, &store_);
  configured.Load();
  configured.Learn(kOfficial);
  EXPECT_EQ(configured.family(), kGuides);
  EXPECT_EQ(KnownAfterARestart(), std::nullopt);
  profile_.Learn(kOfficial);
  EXPECT_EQ(KnownAfterARestart(kGuides), kGuides);
}

TEST_F(OrgProfileTest, EachOrganisationHasItsOwn) {
  profile_.Learn(kOfficial);
  store_.CommitQueued();
  OrgProfile other("globex", std::nullopt, &store_);
  other.Load();
  EXPECT_EQ(other.family(), std::nullopt);
}

TEST(ApiFamilyTest, HasNames) {
  for (const ApiFamily family : {kGuides, kOfficial}) {
    EXPECT_EQ(ApiFamilyNamed(Name(family)), family);
  }
  EXPECT_EQ(ApiFamilyNamed("auto"), std::nullopt);
}

}  // namespace
}  // namespace gcjobs
