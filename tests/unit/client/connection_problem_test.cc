#include "client/connection_problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;

GlobalOptions Options(bool tls = false, const std::string& ca_file = "") {
  GlobalOptions options;
  options.server = "gc.example:443";
  options.timeout = absl::Milliseconds(1);
  options.tls = tls;
  options.ca_file = ca_file;
  return options;
}

absl::Status NotConnected(absl::string_view last_error) {
  return absl::UnavailableError(
      absl::StrCat("failed to connect to all addresses; last error: ", last_error));
}

TEST(ConnectionProblemTest, ACertificateThatIsNotTrusted) {
  const absl::Status status = NotConnected(
      "UNKNOWN: ipv4:1: Ssl handshake failed: SSL_ERROR_SSL: error:0A000086:SSL "
      "routines::certificate verify failed");
  const ConnectionProblem problem = DescribeConnectionProblem(status, Options(true));
  EXPECT_EQ(problem.message,
            "cannot reach gcjobsd at gc.example:443: its certificate is not trusted");
  EXPECT_THAT(problem.hint, HasSubstr("--ca-file FILE"));
  EXPECT_THAT(DescribeConnectionProblem(status, Options(true, "ca.pem")).hint,
              HasSubstr("--ca-file ca.pem must have the authority that signed it"));
}

TEST(ConnectionProblemTest, ACertificateForAnotherName) {
  const ConnectionProblem problem = DescribeConnectionProblem(
      NotConnected("UNKNOWN: ipv4:1: Peer name 127.0.0.1 is not in peer certificate"),
      Options(true));
  EXPECT_THAT(problem.message, HasSubstr("its certificate is for another name"));
  EXPECT_THAT(problem.hint, HasSubstr("--server"));
}

TEST(ConnectionProblemTest, TlsToAServerWithout) {
  const ConnectionProblem problem = DescribeConnectionProblem(
      NotConnected("Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong "
                   "version number"),
      Options(true));
  EXPECT_THAT(problem.message, HasSubstr("it does not speak TLS"));
  EXPECT_THAT(problem.hint, HasSubstr("leave out --tls"));
}

TEST(ConnectionProblemTest, AConnectionThatIsClosedAtOnce) {
  const absl::Status status = NotConnected("UNAVAILABLE: ipv4:1: Socket closed");
  EXPECT_THAT(DescribeConnectionProblem(status, Options()).hint, HasSubstr("use --tls"));
  EXPECT_THAT(DescribeConnectionProblem(status, Options(true)).hint, HasSubstr("use --cert FILE"));
  // One that broke later says nothing about TLS.
  EXPECT_THAT(DescribeConnectionProblem(absl::UnavailableError("Socket closed"), Options()).hint,
              HasSubstr("start gcjobsd there"));
}

TEST(ConnectionProblemTest, TlsFilesThatCannotBeUsed) {
  const ConnectionProblem problem = DescribeConnectionProblem(
      absl::UnavailableError("empty address list: "), Options(true, "/etc/passwd"));
  EXPECT_THAT(problem.message, HasSubstr("the TLS files cannot be used"));
  EXPECT_THAT(problem.hint, HasSubstr("check that --ca-file /etc/passwd has certificates"));
}

TEST(ConnectionProblemTest, AHostThatDoesNotExist) {
  const ConnectionProblem problem = DescribeConnectionProblem(
      absl::UnavailableError("DNS resolution failed for gc.example:443: C-ares status is not "
                             "ARES_SUCCESS"),
      Options());
  EXPECT_THAT(problem.message, HasSubstr("gc.example:443: there is no host of that name"));
}

TEST(ConnectionProblemTest, NoAnswerInTimeIsNotAServerThatIsNotThere) {
  const ConnectionProblem problem =
      DescribeConnectionProblem(absl::DeadlineExceededError(""), Options());
  EXPECT_EQ(problem.message, "gcjobsd at gc.example:443 did not answer in time (1ms)");
  EXPECT_THAT(problem.hint, HasSubstr("--timeout gives it more time"));
}

TEST(ConnectionProblemTest, WhatWasNeverConnectedIsKnown) {
  EXPECT_TRUE(WasNeverConnected(NotConnected("Connection refused")));
  EXPECT_TRUE(WasNeverConnected(absl::UnavailableError("DNS resolution failed for x")));
  EXPECT_FALSE(WasNeverConnected(absl::UnavailableError("Socket closed")));
  EXPECT_FALSE(WasNeverConnected(absl::DeadlineExceededError("")));
  EXPECT_FALSE(WasNeverConnected(absl::CancelledError("")));
}

}  // namespace
}  // namespace gcjobs
