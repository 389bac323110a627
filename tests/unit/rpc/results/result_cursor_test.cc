#include "server/rpc/results/result_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rpc/page_token.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

ResultPosition MakePosition(std::string next) {
  ResultPosition position;
  position.next = std::move(next);
  position.skip_items = 17;
  position.pages = 1234567;
  position.empty_pages = 2;
  return position;
}

auto IsInvalidCursor() { return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_CURSOR"); }

class ResultCursorTest : public ::testing::Test {
 protected:
  const ResultCursorCodec codec_{"key", "job-1"};
  const std::string text_ = codec_.Encode(MakePosition("next"), 100);
};

TEST_F(ResultCursorTest, ComesBackAsItWas) {
  for (const std::string& next :
       {std::string(), std::string("a b  c"), std::string("/api/v2/x?y=\xff\0\n ", 16),
        std::string(16 << 10, 'x')}) {
    const auto cursor = codec_.Decode(codec_.Encode(MakePosition(next), 100));
    ASSERT_THAT(cursor, IsOk());
    EXPECT_EQ(cursor->position.next, next);
    EXPECT_EQ(cursor->position.skip_items, 17);
    EXPECT_EQ(cursor->position.pages, 1234567);
    EXPECT_EQ(cursor->position.empty_pages, 2);
    EXPECT_EQ(cursor->page_size, 100);
  }
}

// Cursors outlive a restart and an upgrade.
TEST_F(ResultCursorTest, StaysTheSameForEver) {
  EXPECT_EQ(text_, "AXOO1DXI001fuI2huwM6aWMxMjM0NTY3IDE3IDIgMTAwIG5leHQ");
}

TEST_F(ResultCursorTest, BelongsToOneJobAndOneKey) {
  EXPECT_THAT(ResultCursorCodec("key", "job-2").Decode(text_), IsInvalidCursor());
  EXPECT_THAT(ResultCursorCodec("other", "job-1").Decode(text_), IsInvalidCursor());
  EXPECT_THAT(ResultCursorCodec("keyj", "ob-1").Decode(text_), IsInvalidCursor());
  EXPECT_THAT(ResultCursorCodec("key", "job-1").Decode(text_), IsOk());
}

TEST_F(ResultCursorTest, AnyChangedCharacterIsFoundOut) {
  for (size_t i = 0; i < text_.size(); ++i) {
    std::string changed = text_;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(codec_.Decode(changed), IsInvalidCursor()) << "at " << i;
  }
}

TEST_F(ResultCursorTest, OtherTextIsNoCursor) {
  for (const std::string& text :
       {std::string(), std::string("x"), text_ + "A", text_.substr(1),
        EncodePageToken("scope", "1 0 0 0 "), std::string(1 << 20, 'A')}) {
    EXPECT_THAT(codec_.Decode(text), IsInvalidCursor());
  }
}

}  // namespace
}  // namespace gcjobs
