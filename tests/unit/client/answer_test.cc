#include "client/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

v1::FailureBody Body(const std::string& text) {
  v1::FailureBody body;
  body.set_http_status(422);
  body.set_content_type("text/plain");
  body.set_body(text);
  return body;
}

TEST(RenderAnswerTest, LinesAreIndented) {
  EXPECT_EQ(RenderAnswer(Body("{\r\n \"a\": 1\r\n}\n")),
            "Genesys Cloud answered HTTP 422 (text/plain):\n  {\n   \"a\": 1\n  }\n");
}

TEST(RenderAnswerTest, WhatIsNotKnownIsLeftOut) {
  v1::FailureBody body;
  EXPECT_EQ(RenderAnswer(body), "");
  body.set_body("x");
  EXPECT_EQ(RenderAnswer(body), "Genesys Cloud answered:\n  x\n");
}

TEST(RenderAnswerTest, ControlCharactersAreEscaped) {
  EXPECT_THAT(RenderAnswer(Body("\x1b[2J")), EndsWith("  \\x1b[2J\n"));
}

TEST(RenderAnswerTest, BytesThatAreNotTextAreCounted) {
  EXPECT_THAT(RenderAnswer(Body(std::string("\xff\xfe\x00", 3))),
              EndsWith("\n  3 bytes that are not text\n"));
}

TEST(RenderAnswerTest, ALongBodyIsCutBetweenCharacters) {
  const std::string text = RenderAnswer(Body(absl::StrCat("a", std::string(1, ' ')) + [] {
    std::string umlauts;
    for (int i = 0; i < 3000; ++i) umlauts += "ü";
    return umlauts;
  }()));
  EXPECT_LT(text.size(), 2100u);
  EXPECT_THAT(text, EndsWith("ü\n  ...\n"));
}

TEST(RenderAnswerTest, ManyLinesAreCut) {
  std::string lines;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&lines, "line ", i, "\n");
  const std::string text = RenderAnswer(Body(lines));
  EXPECT_THAT(text, EndsWith("  line 19\n  ...\n"));
  const std::vector<std::string> shown = absl::StrSplit(text, '\n', absl::SkipEmpty());
  EXPECT_THAT(shown, SizeIs(22));
}

TEST(RenderAnswerTest, WhatTheServerHasCutIsMarked) {
  v1::FailureBody body = Body("{\"a\":\"\xc3");  // within a character
  body.set_truncated(true);
  EXPECT_THAT(RenderAnswer(body), EndsWith("  {\"a\":\"\xEF\xBF\xBD\n  ...\n"));
}

}  // namespace
}  // namespace gcjobs
