// Documents: bytes of the server's own under a name.

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::IsEmpty;

WriteBatch PutOf(std::string name, std::string bytes) {
  WriteBatch batch;
  batch.Add(WriteBatch::PutDocument{std::move(name), std::move(bytes)});
  return batch;
}

TEST_P(StoreConformance, ADocumentIsWhatWasPutLast) {
  ASSERT_THAT(Commit(PutOf("a", std::string("\0\xff", 2))), IsOk());
  ASSERT_THAT(Commit(PutOf("b", "other")), IsOk());
  EXPECT_EQ(store().GetDocument("a").value(), std::string("\0\xff", 2));

  ASSERT_THAT(Commit(PutOf("a", "")), IsOk());

  EXPECT_EQ(store().GetDocument("a").value(), "");
  EXPECT_EQ(store().GetDocument("b").value(), "other");
}

TEST_P(StoreConformance, ADocumentThatNobodyPutIsNotFound) {
  EXPECT_THAT(store().GetDocument("a"), IsError(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
}

TEST_P(StoreConformance, ADocumentMakesNoEventAndNoRevision) {
  const auto result = Commit(PutOf("a", "1"));

  ASSERT_THAT(result, IsOk());
  EXPECT_THAT(result->jobs, IsEmpty());
  EXPECT_EQ(store().GetRevisionRange()->head, 0);
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_P(StoreConformance, ADocumentOfARefusedBatchIsNotPut) {
  ASSERT_THAT(Commit(PutOf("a", "old")), IsOk());
  WriteBatch batch = PutOf("a", "new");
  batch.Add(WriteBatch::PutDocument{"b", "1"});
  batch.Add(WriteBatch::Delete{"no such job", 1, At(1)});

  EXPECT_THAT(Commit(std::move(batch)), IsError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));

  EXPECT_EQ(store().GetDocument("a").value(), "old");
  EXPECT_FALSE(store().GetDocument("b").ok());
}

}  // namespace
}  // namespace gcjobs::testing
