#include "common/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;

// An API with a callback, whose answer the test gives when it wants.
class Door {
 public:
  void Ask(Callback<int>::Done done) { asked_.push_back(std::move(done)); }
  size_t asked() const { return asked_.size(); }
  void Answer(int value) { Take()(value); }
  void DropCallback() { Take(); }

 private:
  Callback<int>::Done Take() {
    Callback<int>::Done done = std::move(asked_.front());
    asked_.erase(asked_.begin());
    return done;
  }
  std::vector<Callback<int>::Done> asked_;
};

// Says when it goes.
class Owned {
 public:
  Owned(std::string name, std::vector<std::string>* log) : name_(std::move(name)), log_(log) {}
  Owned(Owned&& other) noexcept
      : name_(std::move(other.name_)), log_(std::exchange(other.log_, nullptr)) {}
  ~Owned() {
    if (log_ != nullptr) log_->push_back(absl::StrCat(name_, " gone"));
  }

 private:
  std::string name_;
  std::vector<std::string>* log_;
};

class TaskTest : public ::testing::Test {
 protected:
  Task<int> Ask() {
    const int value = co_await Callback<int>([&](auto done) { door_.Ask(std::move(done)); });
    co_return value;
  }

  // Adds two answers, and owns something meanwhile.
  Task<int> Sum() {
    const Owned inner("inner", &log_);
    const int first = co_await Ask();
    const int second = co_await Ask();
    co_return first + second;
  }

  Task<> Tell() {
    const Owned outer("outer", &log_);
    const int sum = co_await Sum();
    log_.push_back(absl::StrCat("sum ", sum));
  }

  Task<> TellAndEnd(std::optional<Story>* owner) {
    const Owned owned("story", &log_);
    co_await Ask();
    owner->reset();
    log_.push_back("still telling");
    co_await Ask();
    log_.push_back("not reached");
  }

  Door door_;
  std::vector<std::string> log_;
};

TEST_F(TaskTest, WaitsForEachAnswerAndReleasesWhatItOwnedAtItsEnd) {
  Spawn(Tell());
  EXPECT_EQ(door_.asked(), 1u);
  door_.Answer(1);
  EXPECT_THAT(log_, ElementsAre());
  door_.Answer(2);
  EXPECT_THAT(log_, ElementsAre("inner gone", "sum 3", "outer gone"));
}

TEST_F(TaskTest, ACallbackDestroyedUnrunEndsTheStoryFromTheInnermostFrame) {
  Spawn(Tell());
  door_.Answer(1);
  door_.DropCallback();
  EXPECT_THAT(log_, ElementsAre("inner gone", "outer gone"));
}

TEST_F(TaskTest, AnOwnerThatGoesEndsTheStory) {
  {
    const Story story(Tell());
    EXPECT_FALSE(story.is_over());
  }
  EXPECT_THAT(log_, ElementsAre("inner gone", "outer gone"));
  door_.Answer(1);  // nobody waits any more
  EXPECT_EQ(log_.size(), 2u);
}

TEST_F(TaskTest, TheOwnerOfAStoryThatHasEndedIsEmpty) {
  Story story(Tell());
  door_.Answer(1);
  door_.Answer(2);
  EXPECT_TRUE(story.is_over());
}

TEST_F(TaskTest, TheOwnerOfAStoryWhoseCallbackWasDestroyedIsEmpty) {
  const Story story(Tell());
  door_.DropCallback();
  EXPECT_TRUE(story.is_over());
}

TEST_F(TaskTest, OwnershipMovesWithTheOwner) {
  Story first(Tell());
  Story second(std::move(first));
  Story third;
  third = std::move(second);
  door_.Answer(1);
  EXPECT_THAT(log_, ElementsAre());
  third = Story();
  EXPECT_THAT(log_, ElementsAre("inner gone", "outer gone"));
}

TEST_F(TaskTest, AnAnswerWithinTheCallRunsTheStoryOn) {
  std::optional<int> seen;
  const auto tell = [](std::optional<int>* out) -> Task<> {
    *out = co_await Callback<int>([](auto done) { done(7); });
  };
  Spawn(tell(&seen));
  EXPECT_EQ(seen, 7);
}

TEST_F(TaskTest, ACallbackDestroyedWithinTheCallEndsTheStory) {
  bool went_on = false;
  const auto tell = [](std::vector<std::string>* log, bool* out) -> Task<> {
    const Owned owned("story", log);
    co_await Callback<int>([](auto done) { auto dropped = std::move(done); });
    *out = true;
  };
  Spawn(tell(&log_, &went_on));
  EXPECT_FALSE(went_on);
  EXPECT_THAT(log_, ElementsAre("story gone"));
}

// A job that its own story ends takes the story's owner with it.
TEST_F(TaskTest, AStoryWhoseOwnerItEndsItselfGoesOnToItsNextWait) {
  std::optional<Story> owner;
  owner.emplace(TellAndEnd(&owner));
  door_.Answer(1);
  EXPECT_THAT(log_, ElementsAre("still telling", "story gone"));
  EXPECT_EQ(door_.asked(), 0u);
}

TEST_F(TaskTest, MoveOnlyValuesPassThrough) {
  std::unique_ptr<int> seen;
  const auto make = []() -> Task<std::unique_ptr<int>> {
    std::unique_ptr<int> value =
        co_await Callback<std::unique_ptr<int>>([](auto done) { done(std::make_unique<int>(5)); });
    co_return value;
  };
  const auto tell = [&make](std::unique_ptr<int>* out) -> Task<> { *out = co_await make(); };
  Spawn(tell(&seen));
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(*seen, 5);
}

TEST_F(TaskTest, TheMacrosLeaveACoroutineWithTheError) {
  const auto fail = []() -> Task<absl::StatusOr<int>> {
    co_return absl::NotFoundError("nothing there");
  };
  const auto half = [&fail]() -> Task<absl::StatusOr<std::string>> {
    CO_ASSIGN_OR_RETURN(const int value, co_await fail());
    co_return absl::StrCat(value);
  };
  std::optional<absl::StatusOr<std::string>> seen;
  const auto tell = [&half](std::optional<absl::StatusOr<std::string>>* out) -> Task<> {
    out->emplace(co_await half());
  };
  Spawn(tell(&seen));
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->status(), absl::NotFoundError("nothing there"));
}

TEST_F(TaskTest, ATaskThatNobodyAwaitsRunsNothing) {
  { const Task<int> task = Ask(); }
  EXPECT_EQ(door_.asked(), 0u);
}

TEST_F(TaskTest, AHundredThousandStepsThatDoNotWaitNeedNoStack) {
  const auto step = []() -> Task<int> { co_return 1; };
  int sum = 0;
  const auto tell = [&step](int* out) -> Task<> {
    for (int i = 0; i < 100'000; ++i) *out += co_await step();
  };
  Spawn(tell(&sum));
  EXPECT_EQ(sum, 100'000);
}

}  // namespace
}  // namespace gcjobs
