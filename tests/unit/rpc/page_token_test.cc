#include "server/rpc/page_token.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/escaping.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;

auto IsInvalidPageToken() {
  return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN");
}

TEST(PageTokenTest, PositionComesBack) {
  const std::string position("42 \0 x", 6);
  EXPECT_THAT(DecodePageToken("scope", EncodePageToken("scope", position)), IsOkAndHolds(position));
}

// Tokens outlive a restart and an upgrade.
TEST(PageTokenTest, StaysTheSameForEver) {
  EXPECT_EQ(EncodePageToken("scope", "42"), "AVYfVPTZdg4CsWL2tWZEZ6Y0Mg");
}

TEST(PageTokenTest, BelongsToOneScope) {
  EXPECT_THAT(DecodePageToken("other", EncodePageToken("scope", "42")), IsInvalidPageToken());
}

TEST(PageTokenTest, AnyChangedCharacterIsFoundOut) {
  const std::string token = EncodePageToken("scope", "position 17");
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_THAT(DecodePageToken("scope", changed), IsInvalidPageToken()) << "at " << i;
  }
}

TEST(PageTokenTest, OtherTextIsNoToken) {
  const std::string token = EncodePageToken("scope", "42");
  for (const std::string& text :
       {std::string("x"), std::string("!!!"), std::string(1 << 20, 'A'), token + "=", token + "A",
        token.substr(1), token.substr(0, token.size() - 1), " " + token}) {
    EXPECT_THAT(DecodePageToken("scope", text), IsInvalidPageToken());
  }
}

TEST(PageTokenTest, OtherVersionIsNoToken) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(EncodePageToken("scope", "42"), &bytes));
  bytes[0] = 2;
  EXPECT_THAT(DecodePageToken("scope", absl::WebSafeBase64Escape(bytes)), IsInvalidPageToken());
}

}  // namespace
}  // namespace gcjobs
