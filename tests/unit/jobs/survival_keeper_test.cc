#include "server/jobs/survival_keeper.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/test_store.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::TestStore;

constexpr char kClass[] = "kind/a";

class SurvivalKeeperTest : public ::testing::Test {
 protected:
  // A server's life: its book, and the loop that saves it.
  struct Life {
    explicit Life(SurvivalKeeperTest* test, SurvivalKeeper::Options options = {})
        : keeper(options, "acme", &book, &test->store_), loop(&test->clock_, nullptr) {
      keeper.Load();
    }
    void Learn(int jobs) {
      for (int i = 0; i < jobs; ++i) book.Ended(book.ClassOf(kClass), 9, 10, PollKind::kDue);
    }
    double samples() { return book.ModelOf(book.ClassOf(kClass)).samples(); }

    SurvivalBook book;
    SurvivalKeeper keeper;
    EventLoop loop;
  };

  void Advance(Life* life, absl::Duration step) {
    clock_.Advance(step);
    while (life->loop.Turn(absl::ZeroDuration())) {
    }
    store_.CommitQueued();
  }
  // What a server that starts now knows.
  double SamplesOfNextLife() { return Life(this).samples(); }
  void Put(const std::string& name, const std::string& bytes) {
    store_.Commit(PutDocument{name, bytes},
                  [](const auto& result) { ASSERT_THAT(result, IsOk()); });
    store_.CommitQueued();
  }

  FakeClock clock_;
  TestStore store_{TestStore::ByHand()};
};

TEST_F(SurvivalKeeperTest, WhatWasLearnedIsKnownAfterARestart) {
  Life life(this);
  life.Learn(40);
  life.keeper.Save();
  store_.CommitQueued();
  EXPECT_GT(life.samples(), 30);
  EXPECT_DOUBLE_EQ(SamplesOfNextLife(), life.samples());
}

TEST_F(SurvivalKeeperTest, SavesOnceAMinuteWhenSomethingWasLearned) {
  Life life(this);
  life.keeper.Start(&life.loop);
  life.Learn(3);
  Advance(&life, absl::Seconds(59));
  EXPECT_EQ(SamplesOfNextLife(), 0);
  Advance(&life, absl::Seconds(1));
  const double saved = SamplesOfNextLife();
  EXPECT_GT(saved, 0);

  Put("survival/acme", "");  // would be replaced by a save
  Advance(&life, absl::Minutes(1));
  EXPECT_EQ(SamplesOfNextLife(), 0) << "nothing was learned since, so nothing is saved";
  life.Learn(1);
  Advance(&life, absl::Minutes(1));
  EXPECT_GT(SamplesOfNextLife(), saved);
}

TEST_F(SurvivalKeeperTest, ALargeBookIsSavedMoreRarely) {
  SurvivalKeeper::Options options;
  options.bytes_per_second = 1;
  Life life(this, options);
  life.keeper.Start(&life.loop);
  life.Learn(3);
  Advance(&life, absl::Minutes(1));  // of some hundred bytes
  const double saved = SamplesOfNextLife();
  life.Learn(3);
  Advance(&life, absl::Minutes(1));
  EXPECT_DOUBLE_EQ(SamplesOfNextLife(), saved);
  Advance(&life, absl::Hours(1));
  EXPECT_GT(SamplesOfNextLife(), saved);
}

TEST_F(SurvivalKeeperTest, OrganisationsLearnApart) {
  Life life(this);
  life.Learn(3);
  life.keeper.Save();
  store_.CommitQueued();
  SurvivalBook book;
  SurvivalKeeper other({}, "other", &book, &store_);
  other.Load();
  EXPECT_EQ(book.ModelOf(book.ClassOf(kClass)).samples(), 0);
}

TEST_F(SurvivalKeeperTest, WhatCannotBeReadIsLearnedAnew) {
  Put("survival/acme", "no such message");
  Life life(this);
  EXPECT_EQ(life.samples(), 0);
  life.Learn(3);
  life.keeper.Save();
  store_.CommitQueued();
  EXPECT_GT(SamplesOfNextLife(), 0);
}

}  // namespace
}  // namespace gcjobs
