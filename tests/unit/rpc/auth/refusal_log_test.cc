#include "server/rpc/auth/refusal_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RefusalLogTest : public ::testing::Test {
 protected:
  std::string Add(int times) {
    ::testing::internal::CaptureStderr();
    for (int i = 0; i < times; ++i) {
      log_.Add("ipv4:10.0.0.1:5", absl::UnauthenticatedError("unknown token"));
    }
    return ::testing::internal::GetCapturedStderr();
  }

  testing::FakeClock clock_;
  Metrics metrics_;
  RefusalLog log_{&metrics_, &clock_};
};

TEST_F(RefusalLogTest, ARefusalIsALineAndCounts) {
  EXPECT_THAT(Add(1), HasSubstr(" warning call_refused peer=ipv4:10.0.0.1:5"
                                " error=\"UNAUTHENTICATED: unknown token\""));
  EXPECT_EQ(metrics_.CallsRefused().Value(), 1);
}

TEST_F(RefusalLogTest, AFloodIsALineASecondWhichSaysHowManyThereWere) {
  Add(1);
  EXPECT_THAT(Add(1000), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Add(1), HasSubstr(" others_since_last_line=1000\n"));
  EXPECT_EQ(metrics_.CallsRefused().Value(), 1002);
}

}  // namespace
}  // namespace gcjobs
