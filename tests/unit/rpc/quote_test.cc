#include "server/rpc/quote.h"

#include <gtest/gtest.h>

#include <string>

#include "common/utf8.h"

namespace gcjobs {
namespace {

TEST(QuoteTest, ShortTextIsWhole) {
  EXPECT_EQ(Excerpt("custom_-_1a2b"), "custom_-_1a2b");
  EXPECT_EQ(Excerpt(std::string(64, 'a')), std::string(64, 'a'));
}

TEST(QuoteTest, LongTextIsCut) {
  EXPECT_EQ(Excerpt(std::string(1 << 20, 'a')), std::string(64, 'a') + "...");
  EXPECT_EQ(Excerpt("abcdef", 3), "abc...");
}

TEST(QuoteTest, CutsBetweenCharactersNotWithin) {
  const std::string text = std::string(63, 'a') + "\xe2\x82\xac and more";  // a euro sign
  EXPECT_EQ(Excerpt(text), std::string(63, 'a') + "...");
  EXPECT_TRUE(IsValidUtf8(Excerpt(text)));
}

TEST(QuoteTest, EscapesControlCharactersAndQuotes) {
  EXPECT_EQ(Quote("a\nb\"c\x01"), "\"a\\nb\\\"c\\001\"");
  EXPECT_EQ(Quote("\xc3\xa4"), "\"\xc3\xa4\"");
}

}  // namespace
}  // namespace gcjobs
