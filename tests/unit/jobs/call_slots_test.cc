#include "server/jobs/call_slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CallSlotsTest : public ::testing::Test {
 protected:
  // Waits for a slot; its turn is noted in turns_.
  CallSlots::Place Wait(const std::string& who) {
    return slots_.Wait("acme", [this, who] { turns_.push_back(who); });
  }
  double Gauge() { return metrics_.CallQueue("acme").Value(); }

  Metrics metrics_;
  CallSlots slots_{2, &metrics_};
  std::vector<std::string> turns_;
};

TEST_F(CallSlotsTest, SlotsAreTakenUntilNoneIsLeft) {
  EXPECT_TRUE(slots_.TryTake("acme"));
  EXPECT_TRUE(slots_.TryTake("acme"));
  EXPECT_FALSE(slots_.TryTake("acme"));
  slots_.Release("acme");
  EXPECT_TRUE(slots_.TryTake("acme"));
}

TEST_F(CallSlotsTest, EachOrganisationHasItsOwn) {
  slots_.TryTake("acme");
  slots_.TryTake("acme");
  EXPECT_TRUE(slots_.TryTake("other"));
}

TEST_F(CallSlotsTest, AReleasedSlotGoesToWhoWaitsLongest) {
  slots_.TryTake("acme");
  slots_.TryTake("acme");
  Wait("a");
  Wait("b");
  EXPECT_THAT(turns_, IsEmpty());
  EXPECT_EQ(Gauge(), 2);
  slots_.Release("acme");
  EXPECT_THAT(turns_, ElementsAre("a"));
  EXPECT_FALSE(slots_.TryTake("acme"));  // it is a's
  slots_.Release("acme");
  EXPECT_THAT(turns_, ElementsAre("a", "b"));
  EXPECT_EQ(Gauge(), 0);
}

TEST_F(CallSlotsTest, WhoLeavesIsPassedOver) {
  slots_.TryTake("acme");
  slots_.TryTake("acme");
  const CallSlots::Place place = Wait("a");
  Wait("b");
  slots_.Leave("acme", place);
  slots_.Leave("acme", place);  // harmless
  slots_.Leave("acme", 0);
  EXPECT_EQ(Gauge(), 1);
  slots_.Release("acme");
  EXPECT_THAT(turns_, ElementsAre("b"));
}

}  // namespace
}  // namespace gcjobs
