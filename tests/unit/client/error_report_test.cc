#include "client/error_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli_error.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/failure_body.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;

GlobalOptions Options() {
  GlobalOptions options;
  options.server = "127.0.0.1:50051";
  options.timeout = absl::Seconds(30);
  return options;
}

TEST(RenderErrorTest, UnreachableNamesTheServerAndTheRemedy) {
  EXPECT_EQ(RenderError(absl::UnavailableError("Connection refused"), Options()),
            "error: cannot reach gcjobsd at 127.0.0.1:50051: Connection refused\n"
            "hint: start gcjobsd there, or name another server with --server or GCJOBS_SERVER\n");
}

TEST(RenderErrorTest, OfGrpcsReasonTheEndIsShown) {
  const absl::Status status = absl::UnavailableError(
      "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:50051: "
      "Failed to connect to remote host: Connection refused");
  EXPECT_THAT(RenderError(status, Options()),
              HasSubstr("gcjobsd at 127.0.0.1:50051: Connection refused\n"));
}

TEST(RenderErrorTest, AConnectionThatIsClosedAtOnceMayWantTls) {
  EXPECT_THAT(
      RenderError(
          absl::UnavailableError(
              "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:1: Socket closed"),
          Options()),
      HasSubstr("hint: if the server requires TLS"));
}

TEST(RenderErrorTest, OwnDeadlineNamesTheTimeout) {
  EXPECT_THAT(RenderError(absl::DeadlineExceededError("Deadline Exceeded"), Options()),
              HasSubstr("did not answer in time (30s)"));
}

TEST(RenderErrorTest, RetryDelayIsShown) {
  absl::Status status = MakeError(errors::kGenesysRateLimited, "too many requests");
  SetRetryDelay(&status, absl::Seconds(2));
  EXPECT_EQ(RenderError(status, Options()),
            "error: too many requests\n"
            "hint: The organisation has used up the requests that Genesys Cloud allows it. Try "
            "again after the delay that comes with the error. Jobs wait by themselves. (try again "
            "in 2s)\n");
}

TEST(RenderErrorTest, AHintOfOurOwnComesFirst) {
  EXPECT_THAT(RenderError(WithHint(absl::UnavailableError("x"), "do this"), Options()),
              HasSubstr("hint: do this\n"));
}

TEST(RenderErrorTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(RenderError(absl::InternalError("a\n\x1b[2Jb"), Options()), "error: a\\n\\x1b[2Jb\n");
}

TEST(RenderErrorTest, JsonIsOneLineAndValidUtf8) {
  GlobalOptions options = Options();
  options.output = OutputFormat::kJson;
  EXPECT_EQ(
      RenderError(absl::InternalError("a\n\xff"), options),
      "{\"error\":{\"code\":\"INTERNAL\",\"message\":\"a\\n\xEF\xBF\xBD\",\"exit_code\":1}}\n");
}

TEST(RenderErrorTest, JsonHasTheAnswer) {
  GlobalOptions options = Options();
  options.output = OutputFormat::kJson;
  absl::Status status = absl::InvalidArgumentError("no");
  SetFailureBody(&status, MakeFailureBody(400, "", "{\"a\":1}"));
  EXPECT_THAT(RenderError(status, options),
              HasSubstr(R"("answer":{"http_status":400,"body":"{\"a\":1}","truncated":false})"));
}

TEST(RenderErrorTest, JsonHasTheRetryDelay) {
  GlobalOptions options = Options();
  options.output = OutputFormat::kJson;
  absl::Status status = MakeError(errors::kIntakeFull, "full");
  SetRetryDelay(&status, absl::Milliseconds(1500));
  EXPECT_THAT(RenderError(status, options), HasSubstr(R"("retry_delay":"1500ms")"));
}

}  // namespace
}  // namespace gcjobs
