#include "server/store/store_errors.h"

#include <gtest/gtest.h>

#include "common/error_info.h"

namespace gcjobs {
namespace {

TEST(StoreErrorsTest, FullQueueSaysWhenToRetry) {
  EXPECT_EQ(GetReason(CommitQueueFullError()), "COMMIT_QUEUE_FULL");
  EXPECT_EQ(GetRetryDelay(CommitQueueFullError()), absl::Seconds(1));
}

}  // namespace
}  // namespace gcjobs
