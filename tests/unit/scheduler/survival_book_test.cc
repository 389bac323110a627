#include "server/scheduler/survival_book.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "server/scheduler/survival_state.pb.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::IsOk;
using testing::StatusIs;

void Teach(SurvivalBook* book, const std::string& name, double duration, int jobs) {
  const SurvivalBook::ClassId id = book->ClassOf(name);
  for (int i = 0; i < jobs; ++i) {
    book->Unfinished(id, 0, duration * 0.9, PollKind::kDue);
    book->Ended(id, duration * 0.9, duration * 1.1, PollKind::kDue);
  }
}

double SurvivalAt(SurvivalBook* book, const std::string& name, double age) {
  return book->ModelOf(book->ClassOf(name)).curve().Survival(age);
}

double SamplesOf(SurvivalBook* book, const std::string& name) {
  return book->ModelOf(book->ClassOf(name)).samples();
}

TEST(SurvivalBookTest, TheSameNameIsTheSameClass) {
  SurvivalBook book;
  EXPECT_EQ(book.ClassOf("action.async/a"), book.ClassOf("action.async/a"));
  EXPECT_NE(book.ClassOf("action.async/a"), book.ClassOf("action.async/b"));
  EXPECT_EQ(book.NameOf(book.ClassOf("action.async/a")), "action.async/a");
}

TEST(SurvivalBookTest, ClassesAreKeptApart) {
  SurvivalBook book;
  Teach(&book, "action.async/short", 5, 100);
  Teach(&book, "action.async/long", 500, 100);
  EXPECT_LT(SurvivalAt(&book, "action.async/short", 50), 0.1);
  EXPECT_GT(SurvivalAt(&book, "action.async/long", 50), 0.9);
}

TEST(SurvivalBookTest, WhatOneClassLearnsIsLearnedOfThoseAbove) {
  SurvivalBook book;
  Teach(&book, "action.async/a", 200, 50);
  EXPECT_GT(SamplesOf(&book, "action.async"), 40);
  EXPECT_GT(SamplesOf(&book, ""), 40);
  EXPECT_EQ(SamplesOf(&book, "query"), 0);
  EXPECT_GT(SurvivalAt(&book, "action.async/new", 100), 0.6);
}

TEST(SurvivalBookTest, BeyondTheMostClassesTheOneAboveSpeaks) {
  SurvivalBook book(SurvivalBook::Options{/*max_classes=*/3});
  const SurvivalBook::ClassId first = book.ClassOf("kind/1");
  EXPECT_EQ(book.NameOf(first), "kind/1");
  EXPECT_EQ(book.NameOf(book.ClassOf("kind/2")), "kind");
  EXPECT_EQ(book.NameOf(book.ClassOf("other/1")), "");
  EXPECT_EQ(book.size(), 3u);
}

TEST(SurvivalBookTest, ARestartRemembers) {
  SurvivalBook before;
  Teach(&before, "action.async/a", 5, 100);
  Teach(&before, "query/7d", 300, 80);
  SurvivalBook after;
  ASSERT_THAT(after.Load(before.Save()), IsOk());
  for (const std::string name : {"action.async/a", "action.async", "query/7d", ""}) {
    EXPECT_NEAR(SamplesOf(&after, name), SamplesOf(&before, name), 1e-9) << name;
    for (const double age : {1.0, 5.0, 50.0, 400.0}) {
      EXPECT_NEAR(SurvivalAt(&after, name, age), SurvivalAt(&before, name, age), 0.03) << name;
    }
  }
}

