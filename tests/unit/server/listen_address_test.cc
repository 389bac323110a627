#include "server/listen_address.h"

#include <gtest/gtest.h>

#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;

TEST(ListenAddressTest, TakesNamesAndBothKindsOfAddress) {
  for (const char* text : {"127.0.0.1:50051", "localhost:0", "[::1]:65535"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_THAT(address, IsOk());
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(ListenAddressTest, RefusesEverythingElse) {
  for (const char* text : {"", ":", "127.0.0.1", ":50051", "host:", "host:x", "host:-1",
                           "host:65536", "::1:50051", "a:b:1"}) {
    EXPECT_EQ(ParseListenAddress(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace gcjobs
