// Documents: bytes of the server's own under a name.

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::IsEmpty;

Write PutOf(std::string name, std::string bytes) {
  return PutDocument{std::move(name), std::move(bytes)};
}

TEST_P(StoreConformance, ADocumentIsWhatWasPutLast) {
  ASSERT_THAT(Commit(PutOf("a", std::string("\0\xff", 2))), IsCommitted());
  ASSERT_THAT(Commit(PutOf("b", "other")), IsCommitted());
  EXPECT_EQ(reader().GetDocument("a").value(), std::string("\0\xff", 2));

  ASSERT_THAT(Commit(PutOf("a", "")), IsCommitted());

  EXPECT_EQ(reader().GetDocument("a").value(), "");
  EXPECT_EQ(reader().GetDocument("b").value(), "other");
}

TEST_P(StoreConformance, ADocumentThatNobodyPutIsNotFound) {
  EXPECT_THAT(reader().GetDocument("a"),
              IsError(absl::StatusCode::kNotFound, "DOCUMENT_NOT_FOUND"));
}

TEST_P(StoreConformance, ADocumentMakesNoEventAndNoRevision) {
  MustCommit(PutOf("a", "1"));

  EXPECT_EQ(reader().GetRevisionRange()->head, 0);
  EXPECT_THAT(Heard(), IsEmpty());
}

}  // namespace
}  // namespace gcjobs::testing
