#include "server/store/store_errors.h"

#include <gtest/gtest.h>

#include "common/error_info.h"

namespace gcjobs {
namespace {

TEST(StoreErrorsTest, OnlyErrorsOfTheBatchSpareTheStore) {
  EXPECT_TRUE(IsBatchError(JobNotFoundError("a")));
  EXPECT_TRUE(IsBatchError(JobExistsError("a")));
  EXPECT_TRUE(IsBatchError(StaleRevisionError("a", 1, 2)));
  EXPECT_TRUE(IsBatchError(RequestIdExistsError("main", "r", "a")));
  EXPECT_FALSE(IsBatchError(StoreFailedError("sync")));
  EXPECT_FALSE(IsBatchError(StoreCorruptError("page 7")));
  EXPECT_FALSE(IsBatchError(absl::InternalError("anything else")));
}

TEST(StoreErrorsTest, FullQueueSaysWhenToRetry) {
  EXPECT_EQ(GetReason(CommitQueueFullError()), "COMMIT_QUEUE_FULL");
  EXPECT_EQ(GetRetryDelay(CommitQueueFullError()), absl::Seconds(1));
}

TEST(StoreErrorsTest, MetadataHoldsEachValueOfTheMessage) {
  const auto info = GetErrorInfo(StaleRevisionError("a", 1, 2));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->metadata().at("job_id"), "a");
  EXPECT_EQ(info->metadata().at("expected_revision"), "1");
  EXPECT_EQ(info->metadata().at("revision"), "2");
}

}  // namespace
}  // namespace gcjobs
