#include "server/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "server/store/sqlite_handle.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(CoversTest, WhatIsNarrowerIsCovered) {
  const std::string execute = "integrations:action:execute";
  for (const char* granted :
       {"integrations:action:execute", "integrations:action:*", "integrations:*:*", "*:*:*", "*",
        "integrations", "Integrations:Action:Execute"}) {
    EXPECT_TRUE(Covers(granted, execute)) << granted;
  }
  for (const char* granted : {"", "integrations:action:view", "analytics", "integrations:readonly",
                              "integrations:action:execute:more", "integration"}) {
    EXPECT_FALSE(Covers(granted, execute)) << granted;
  }
  EXPECT_TRUE(Covers("analytics:readonly", "analytics:conversationDetail:view"));
  EXPECT_FALSE(Covers("analytics:readonly", "routing:queue:view"));
}

TEST(DescribeTest, ARemedyStandsBelow) {
  EXPECT_EQ(Describe({Finding::Level::kOk, "store", "in memory", ""}),
            "ok       store                     in memory\n");
  EXPECT_EQ(Describe({Finding::Level::kFailed, "token of a", "refused", "Mend it."}),
            "failed   token of a                refused\n         Mend it.\n");
}

// The server's own: no organisation is asked.
class CheckTest : public ::testing::Test {
 protected:
  CheckTest() { config_.data_dir = dir_.File("data"); }

  // The finding of that name; all of them are in `passed_`'s verdict.
  Finding Find(const std::string& what) {
    Finding found;
    passed_ = Check(config_, [&](const Finding& finding) {
      if (finding.what == what) found = finding;
    });
    return found;
  }

  const testing::TempDir dir_;
  ServerConfig config_;
  bool passed_ = false;
};

TEST_F(CheckTest, AStoreThatIsNotThereIsFineAndNotMade) {
  const Finding store = Find("store");
  EXPECT_TRUE(passed_);
  EXPECT_THAT(store.text, HasSubstr("will be created"));
  EXPECT_FALSE(dir_.Exists("data"));
}

TEST_F(CheckTest, AStoreThatCannotBeReadSaysWhatToDo) {
  std::filesystem::create_directory(config_.data_dir);
  dir_.Write("data/gcjobs.db", std::string(8192, 'x'));
  const Finding store = Find("store");
  EXPECT_FALSE(passed_);
  EXPECT_EQ(store.level, Finding::Level::kFailed);
  EXPECT_THAT(store.remedy, HasSubstr("backup"));
}

TEST_F(CheckTest, AStoreOfANewerProgramIsRefused) {
  std::filesystem::create_directory(config_.data_dir);
  dir_.Write("data/gcjobs.db", "");
  const auto handle =
      SqliteHandle::Open(dir_.File("data/gcjobs.db"), SqliteHandle::Access::kReadWrite);
  ASSERT_TRUE(handle.ok() && (*handle)->Execute("newer", "PRAGMA user_version = 99").ok());
  EXPECT_THAT(Find("store").text, HasSubstr("schema version 99"));
  EXPECT_FALSE(passed_);
}

TEST_F(CheckTest, AListenerBeyondLoopbackInClearTextIsRefused) {
  config_.listen = {"0.0.0.0", 50051};
  const Finding listener = Find("listener");
  EXPECT_FALSE(passed_);
  EXPECT_THAT(listener.text, HasSubstr("0.0.0.0"));
}

TEST_F(CheckTest, FilesAreReadAsTheServerWill) {
  config_.tokens_file = dir_.Write("tokens", "one-word\n");
  EXPECT_THAT(Find("listener").text, HasSubstr("line 1"));
  EXPECT_FALSE(passed_);
  config_.tokens_file = dir_.Write("tokens", "alice a-token\n");
  EXPECT_THAT(Find("listener").text, AllOf(StartsWith("127.0.0.1:50051"), HasSubstr("tokens")));
  EXPECT_TRUE(passed_);
  config_.kind_files = {dir_.Write("kinds.json", "{")};
  EXPECT_EQ(Find("job kinds").level, Finding::Level::kFailed);
}

}  // namespace
}  // namespace gcjobs
