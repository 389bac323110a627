#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fakes/notification.h"
#include "tests/unit/net/curl_transport_fixture.h"
#include "tests/unit/net/scripted_server.h"

// What becomes of requests that get no whole answer.

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Fate = HttpResult::Fate;

using CurlTransportFailureTest = CurlTransportTest;

std::string Message(const HttpResult& result) { return std::string(result.error.message()); }

// Reads a request, then does as told.
ScriptedServer::Script AfterRequest(std::function<void(ServerConnection&)> then) {
  return [then](ServerConnection& connection) {
    connection.ReadRequest();
    then(connection);
  };
}

// Reads a request, answers with bytes, then closes.
ScriptedServer::Script Answer(std::string bytes) {
  return AfterRequest([bytes](ServerConnection& c) { c.Write(bytes); });
}

TEST_F(CurlTransportFailureTest, RefusedConnectionIsNotSent) {
  ScriptedServer server([](ServerConnection&) {});
  server.StopListening();
  const HttpResult result = Fetch(Request("POST", server.Url("/path"), "body"));
  EXPECT_EQ(result.fate, Fate::kNotSent);
  EXPECT_EQ(result.error.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(result), StartsWith(absl::StrCat("POST ", server.Url("/path"), ": ")));
  EXPECT_FALSE(result.timed_out);
}

TEST_F(CurlTransportFailureTest, UnknownHostIsNotSent) {
  const HttpResult result = Fetch(Request("POST", "http://nonexistent.invalid/path", "body"));
  EXPECT_EQ(result.fate, Fate::kNotSent);
  EXPECT_THAT(Message(result), HasSubstr("nonexistent.invalid"));
}

TEST_F(CurlTransportFailureTest, OtherSchemesAreNotSent) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1:1/", ""}) {
    const HttpResult result = Get(url);
    EXPECT_EQ(result.fate, Fate::kNotSent) << url;
    EXPECT_EQ(result.error.code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST_F(CurlTransportFailureTest, FailedTlsHandshakeIsNotSent) {
  ScriptedServer server([](ServerConnection& c) {
    c.Write("HTTP/1.1 400 not TLS\r\n\r\n");
    c.AwaitClose();
  });
  const HttpResult result =
      Fetch(Request("POST", absl::StrCat("https://127.0.0.1:", server.port(), "/"), "body"));
  EXPECT_EQ(result.fate, Fate::kNotSent);
  EXPECT_FALSE(result.timed_out);
}

TEST_F(CurlTransportFailureTest, TlsHandshakeThatHangsIsNotSentAndTimedOut) {
  ScriptedServer server([](ServerConnection& c) { c.AwaitClose(); });
  HttpRequest request =
      Request("POST", absl::StrCat("https://127.0.0.1:", server.port(), "/"), "body");
  request.connect_timeout = absl::Milliseconds(50);
  const HttpResult result = Fetch(std::move(request));
  EXPECT_EQ(result.fate, Fate::kNotSent);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.error.code(), absl::StatusCode::kDeadlineExceeded);
}

class CurlTransportBrokenTest : public CurlTransportTest,
                                public ::testing::WithParamInterface<ScriptedServer::Script> {};

TEST_P(CurlTransportBrokenTest, AnswerIsReportedAsBroken) {
  ScriptedServer server(GetParam());
  const HttpResult result = Fetch(Request("POST", server.Url("/path"), "body"));
  EXPECT_EQ(result.fate, Fate::kBroken);
  EXPECT_EQ(result.error.code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.response.status, 0);
  EXPECT_THAT(result.response.body, IsEmpty());
  EXPECT_EQ(server.connections(), 1);
}

