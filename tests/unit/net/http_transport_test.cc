#include "server/net/http_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

HttpRequest Get(std::string url) {
  HttpRequest request;
  request.method = "GET";
  request.url = std::move(url);
  return request;
}

TEST(HttpResponseTest, HeaderIsFoundWhateverItsCase) {
  HttpResponse response;
  response.headers = {{"Content-Type", "a"}, {"inin-ratelimit-count", "3"}, {"content-type", "b"}};
  EXPECT_EQ(response.Header("content-TYPE"), "a");
  EXPECT_EQ(response.Header("Inin-RateLimit-Count"), "3");
  EXPECT_EQ(response.Header("content"), "");
  EXPECT_EQ(response.Header("Retry-After"), "");
}

TEST(DescribeTest, LeavesOutQueryFragmentAndCredentials) {
  EXPECT_EQ(Describe(Get("https://h:8/a/b?token=x#y")), "GET https://h:8/a/b");
  EXPECT_EQ(Describe(Get("https://h/a#token")), "GET https://h/a");
  EXPECT_EQ(Describe(Get("https://user:pass@h/a@b")), "GET https://h/a@b");
  EXPECT_EQ(Describe(Get("https://u:p@w@h?q")), "GET https://h");
  EXPECT_EQ(Describe(Get("nonsense?secret")), "GET nonsense");
}

TEST(ValidateTest, TakesOrdinaryRequests) {
  HttpRequest request = Get("https://api.example.com/api/v2/a%2Fb?x=1&y=a@b");
  request.headers = {{"Authorization", "Bearer a.b-c"}, {"X-Empty", ""}};
  EXPECT_EQ(Validate(request), absl::OkStatus());
  EXPECT_EQ(Validate(Get("HTTP://127.0.0.1:80")), absl::OkStatus());
}

class ValidateUrlTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ValidateUrlTest, IsRefused) {
  const absl::Status status = Validate(Get(GetParam()));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(All, ValidateUrlTest,
                         ::testing::Values("", "/relative?secret", "host/path", "//host/path",
                                           "file:///etc/passwd", "ftp://host/x", "gopher://host",
                                           "http:/host", "http://", "https:///path",
                                           "http://?secret", "https://user:secret@host/",
                                           "https://host/a b?secret", "https://host/a\r\nX: y",
                                           "https://host/\x7f"));

TEST(ValidateTest, RefusesWhatWouldStartAHeaderOfItsOwn) {
  HttpRequest request = Get("https://host/");
  request.headers = {{"X-A", "secret\r\nX-B: c"}};
  const absl::Status status = Validate(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("X-A"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));

  request.headers = {{"X-A", std::string("a\0b", 3)}};
  EXPECT_FALSE(Validate(request).ok());
  for (const char* name : {"", "X A", "X:", "X\n"}) {
    request.headers = {{name, "value"}};
    EXPECT_FALSE(Validate(request).ok()) << name;
  }
}

TEST(ValidateTest, RefusesAMethodThatIsNoToken) {
  for (const char* method : {"", "GET /x", "GET\r\n"}) {
    HttpRequest request = Get("https://host/");
    request.method = method;
    EXPECT_EQ(Validate(request).code(), absl::StatusCode::kInvalidArgument) << method;
  }
}

}  // namespace
}  // namespace gcjobs
