#include "client/download/download_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::StatusIs;

TEST(DownloadStateTest, ComesBackAsItWas) {
  DownloadState state;
  state.job_id = "job-1";
  state.next_cursor = "c\"1\\";
  state.pages = 3;
  state.items = 150;
  state.bytes = 5000000000;
  state.complete = true;
  state.request_id = "r";
  state.request_digest = "d";
  state.request_time = absl::FromUnixSeconds(1700000000);
  const absl::StatusOr<DownloadState> read = ParseDownloadState(ToJson(state));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->job_id, state.job_id);
  EXPECT_EQ(read->next_cursor, state.next_cursor);
  EXPECT_EQ(read->pages, 3);
  EXPECT_EQ(read->items, 150);
  EXPECT_EQ(read->bytes, 5000000000);
  EXPECT_TRUE(read->complete);
  EXPECT_EQ(read->request_id, "r");
  EXPECT_EQ(read->request_digest, "d");
  EXPECT_EQ(read->request_time, state.request_time);
}

TEST(DownloadStateTest, IsOneLineOfJson) {
  DownloadState state;
  state.job_id = "job-1";
  state.pages = 1;
  state.bytes = 7;
  EXPECT_EQ(ToJson(state),
            "{\"version\":1,\"job_id\":\"job-1\",\"pages\":1,\"items\":0,\"bytes\":7,"
            "\"complete\":false}\n");
}

TEST(DownloadStateTest, AnythingElseIsRefused) {
  for (const char* json :
       {"", "[]", "{", "{\"version\":1", "{\"job_id\":\"x\"}", "{\"version\":2}",
        "{\"version\":\"1\"}", "{\"version\":1,\"job_id\":7}", "{\"version\":1,\"bytes\":-1}",
        "{\"version\":1,\"bytes\":1.5}", "{\"version\":1,\"complete\":1}"}) {
    EXPECT_THAT(ParseDownloadState(json), StatusIs(absl::StatusCode::kInvalidArgument)) << json;
  }
}

}  // namespace
}  // namespace gcjobs
