#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/fakes/notification.h"
#include "tests/unit/net/curl_transport_fixture.h"
#include "tests/unit/net/scripted_server.h"

// What is sent, and what is read from an answer.

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;
using Fate = HttpResult::Fate;
using namespace std::string_literals;  // NOLINT(build/namespaces): bytes with zeros

// Answers the first request of each connection with `bytes`, then closes.
ScriptedServer::Script AnswerAndClose(std::string bytes) {
  return [bytes](ServerConnection& connection) {
    connection.ReadRequest();
    connection.Write(bytes);
  };
}

// Answers every request with 200 and the request itself.
void Echo(ServerConnection& connection) {
  for (std::string request = connection.ReadRequest(); !request.empty();
       request = connection.ReadRequest()) {
    connection.Reply(200, request);
  }
}

// Answers HEAD as HEAD must be: a length, and no body.
void AnswerHead(ServerConnection& connection) {
  while (!connection.ReadRequest().empty()) {
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  }
}

using CurlTransportAnswerTest = CurlTransportTest;

TEST_F(CurlTransportAnswerTest, StatusHeadersAndBodyAreKeptAsTheyCame) {
  ScriptedServer server(AnswerAndClose(
      "HTTP/1.1 201 Created\r\nX-One: 1\r\ncontent-length: 5\r\nx-one: 2\r\n\r\nbo\0dy"s));
  const HttpResult result = Get(server.Url("/"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.error, absl::OkStatus());
  EXPECT_EQ(result.response.status, 201);
  EXPECT_EQ(result.response.body, "bo\0dy"s);
  EXPECT_THAT(result.response.headers,
              ElementsAre(Pair("X-One", "1"), Pair("content-length", "5"), Pair("x-one", "2")));
}

TEST_F(CurlTransportAnswerTest, ErrorStatusIsAnAnswer) {
  ScriptedServer server([](ServerConnection& c) {
    c.ReadRequest();
    c.Reply(503, "busy");
  });
  const HttpResult result = Get(server.Url("/"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.status, 503);
  EXPECT_EQ(result.response.body, "busy");
}

TEST_F(CurlTransportAnswerTest, RedirectIsNotFollowed) {
  ScriptedServer server([](ServerConnection& c) {
    while (!c.ReadRequest().empty()) {
      c.Write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const HttpResult result = Get(server.Url("/"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.status, 302);
  EXPECT_EQ(result.response.Header("location"), "/elsewhere");
}

TEST_F(CurlTransportAnswerTest, OnlyTheFinalResponsesHeadersAreKept) {
  ScriptedServer server(
      AnswerAndClose("HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\n"
                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Final: yes\r\n\r\n"
                     "5\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: late\r\n\r\n"));
  const HttpResult result = Get(server.Url("/"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.status, 200);
  EXPECT_EQ(result.response.body, "hello!");
  EXPECT_THAT(result.response.headers,
              ElementsAre(Pair("Transfer-Encoding", "chunked"), Pair("X-Final", "yes")));
}

TEST_F(CurlTransportAnswerTest, BodyMayComeInPieces) {
  Notification half_written;
  Notification go_on;
  ScriptedServer server([&](ServerConnection& c) {
    c.ReadRequest();
    c.Write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    half_written.Notify();
    go_on.WaitForNotification();
    c.Write("def");
  });
  const auto slot = Send(Request("GET", server.Url("/")));
  ASSERT_TRUE(TurnUntil([&] { return half_written.HasBeenNotified(); }));
  loop_->Turn(absl::ZeroDuration());
  EXPECT_FALSE(slot->has_value());
  go_on.Notify();
  ASSERT_TRUE(TurnUntil([&] { return slot->has_value(); }));
  EXPECT_EQ((*slot)->response.body, "abcdef");
}

TEST_F(CurlTransportAnswerTest, CompressedBodyIsDecoded) {
  ScriptedServer server(AnswerAndClose(
      absl::StrCat("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", GzipOf20000Bytes())));
  const HttpResult result = Get(server.Url("/"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.body, std::string(20000, 'a'));
}

TEST_F(CurlTransportAnswerTest, UrlIsSentAsItIs) {
  ScriptedServer server(Echo);
  const HttpResult result = Get(server.Url("/a%2Fb/../c%20d/./%7e?x=%26&y=a/../b"));
  EXPECT_THAT(result.response.body,
              StartsWith("GET /a%2Fb/../c%20d/./%7e?x=%26&y=a/../b HTTP/1.1\r\n"));
}

TEST_F(CurlTransportAnswerTest, HeadersAreSentAsGivenEvenEmptyOnes) {
  ScriptedServer server(Echo);
  HttpRequest request = Request("GET", server.Url("/"));
  request.headers = {{"Authorization", "Bearer t"}, {"X-Empty", ""}};
  const std::string sent = Fetch(std::move(request)).response.body;
  EXPECT_THAT(sent, AllOf(HasSubstr("\r\nAuthorization: Bearer t\r\n"), HasSubstr("\r\nX-Empty:"),
                          HasSubstr("\r\nUser-Agent: gcjobs\r\n")));
  EXPECT_THAT(sent, Not(HasSubstr("Content-Length")));
}

class CurlTransportBodyTest : public CurlTransportTest,
                              public ::testing::WithParamInterface<const char*> {};

TEST_P(CurlTransportBodyTest, IsSentWithItsLengthAndNothingMadeUp) {
  ScriptedServer server(Echo);
  const std::string sent = Fetch(Request(GetParam(), server.Url("/"), R"({"a":1})")).response.body;
  EXPECT_THAT(sent, AllOf(StartsWith(absl::StrCat(GetParam(), " / HTTP/1.1\r\n")),
                          HasSubstr("\r\nContent-Length: 7\r\n"), EndsWith("\r\n\r\n{\"a\":1}")));
  EXPECT_THAT(sent, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(sent, Not(HasSubstr("Expect")));
}

INSTANTIATE_TEST_SUITE_P(All, CurlTransportBodyTest,
                         ::testing::Values("POST", "PUT", "PATCH", "DELETE", "GET"));

TEST_F(CurlTransportAnswerTest, EmptyBodyHasALengthWhereOneIsExpected) {
  ScriptedServer server(Echo);
  for (const char* method : {"POST", "PUT", "PATCH"}) {
    EXPECT_THAT(Fetch(Request(method, server.Url("/"))).response.body,
                HasSubstr("\r\nContent-Length: 0\r\n"));
  }
  EXPECT_THAT(Fetch(Request("DELETE", server.Url("/"))).response.body,
              AllOf(StartsWith("DELETE / "), Not(HasSubstr("Content-Length"))));
}

TEST_F(CurlTransportAnswerTest, OwnContentTypeIsSentOnce) {
  ScriptedServer server(Echo);
  HttpRequest request = Request("POST", server.Url("/"), "{}");
  request.headers = {{"content-type", "application/json"}};
  const std::string sent = Fetch(std::move(request)).response.body;
  EXPECT_THAT(sent, HasSubstr("\r\ncontent-type: application/json\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("Content-Type")));
}

TEST_F(CurlTransportAnswerTest, LongBodyIsSentWithoutAsking) {
  ScriptedServer server([](ServerConnection& c) {
    const std::string request = c.ReadRequest();
    c.Reply(200, absl::StrContains(request, "Expect") ? "asked" : absl::StrCat(request.size()));
  });
  const std::string body(3 << 20, 'x');
  const HttpResult result = Fetch(Request("POST", server.Url("/"), body));
  size_t received = 0;
  ASSERT_TRUE(absl::SimpleAtoi(result.response.body, &received)) << result.response.body;
  EXPECT_GT(received, body.size());
}

TEST_F(CurlTransportAnswerTest, HeadHasNoBody) {
  ScriptedServer server(AnswerHead);
  const HttpResult result = Fetch(Request("HEAD", server.Url("/")));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.Header("Content-Length"), "1000");
  EXPECT_THAT(result.response.body, IsEmpty());
}

TEST_F(CurlTransportAnswerTest, ConnectionAndHandleAreReusedAndNothingIsLeftOver) {
  ScriptedServer server([](ServerConnection& c) {
    c.ReadRequest();
    c.Write("HTTP/1.1 201 Created\r\nX-First: 1\r\nContent-Length: 5\r\n\r\nfirst");
    c.Reply(200, c.ReadRequest());
  });
  HttpRequest first = Request("POST", server.Url("/"), "body of the first");
  first.headers = {{"X-Secret", "1"}};
  EXPECT_EQ(Fetch(std::move(first)).response.body, "first");

  const HttpResult second = Get(server.Url("/"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(second.response.headers, ElementsAre(Pair("Content-Length", ::testing::_)));
  EXPECT_THAT(second.response.body,
              AllOf(StartsWith("GET / "), Not(HasSubstr("X-Secret")), EndsWith("\r\n\r\n")));
}

TEST_F(CurlTransportAnswerTest, EnvironmentsProxyIsIgnored) {
  ScriptedServer server(Echo);
  ScriptedServer proxy([](ServerConnection& c) {
    c.ReadRequest();
    c.Reply(502, "proxy");
  });
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) {
    setenv(name, proxy.Url("").c_str(), 1);
  }
  EXPECT_EQ(Get(server.Url("/")).response.status, 200);
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(CurlTransportAnswerTest, ConfiguredProxyIsUsedForEveryHost) {
  ScriptedServer proxy(Echo);
  CurlOptions options;
  options.proxy = proxy.Url("");
  Restart(options);
  setenv("no_proxy", "*", 1);
  EXPECT_THAT(Get("http://nonexistent.invalid/x").response.body,
              StartsWith("GET http://nonexistent.invalid/x HTTP/1.1\r\n"));
  unsetenv("no_proxy");
}

}  // namespace
}  // namespace gcjobs::testing