TEST(SurvivalBookTest, BytesThatAreNothingChangeNothing) {
  SurvivalBook book;
  EXPECT_THAT(book.Load("\xff\xff\xff garbage"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(book.Load(""), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(book.size(), 1u);
}

TEST(SurvivalBookTest, EveryPrefixOfSavedBytesIsSafe) {
  SurvivalBook saved;
  Teach(&saved, "action.async/a", 5, 100);
  const std::string bytes = saved.Save();
  for (size_t length = 0; length < bytes.size(); length += 7) {
    SurvivalBook book;
    (void)book.Load(bytes.substr(0, length));  // either answer is right
    EXPECT_GT(SurvivalAt(&book, "action.async/a", 1), 0);
  }
}

TEST(SurvivalBookTest, AnotherGridIsRefused) {
  scheduler::SurvivalState state;
  SurvivalBook saved;
  ASSERT_TRUE(state.ParseFromString(saved.Save()));
  state.set_bins_per_e(6);
  SurvivalBook book;
  EXPECT_THAT(book.Load(state.SerializeAsString()), StatusIs(absl::StatusCode::kDataLoss));
}

class SavedClassTest : public ::testing::Test {
 protected:
  // Loads a state of which `change` has spoilt the class `action.async/a`.
  template <typename Change>
  double SamplesAfter(Change change) {
    SurvivalBook saved;
    Teach(&saved, "action.async/a", 5, 50);
    scheduler::SurvivalState state;
    EXPECT_TRUE(state.ParseFromString(saved.Save()));
    for (scheduler::ClassEvidence& evidence : *state.mutable_classes()) {
      if (evidence.poll_class() == "action.async/a") change(&evidence);
    }
    SurvivalBook book;
    EXPECT_THAT(book.Load(state.SerializeAsString()), IsOk());
    EXPECT_GT(SamplesOf(&book, ""), 40) << "the others are taken up";
    return SamplesOf(&book, "action.async/a");
  }
};

TEST_F(SavedClassTest, UnspoiltItIsTakenUp) {
  EXPECT_GT(SamplesAfter([](scheduler::ClassEvidence*) {}), 40);
}

TEST_F(SavedClassTest, NumbersThatMakeNoSenseLeaveItOut) {
  using Evidence = scheduler::ClassEvidence;
  EXPECT_EQ(SamplesAfter([](Evidence* evidence) { evidence->set_jobs(-1); }), 0);
  EXPECT_EQ(SamplesAfter([](Evidence* evidence) { evidence->set_jobs(std::nan("")); }), 0);
  EXPECT_EQ(SamplesAfter([](Evidence* evidence) { evidence->set_ended(3, -2); }), 0);
  EXPECT_EQ(SamplesAfter([](Evidence* evidence) { evidence->set_at_risk(0, INFINITY); }), 0);
  EXPECT_EQ(SamplesAfter([](Evidence* evidence) {
              for (int i = 0; i < 1000; ++i) evidence->add_ended(1);
            }),
            0);
}

SurvivalBook::Options KnowingMonths() {
  SurvivalBook::Options options;
  options.usual_means = {{"31d", 600}};
  return options;
}

TEST(SurvivalBookTest, WhatIsKnownBeforehandCountsUntilJobsAreSeen) {
  SurvivalBook book(KnowingMonths());
  EXPECT_GT(SurvivalAt(&book, "query/31d", 60), 0.5);
  EXPECT_LT(SurvivalAt(&book, "query/1d", 60), 0.2);
  // What the class above has seen of shorter queries says nothing of long ones.
  Teach(&book, "query/1d", 2, 100);
  EXPECT_GT(SurvivalAt(&book, "query/31d", 60), 0.5);
  EXPECT_LT(SurvivalAt(&book, "query/7d", 60), 0.1);
}

TEST(SurvivalBookTest, WhatIsKnownBeforehandGivesWayToWhatIsSeen) {
  SurvivalBook book(KnowingMonths());
  Teach(&book, "query/31d", 5, 30);
  EXPECT_LT(SurvivalAt(&book, "query/31d", 60), 0.1);
}

// Jobs that end `run` seconds after their status changed at `changed_at`, as polls see
// them.
void TeachChange(SurvivalBook* book, const std::string& name, double changed_at, double run) {
  const SurvivalBook::ClassId id = book->ClassOf(name);
  book->Unfinished(id, 0, changed_at, PollKind::kDue);
  const double before = changed_at + 0.9 * run, after = changed_at + 1.1 * run;
  book->SinceChange(id, changed_at, changed_at, before, /*ended=*/false);
  book->Unfinished(id, changed_at, before, PollKind::kDue);
  book->SinceChange(id, changed_at, before, after, /*ended=*/true);
  book->Ended(id, before, after, PollKind::kDue);
}

// They wait for one another, from some seconds to minutes, and then run for 20 s.
TEST(SurvivalBookTest, WhereJobsWaitTheTimeSinceTheirChangeIsBelieved) {
  SurvivalBook book;
  for (int i = 0; i < 60; ++i) TeachChange(&book, "action.async/a", 10 + 37 * i % 200, 20);
  const auto since_change = book.BelievedSinceChange(book.ClassOf("action.async/a"));
  ASSERT_TRUE(since_change.has_value());
  EXPECT_GT(book.ModelOf(*since_change).curve().Survival(15), 0.9);
  EXPECT_LT(book.ModelOf(*since_change).curve().Survival(25), 0.1);
}

// They end a minute after they were accepted, whenever their status changes.
TEST(SurvivalBookTest, WhereTheAgeTellsMoreItIsBelieved) {
  SurvivalBook book;
  for (int i = 0; i < 60; ++i) {
    const double changed_at = 5 + 7 * i % 50;
    TeachChange(&book, "action.async/a", changed_at, 60 - changed_at);
  }
  EXPECT_FALSE(book.BelievedSinceChange(book.ClassOf("action.async/a")).has_value());
}

TEST(SurvivalBookTest, OneJobIsNotEnoughToBelieveItsChange) {
  SurvivalBook book;
  TeachChange(&book, "action.async/a", 100, 20);
  EXPECT_FALSE(book.BelievedSinceChange(book.ClassOf("action.async/a")).has_value());
}

TEST(SurvivalBookTest, TheSecondLawIsNotSaved) {
  SurvivalBook book;
  for (int i = 0; i < 60; ++i) TeachChange(&book, "action.async/a", 10 + 37 * i % 200, 20);
  SurvivalBook loaded;
  ASSERT_THAT(loaded.Load(book.Save()), IsOk());
  EXPECT_EQ(loaded.size(), 3u);
  EXPECT_GT(SamplesOf(&loaded, "action.async/a"), 40);
}

TEST(SurvivalBookTest, TheVersionTellsWhetherThereIsSomethingToSave) {
  SurvivalBook book;
  const uint64_t before = book.version();
  book.ClassOf("action.async/a");
  EXPECT_EQ(book.version(), before);
  Teach(&book, "action.async/a", 5, 1);
  EXPECT_GT(book.version(), before);
}

}  // namespace
}  // namespace gcjobs
