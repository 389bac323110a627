#include "server/store/memory_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using testing::InsertOf;
using testing::IsError;
using testing::IsOk;
using testing::NewJob;

GroupCommitOptions ByHand() {
  GroupCommitOptions options;
  options.mode = CommitMode::kManual;
  return options;
}

TEST(MemoryStoreTest, NothingHappensBeforeItIsTurned) {
  MemoryStore store(ByHand());
  bool answered = false;
  store.Commit(InsertOf(NewJob("a")), [&answered](auto) { answered = true; });

  EXPECT_FALSE(answered);
  EXPECT_FALSE(store.GetJob("a").ok());

  store.CommitQueued();

  EXPECT_TRUE(answered);
  EXPECT_THAT(store.GetJob("a"), IsOk());
}

TEST(MemoryStoreTest, HeldCommitIsNotVisible) {
  MemoryStore store;
  store.HoldCommits();
  absl::Status answer = absl::UnknownError("not answered");
  store.Commit(InsertOf(NewJob("a")), [&answer](auto result) { answer = result.status(); });

  EXPECT_FALSE(store.GetJob("a").ok());
  EXPECT_EQ(store.GetRevisionRange()->head, 0);

  store.ReleaseCommits();
  store.Close();
  EXPECT_THAT(answer, IsOk());
  EXPECT_THAT(store.GetJob("a"), IsOk());
}

TEST(MemoryStoreTest, FailedSyncFailsTheGroupAndAllThatFollow) {
  MemoryStore store(ByHand());
  std::vector<absl::Status> answers;
  const auto note = [&answers](auto result) { answers.push_back(result.status()); };
  store.FailNextSync();
  store.Commit(InsertOf(NewJob("a")), note);
  store.CommitQueued();
  store.Commit(InsertOf(NewJob("b")), note);
  store.CommitQueued();

  constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
  EXPECT_THAT(answers, ElementsAre(IsError(kUnavailable, "STORE_FAILED"),
                                   IsError(kUnavailable, "STORE_FAILED")));
  EXPECT_THAT(store.TrimEvents(testing::At(0)), IsError(kUnavailable, "STORE_FAILED"));
  EXPECT_FALSE(store.GetJob("a").ok());
}

}  // namespace
}  // namespace gcjobs
