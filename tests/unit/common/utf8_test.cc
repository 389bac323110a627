#include "common/utf8.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

constexpr char kFffd[] = "\xEF\xBF\xBD";

struct Case {
  const char* what;
  std::string text;
  std::string repaired;  // what ToValidUtf8 makes of it; the text itself when valid
};

void PrintTo(const Case& test_case, std::ostream* os) { *os << test_case.what; }

class WellFormedTest : public ::testing::TestWithParam<Case> {};
class IllFormedTest : public ::testing::TestWithParam<Case> {};

TEST_P(WellFormedTest, IsValidAndStaysAsItIs) {
  EXPECT_TRUE(IsValidUtf8(GetParam().text));
  EXPECT_EQ(ToValidUtf8(GetParam().text), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Utf8, WellFormedTest,
    ::testing::Values(Case{"empty", "", ""}, Case{"ascii", "a~\x7F", ""},
                      Case{"nul", std::string("a\0b", 3), ""},
                      Case{"first and last of two bytes", "\xC2\x80\xDF\xBF", ""},
                      Case{"first of three bytes", "\xE0\xA0\x80", ""},
                      Case{"last before the surrogates", "\xED\x9F\xBF", ""},
                      Case{"first after the surrogates", "\xEE\x80\x80", ""},
                      Case{"last of three bytes", "\xEF\xBF\xBF", ""},
                      Case{"first of four bytes", "\xF0\x90\x80\x80", ""},
                      Case{"last code point", "\xF4\x8F\xBF\xBF", ""},
                      Case{"mixed", "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x98\x80.", ""}));

TEST_P(IllFormedTest, IsInvalidAndRepairedByteForByte) {
  EXPECT_FALSE(IsValidUtf8(GetParam().text));
  EXPECT_EQ(ToValidUtf8(GetParam().text), GetParam().repaired);
  EXPECT_TRUE(IsValidUtf8(GetParam().repaired));
}

INSTANTIATE_TEST_SUITE_P(
    Utf8, IllFormedTest,
    ::testing::Values(
        Case{"lone continuation", "a\x80z", absl::StrCat("a", kFffd, "z")},
        Case{"overlong two bytes", "\xC0\xAF", absl::StrCat(kFffd, kFffd)},
        Case{"overlong two bytes, last", "\xC1\xBF", absl::StrCat(kFffd, kFffd)},
        Case{"overlong three bytes", "\xE0\x9F\xBF", absl::StrCat(kFffd, kFffd, kFffd)},
        Case{"overlong four bytes", "\xF0\x8F\xBF\xBF", absl::StrCat(kFffd, kFffd, kFffd, kFffd)},
        Case{"first surrogate", "\xED\xA0\x80", absl::StrCat(kFffd, kFffd, kFffd)},
        Case{"last surrogate", "\xED\xBF\xBF", absl::StrCat(kFffd, kFffd, kFffd)},
        Case{"beyond the last code point", "\xF4\x90\x80\x80",
             absl::StrCat(kFffd, kFffd, kFffd, kFffd)},
        Case{"lead bytes that do not exist", "\xF5\xFE\xFF", absl::StrCat(kFffd, kFffd, kFffd)},
        Case{"cut after one of two", "a\xC3", absl::StrCat("a", kFffd)},
        Case{"cut after two of three", "a\xE2\x82", absl::StrCat("a", kFffd, kFffd)},
        Case{"cut after three of four", "a\xF0\x9F\x98", absl::StrCat("a", kFffd, kFffd, kFffd)},
        Case{"broken by ascii", "\xE2\x82z", absl::StrCat(kFffd, kFffd, "z")},
        Case{"valid around invalid", "\xC3\xA9\xFF\xC3\xA9",
             absl::StrCat("\xC3\xA9", kFffd, "\xC3\xA9")}));

TEST(Utf8PrefixTest, ShortTextsStayWhole) {
  EXPECT_EQ(Utf8Prefix("", 0), "");
  EXPECT_EQ(Utf8Prefix("abc", 3), "abc");
  EXPECT_EQ(Utf8Prefix("abc", 9), "abc");
}

TEST(Utf8PrefixTest, CutsBetweenCharacters) {
  const std::string text = "a\xF0\x9F\x98\x80z";  // 1, 4 and 1 bytes
  for (size_t max_bytes : {1, 2, 3, 4}) EXPECT_EQ(Utf8Prefix(text, max_bytes), "a") << max_bytes;
  EXPECT_EQ(Utf8Prefix(text, 5), text.substr(0, 5));
  EXPECT_EQ(Utf8Prefix(text, 0), "");
}

TEST(Utf8PrefixTest, CutsBytesThatAreNoTextWhereItMust) {
  EXPECT_EQ(Utf8Prefix(std::string(10, '\x80'), 6), std::string(6, '\x80'));
  EXPECT_EQ(Utf8Prefix(std::string(10, '\xFF'), 6), std::string(6, '\xFF'));
  EXPECT_EQ(Utf8Prefix(std::string(10, '\x80'), 2), std::string(2, '\x80'));
}

}  // namespace
}  // namespace gcjobs
