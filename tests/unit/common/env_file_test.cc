#include "common/env_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::map<std::string, std::string> Parsed(absl::string_view text) {
  auto variables = ParseEnvFile(text);
  EXPECT_TRUE(variables.ok()) << variables.status();
  return variables.ok() ? *variables : std::map<std::string, std::string>();
}

TEST(EnvFileTest, ALineIsAVariable) {
  EXPECT_THAT(Parsed("A=1\nB_2=two words\n\n# a comment\n  C = 3  \nexport D=4\nexport=5"),
              ElementsAre(Pair("A", "1"), Pair("B_2", "two words"), Pair("C", "3"), Pair("D", "4"),
                          Pair("export", "5")));
}

TEST(EnvFileTest, AFileOfWindowsIsReadTheSame) {
  EXPECT_THAT(Parsed("\xEF\xBB\xBF"
                     "A=1\r\nB=\"2\"\r\n# no\r\nC=3"),
              ElementsAre(Pair("A", "1"), Pair("B", "2"), Pair("C", "3")));
}

TEST(EnvFileTest, ACommentBeginsAfterABlank) {
  EXPECT_THAT(Parsed("A=1 # one\nB=a#b\nC=#\nD=\"x # y\" # z\nE='#'"),
              ElementsAre(Pair("A", "1"), Pair("B", "a#b"), Pair("C", ""), Pair("D", "x # y"),
                          Pair("E", "#")));
}

TEST(EnvFileTest, QuotesKeepWhatTheyHold) {
  EXPECT_THAT(
      Parsed("A=\" a \"\nB='$x \\n \"'\nC=\"1\\n2\\t\\\"\\\\\\$\\q\"\nD='two\nlines'\nE=\"\""),
      ElementsAre(Pair("A", " a "), Pair("B", "$x \\n \""), Pair("C", "1\n2\t\"\\$\\q"),
                  Pair("D", "two\nlines"), Pair("E", "")));
}

TEST(EnvFileTest, NothingIsExpandedAndTheLastCounts) {
  EXPECT_THAT(Parsed("A=pa$$w0rd${B}`x`\\n=\nB=1\nB=2"),
              ElementsAre(Pair("A", "pa$$w0rd${B}`x`\\n="), Pair("B", "2")));
}

TEST(EnvFileTest, AMistakeIsToldByItsLineWithoutItsText) {
  for (const char* text : {"\nsecret", "\n=secret", "\n1A=secret", "\nA B=secret", "\nA-B=secret",
                           "\nA='secret\n", "\nA=\"secret\" x\n", "\nexport secret"}) {
    const auto variables = ParseEnvFile(text);
    ASSERT_FALSE(variables.ok()) << text;
    EXPECT_THAT(variables.status().message(),
                AllOf(HasSubstr("line 2: "), Not(HasSubstr("secret"))))
        << text;
  }
}

TEST(EnvFileTest, TheEnvironmentWinsUnlessItIsEmpty) {
  const testing::TempDir dir;
  const auto environment = WithEnvFile(
      [](const std::string& name) -> std::optional<std::string> {
        if (name == "A") return "real";
        if (name == "B") return "";
        return std::nullopt;
      },
      dir.Write(".env", "A=file\nB=file\nC=file\n"));
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ((*environment)("A"), "real");
  EXPECT_EQ((*environment)("B"), "file");
  EXPECT_EQ((*environment)("C"), "file");
  EXPECT_EQ((*environment)("D"), std::nullopt);
}

TEST(EnvFileTest, ErrorsNameTheFile) {
  const testing::TempDir dir;
  const Environment none = [](const std::string& /*name*/) { return std::nullopt; };
  EXPECT_THAT(WithEnvFile(none, "/no/such.env").status().message(), HasSubstr("/no/such.env"));
  const std::string path = dir.Write("bad.env", "what\n");
  EXPECT_EQ(WithEnvFile(none, path).status().message(), path + ": line 1: is not NAME=VALUE");
}

}  // namespace
}  // namespace gcjobs
