#include "server/grpc_log.h"

#include <gmock/gmock.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <string>

#include "common/log.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(GrpcLogTest, ItsLinesAreEventsOfTheLog) {
  LogGrpcLines();
  const auto lines_at = [](LogLevel level) {
    ConfigureLog(level, LogFormat::kText);
    ::testing::internal::CaptureStderr();
    gpr_log(GPR_INFO, "a socket of %d", 7);
    gpr_log(GPR_ERROR, "Handshake failed");
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_THAT(lines_at(LogLevel::kDebug), HasSubstr(" debug grpc message=\"a socket of 7\" file="));
  EXPECT_THAT(lines_at(LogLevel::kWarning),
              HasSubstr(" warning grpc message=\"Handshake failed\""));
  EXPECT_THAT(lines_at(LogLevel::kError), IsEmpty());
  ConfigureLog(LogLevel::kInfo, LogFormat::kText);
}

}  // namespace
}  // namespace gcjobs
