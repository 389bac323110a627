#include "server/store/batch_applier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/store/memory_backend.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs {
namespace {

using testing::InsertOf;
using testing::IsCommitted;
using testing::IsOk;
using testing::IsRefused;
using testing::NewJob;

TEST(BatchApplierTest, CountsOnFromTheHeadThatItWasGiven) {
  MemoryBackend backend;
  ASSERT_THAT(backend.Begin(), IsOk());
  BatchApplier applier(&backend, 41);

  const auto result = applier.Apply(InsertOf(NewJob("a")));

  ASSERT_THAT(result, IsCommitted());
  EXPECT_EQ(std::get<Committed>(*result).job.job().revision(), 42);
  ASSERT_EQ(applier.events().size(), 1u);
  EXPECT_EQ(applier.events()[0]->revision(), 42);
}

TEST(BatchApplierTest, RefusedWriteLeavesNoEventAndNoGap) {
  MemoryBackend backend;
  ASSERT_THAT(backend.Begin(), IsOk());
  BatchApplier applier(&backend, 0);
  ASSERT_THAT(applier.Apply(InsertOf(NewJob("a"))), IsOk());

  EXPECT_THAT(applier.Apply(InsertOf(NewJob("a"))), IsRefused(JobIdTaken()));

  EXPECT_EQ(applier.events().size(), 1u);
  EXPECT_EQ(std::get<Committed>(*applier.Apply(InsertOf(NewJob("c")))).job.job().revision(), 2);
}

TEST(BatchApplierTest, RecordOfADeleteIsAsItWasBefore) {
  MemoryBackend backend;
  ASSERT_THAT(backend.Begin(), IsOk());
  BatchApplier applier(&backend, 0);
  const auto inserted = applier.Apply(InsertOf(NewJob("a")));

  const auto deleted = applier.Apply(testing::DeleteOf(std::get<Committed>(*inserted).job));

  ASSERT_THAT(deleted, IsCommitted());
  EXPECT_EQ(std::get<Committed>(*deleted).job.job().revision(), 1);
  EXPECT_EQ(applier.events()[1]->job().revision(), 2);
}

}  // namespace
}  // namespace gcjobs
