#include "client/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gcjobs {
namespace {

using ::testing::ElementsAre;

TEST(EscapeControlsTest, EscapeSequencesBecomeVisible) {
  EXPECT_EQ(EscapeControls("a\x1b[2Jb\rc\nd\te\x7f"), "a\\x1b[2Jb\\x0dc\\nd\\te\\x7f");
}

TEST(EscapeControlsTest, C1AndBidirectionalControlsBecomeVisible) {
  EXPECT_EQ(EscapeControls("\xc2\x9b"  // CSI in one character
                           "31m\xe2\x80\xae"),
            "\\x9b31m\\u202e");
}

TEST(EscapeControlsTest, OrdinaryTextStays) {
  EXPECT_EQ(EscapeControls("Bestellung prüfen 注文 😀"), "Bestellung prüfen 注文 😀");
}

TEST(EscapeControlsTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(EscapeControls("a\xff\xc3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(DisplayWidthTest, WideCharactersCountTwoAndCombiningOnesNone) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("注文"), 4);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1);
}

TEST(FitWidthTest, CutsWithDotsWithinTheColumns) {
  EXPECT_EQ(FitWidth("abcdef", 6), "abcdef");
  EXPECT_EQ(FitWidth("abcdefg", 6), "abc...");
  EXPECT_EQ(FitWidth("注文注文", 7), "注文...");
  EXPECT_EQ(FitWidth("abcdef", 2), "ab");
  EXPECT_EQ(FitWidth("abcdef", 0), "");
}

TEST(WrapWordsTest, BreaksBetweenWordsAndKeepsNewlines) {
  EXPECT_THAT(WrapWords("one two three\nfour", 8), ElementsAre("one two", "three", "four"));
  EXPECT_THAT(WrapWords("averyverylongword x", 5), ElementsAre("averyverylongword", "x"));
}

TEST(ShortDurationTest, TwoUnitsRoundedDown) {
  EXPECT_EQ(ShortDuration(absl::Milliseconds(999)), "0s");
  EXPECT_EQ(ShortDuration(absl::Seconds(59)), "59s");
  EXPECT_EQ(ShortDuration(absl::Seconds(192)), "3m12s");
  EXPECT_EQ(ShortDuration(absl::Minutes(303)), "5h3m");
  EXPECT_EQ(ShortDuration(absl::Hours(55)), "2d7h");
  EXPECT_EQ(ShortDuration(-absl::Seconds(5)), "0s");
}

TEST(ShortAgeTest, PastAndFuture) {
  const absl::Time now = absl::FromUnixSeconds(1000);
  EXPECT_EQ(ShortAge(now - absl::Seconds(192), now), "3m12s ago");
  EXPECT_EQ(ShortAge(now + absl::Seconds(40), now), "in 40s");
}

TEST(FormatSecondsTest, WholeSecondsElseMilliseconds) {
  EXPECT_EQ(FormatSeconds(absl::Seconds(90)), "90s");
  EXPECT_EQ(FormatSeconds(absl::Milliseconds(2500)), "2500ms");
}

TEST(TableTest, ColumnsAreAlignedByDisplayWidth) {
  Table table({"ID", "NAME", "N"});
  table.AddRow({"1", "注文", "x"});
  table.AddRow({"long-identifier", "é", "y"});
  EXPECT_EQ(table.ToString(),
            "ID               NAME  N\n"
            "1                注文  x\n"
            "long-identifier  é     y\n");
}

TEST(TableTest, ControlCharactersCannotLeaveTheirCell) {
  Table table({"NAME"});
  table.AddRow({"a\nb\x1b[1A"});
  EXPECT_EQ(table.ToString(), "NAME\na\\nb\\x1b[1A\n");
}

TEST(FieldLinesTest, EmptyFieldsAreLeftOut) {
  EXPECT_EQ(FieldLines({{"A", "1"}, {"Longer", ""}, {"BB", "2"}}), "A   1\nBB  2\n");
}

}  // namespace
}  // namespace gcjobs
