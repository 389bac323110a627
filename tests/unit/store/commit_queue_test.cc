#include "server/store/commit_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/error_info.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs {
namespace {

using testing::At;
using ::testing::ElementsAre;
using testing::InsertOf;
using ::testing::IsEmpty;
using testing::IsError;
using testing::NewJob;

constexpr auto kResourceExhausted = absl::StatusCode::kResourceExhausted;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

// A write of each kind that holds a mebibyte.
std::vector<Write> LargeWrites() {
  const std::string mebibyte(1 << 20, 'x');
  auto job = NewJob("a");
  job.mutable_job()->set_result_json(mebibyte);
  InsertJob insert{NewJob("b"), {}, {}};
  insert.submission.set_body(mebibyte);
  return {InsertOf(job), insert, testing::SilentUpdateOf(job), DeleteJob{mebibyte, 1, At(0)},
          PutDocument{"name", mebibyte}};
}

class CommitQueueTest : public ::testing::Test {
 protected:
  void Push(Write write) {
    queue_->Push(std::move(write), [this](absl::StatusOr<CommitOutcome> answer) {
      refusals_.push_back(answer.status());
    });
  }
  void PushTrim() {
    queue_->Push({At(0), 0, [this](auto dropped) { refusals_.push_back(dropped.status()); }});
  }

  // The sizes of all groups; 0 is a trim.
  std::vector<size_t> TakeAll() {
    std::vector<size_t> sizes;
    while (auto group = queue_->TakeGroup()) {
      const auto* writes = std::get_if<CommitQueue::Writes>(&*group);
      sizes.push_back(writes == nullptr ? 0 : writes->size());
    }
    return sizes;
  }

  // REQUIRES: nothing was pushed.
  void Limit(const CommitQueue::Limits& limits) { queue_.emplace(limits, &metrics_); }

  Metrics metrics_;
  std::optional<CommitQueue> queue_{std::in_place, CommitQueue::Limits(), &metrics_};
  std::vector<absl::Status> refusals_;
};

TEST_F(CommitQueueTest, AllThatIsQueuedIsOneGroupInItsOrder) {
  for (const char* id : {"a", "b", "c"}) Push(InsertOf(NewJob(id)));

  const auto group = queue_->TakeGroup();

  std::string ids;
  for (const auto& queued : std::get<CommitQueue::Writes>(*group)) {
    ids += std::get<InsertJob>(queued->write).job.job().id();
  }
  EXPECT_EQ(ids, "abc");
  EXPECT_FALSE(queue_->TakeGroup().has_value());
}

TEST_F(CommitQueueTest, GroupEndsAtItsWrites) {
  Limit({.max_group_writes = 2});
  for (const char* id : {"a", "b", "c", "d", "e"}) Push(InsertOf(NewJob(id)));

  EXPECT_THAT(TakeAll(), ElementsAre(2, 2, 1));
}

TEST_F(CommitQueueTest, GroupEndsAtItsBytesOfWhateverKindButHoldsOne) {
  Limit({.max_group_bytes = 1 << 20});
  for (Write& write : LargeWrites()) Push(std::move(write));

  EXPECT_THAT(TakeAll(), ElementsAre(1, 1, 1, 1, 1));
}

TEST_F(CommitQueueTest, TrimIsAGroupOfItsOwn) {
  Push(InsertOf(NewJob("a")));
  PushTrim();
  PushTrim();
  Push(InsertOf(NewJob("b")));

  EXPECT_THAT(TakeAll(), ElementsAre(1, 0, 0, 1));
}

TEST_F(CommitQueueTest, WriteBeyondTheQueuesBytesIsRefusedWhateverItsKind) {
  Limit({.max_queued_bytes = 1 << 20});
  for (Write& write : LargeWrites()) Push(std::move(write));  // the first always fits

  EXPECT_THAT(refusals_, ::testing::SizeIs(4));
  EXPECT_THAT(refusals_, ::testing::Each(IsError(kResourceExhausted, "COMMIT_QUEUE_FULL")));
  EXPECT_EQ(GetRetryDelay(refusals_[0]), absl::Seconds(1));
  EXPECT_THAT(TakeAll(), ElementsAre(1));

  Push(InsertOf(NewJob("a")));
  EXPECT_THAT(TakeAll(), ElementsAre(1)) << "what was taken makes room";
}

TEST_F(CommitQueueTest, WriteBeyondTheQueuesNumberIsRefused) {
  Limit({.max_queued_writes = 2});
  for (int i = 0; i < 3; ++i) Push(DeleteJob{"a", 1, At(0)});

  EXPECT_THAT(refusals_, ElementsAre(IsError(kResourceExhausted, "COMMIT_QUEUE_FULL")));
}

TEST_F(CommitQueueTest, ClosedQueueRefusesAndGivesOutWhatItHas) {
  Push(InsertOf(NewJob("a")));
  queue_->Close();
  Push(InsertOf(NewJob("b")));
  PushTrim();

  EXPECT_THAT(refusals_, ElementsAre(IsError(kUnavailable, "STORE_CLOSED"),
                                     IsError(kUnavailable, "STORE_CLOSED")));
  EXPECT_TRUE(queue_->WaitForGroup().has_value());
  EXPECT_FALSE(queue_->WaitForGroup().has_value());
}

TEST_F(CommitQueueTest, MetricTellsHowMuchWaits) {
  Limit({.max_group_writes = 2});
  for (const char* id : {"a", "b", "c"}) Push(InsertOf(NewJob(id)));
  PushTrim();
  EXPECT_EQ(metrics_.CommitQueue().Value(), 4);

  queue_->TakeGroup();
  EXPECT_EQ(metrics_.CommitQueue().Value(), 2);

  TakeAll();
  EXPECT_EQ(metrics_.CommitQueue().Value(), 0);
  EXPECT_THAT(refusals_, IsEmpty());
}

}  // namespace
}  // namespace gcjobs
