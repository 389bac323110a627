#include "server/rpc/results/result_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/page_token.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

// A page whose body is `body` and whose only part is all of it.
UpstreamPage MakePage(const std::string& body, bool is_bare = false) {
  UpstreamPage page;
  page.body = std::make_shared<const std::string>(body);
  ResultPart part;
  part.slice = {*page.body, is_bare, /*item_count=*/3};
  part.after.pages = 300;
  page.parts = {part};
  return page;
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

v1::ResultPage Expected(const std::string& items, const std::string& cursor) {
  v1::ResultPage page;
  page.set_items_json(items);
  page.set_item_count(3);
  page.set_page_number(300);
  page.set_next_cursor(cursor);
  return page;
}

TEST(ResultMessageTest, IsWhatProtobufWouldWrite) {
  for (const std::string& items : {std::string("[1, \"\u00e9\" ]"), std::string(200, 'x'),
                                   std::string(3 << 20, 'y'), std::string("[]")}) {
    const UpstreamPage page = MakePage(items);
    const std::string bytes = BytesOf(MakeResultMessage(page, page.parts[0], "cursor"));
    EXPECT_TRUE(bytes == Expected(items, "cursor").SerializeAsString()) << items.size();
    v1::ResultPage parsed;
    EXPECT_TRUE(parsed.ParseFromString(bytes));
  }
}

TEST(ResultMessageTest, BareItemsGetTheirBrackets) {
  const UpstreamPage page = MakePage("1 , 2,3", /*is_bare=*/true);
  EXPECT_EQ(BytesOf(MakeResultMessage(page, page.parts[0], "c")),
            Expected("[1 , 2,3]", "c").SerializeAsString());
}

TEST(ResultMessageTest, TheLastPageSaysSo) {
  UpstreamPage page = MakePage("[]");
  page.parts[0].is_last = true;
  v1::ResultPage parsed;
  ASSERT_TRUE(parsed.ParseFromString(BytesOf(MakeResultMessage(page, page.parts[0], ""))));
  EXPECT_TRUE(parsed.last());
  EXPECT_EQ(parsed.next_cursor(), "");
}

TEST(ResultMessageTest, RefersToTheBodyInsteadOfCopyingIt) {
  const UpstreamPage page = MakePage(std::string(1000, 'x'));
  const grpc::ByteBuffer message = MakeResultMessage(page, page.parts[0], "c");
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(message.Dump(&slices).ok());
  ASSERT_EQ(slices.size(), 3u);
  EXPECT_EQ(reinterpret_cast<const char*>(slices[1].begin()), page.body->data());
}

TEST(ResultMessageTest, KeepsTheBodyAliveAndNoLonger) {
  UpstreamPage page = MakePage("[\"a body that is not within its string\"]");
  const std::weak_ptr<const std::string> body = page.body;
  grpc::ByteBuffer message = MakeResultMessage(page, page.parts[0], "c");
  page = UpstreamPage();
  EXPECT_FALSE(body.expired());
  EXPECT_THAT(BytesOf(message), ::testing::HasSubstr("not within"));
  message.Clear();
  EXPECT_TRUE(body.expired());
}

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
  EXPECT_EQ(text_, "AXAQJjY-yUXjn61yjBRtensxMjM0NTY3IDE3IDIgMTAwIG5leHQ");
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
