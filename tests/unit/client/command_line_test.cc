#include "client/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gcjobs {
namespace {

using ::testing::ElementsAre;

TEST(ShellQuoteTest, WhatAShellWouldReadDifferentlyIsQuoted) {
  EXPECT_EQ(ShellQuote("custom_-_1a2b"), "custom_-_1a2b");
  EXPECT_EQ(ShellQuote("customer=C-1042"), "customer=C-1042");
  EXPECT_EQ(ShellQuote(""), "''");
  EXPECT_EQ(ShellQuote("two words"), "'two words'");
  EXPECT_EQ(ShellQuote("{\"a\":$b}"), "'{\"a\":$b}'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
}

TEST(WithoutOptionsTest, LeavesOutBothSpellings) {
  EXPECT_THAT(WithoutOptions({"query", "--last", "24h", "--lasting", "x", "--last=7d", "--to=1d"},
                             {"--last", "--to"}),
              ElementsAre("query", "--lasting", "x"));
  EXPECT_THAT(WithoutOptions({"query", "--last"}, {"--last"}), ElementsAre("query"));
}

TEST(CommandTextTest, HidesTheToken) {
  EXPECT_EQ(CommandText({"get", "JOB", "--token", "s3cret", "-v"}),
            "gcjobs get JOB --token TOKEN -v");
  EXPECT_EQ(CommandText({"--token=s3cret", "list", "--state", "a b"}),
            "gcjobs --token=TOKEN list --state 'a b'");
}

}  // namespace
}  // namespace gcjobs