INSTANTIATE_TEST_SUITE_P(All, CurlTransportBrokenTest,
                         ::testing::Values(
                             AfterRequest([](ServerConnection& c) { c.Close(); }),
                             AfterRequest([](ServerConnection& c) { c.Reset(); }),
                             // Only the head is read; the rest is thrown back.
                             [](ServerConnection& c) {
                               c.ReadHead();
                               c.Reset();
                             },
                             Answer("HTTP/1.1 200 OK\r\nContent-Le"), Answer("HTTP/1.1 200 OK\r\n"),
                             Answer("HTTP/1.1 204 No Content\r\nX: y\r\n"), Answer("HTTP/1.1 20"),
                             Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"),
                             AfterRequest([](ServerConnection& c) {
                               c.Write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
                               c.Reset();
                             }),
                             Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
                             Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                             Answer("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                                    "Content-Length: 4\r\n\r\nabcd"),
                             Answer("HTTP/1.1 100 Continue\r\n\r\n"),
                             Answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"),
                             Answer("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
                             Answer("this is not HTTP\r\n\r\n")));

TEST_F(CurlTransportFailureTest, NoAnswerInTimeIsBrokenAndTimedOut) {
  Journal requests;
  ScriptedServer server([&](ServerConnection& c) {
    requests.Add(c.ReadRequest());
    c.AwaitClose();
  });
  HttpRequest request = Request("POST", server.Url("/path"), "body");
  request.timeout = absl::Seconds(30);
  const auto slot = Send(std::move(request));
  ASSERT_TRUE(TurnUntil([&] { return requests.size() == 1; }));

  clock_.Advance(absl::Seconds(30) - absl::Milliseconds(1));
  loop_->Turn(absl::ZeroDuration());
  EXPECT_FALSE(slot->has_value());

  clock_.Advance(absl::Milliseconds(1));
  loop_->Turn(absl::ZeroDuration());
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->fate, Fate::kBroken);
  EXPECT_TRUE((*slot)->timed_out);
  EXPECT_EQ((*slot)->error.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CurlTransportFailureTest, AnswerThatStopsHalfwayTimesOutToo) {
  Notification written;
  ScriptedServer server(AfterRequest([&](ServerConnection& c) {
    c.Write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    written.Notify();
    c.AwaitClose();
  }));
  const auto slot = Send(Request("GET", server.Url("/")));
  ASSERT_TRUE(TurnUntil([&] { return written.HasBeenNotified(); }));
  loop_->Turn(absl::ZeroDuration());
  EXPECT_FALSE(slot->has_value());
  clock_.Advance(absl::Seconds(30));
  loop_->Turn(absl::ZeroDuration());
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->fate, Fate::kBroken);
  EXPECT_TRUE((*slot)->timed_out);
  EXPECT_THAT((*slot)->response.body, IsEmpty());
}

TEST_F(CurlTransportFailureTest, RequestThatGetsNoConnectionInTimeIsNotSent) {
  CurlOptions options;
  options.max_connections_per_host = 1;
  Restart(options);
  Journal requests;
  Notification release;
  ScriptedServer server([&](ServerConnection& c) {
    requests.Add(c.ReadRequest());
    release.WaitForNotification();
    c.Reply(200, "held");
  });
  HttpRequest held = Request("POST", server.Url("/held"), "body");
  held.timeout = absl::Seconds(60);
  const auto first = Send(std::move(held));
  ASSERT_TRUE(TurnUntil([&] { return requests.size() == 1; }));

  const auto second = Send(Request("POST", server.Url("/waits"), "body"));
  loop_->Turn(absl::ZeroDuration());
  clock_.Advance(absl::Seconds(30));
  loop_->Turn(absl::ZeroDuration());
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ((*second)->fate, Fate::kNotSent);
  EXPECT_TRUE((*second)->timed_out);

  release.Notify();
  ASSERT_TRUE(TurnUntil([&] { return first->has_value(); }));
  EXPECT_EQ((*first)->response.body, "held");
}

TEST_F(CurlTransportFailureTest, AnswerThatCameWhileTheLoopWasLateIsGood) {
  Notification asked;
  Notification answer;
  Notification answered;
  ScriptedServer server(AfterRequest([&](ServerConnection& c) {
    asked.Notify();
    answer.WaitForNotification();
    c.Reply(200, "in time");
    answered.Notify();
    c.AwaitClose();
  }));
  const auto slot = Send(Request("GET", server.Url("/")));
  ASSERT_TRUE(TurnUntil([&] { return asked.HasBeenNotified(); }));
  answer.Notify();
  answered.WaitForNotification();
  clock_.Advance(absl::Hours(1));
  loop_->Turn(absl::ZeroDuration());
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->fate, Fate::kAnswered);
}

class CurlTransportTooLargeTest : public CurlTransportTest,
                                  public ::testing::WithParamInterface<std::string> {};

TEST_P(CurlTransportTooLargeTest, KeepsStatusAndHeadersAndDropsTheBody) {
  ScriptedServer server(Answer(GetParam()));
  HttpRequest request = Request("POST", server.Url("/path"), "body");
  request.max_body_bytes = 19999;
  const HttpResult result = Fetch(std::move(request));
  EXPECT_EQ(result.fate, Fate::kBodyTooLarge);
  EXPECT_EQ(result.response.status, 202);
  EXPECT_EQ(result.response.Header("x-id"), "7");
  EXPECT_THAT(result.response.body, IsEmpty());
  EXPECT_THAT(Message(result), HasSubstr("19999 bytes"));
}

INSTANTIATE_TEST_SUITE_P(
    All, CurlTransportTooLargeTest,
    ::testing::Values(
        absl::StrCat("HTTP/1.1 202 OK\r\nX-Id: 7\r\nContent-Length: 20000\r\n\r\n",
                     std::string(20000, 'a')),
        absl::StrCat("HTTP/1.1 202 OK\r\nX-Id: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "4e20\r\n",
                     std::string(20000, 'a'), "\r\n0\r\n\r\n"),
        absl::StrCat("HTTP/1.1 202 OK\r\nX-Id: 7\r\nContent-Encoding: gzip\r\n\r\n",
                     GzipOf20000Bytes())));

TEST_F(CurlTransportFailureTest, BodyOfExactlyTheLimitIsAnAnswer) {
  ScriptedServer server(Answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"));
  HttpRequest request = Request("GET", server.Url("/"));
  request.max_body_bytes = 5;
  EXPECT_EQ(Fetch(std::move(request)).fate, Fate::kAnswered);
}

TEST_F(CurlTransportFailureTest, ErrorsHoldNoSecret) {
  ScriptedServer refusing([](ServerConnection&) {});
  refusing.StopListening();
  ScriptedServer closing(AfterRequest([](ServerConnection& c) { c.Close(); }));
  ScriptedServer garbling(Answer("secret secret\r\n\r\n"));
  ScriptedServer large(Answer("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nsecretsecret"));
  for (ScriptedServer* server : {&refusing, &closing, &garbling, &large}) {
    HttpRequest request = Request("POST", server->Url("/path?code=secret#secret"), "secret");
    request.headers = {{"Authorization", "Bearer secret"}};
    request.max_body_bytes = 5;
    EXPECT_THAT(Message(Fetch(std::move(request))),
                AllOf(StartsWith(absl::StrCat("POST ", server->Url("/path"), ": ")),
                      Not(HasSubstr("secret"))));
  }
}

}  // namespace
}  // namespace gcjobs::testing
