#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/fakes/notification.h"
#include "tests/unit/net/curl_transport_fixture.h"
#include "tests/unit/net/scripted_server.h"

// curl sends a request again by itself when a kept connection dies before an
// answer. These servers read the whole request before they end the connection,
// so each copy that arrives may have been acted on.

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using Fate = HttpResult::Fate;

enum class Death { kClose, kReset };

class CurlTransportRepeatTest : public CurlTransportTest {
 protected:
  // The first connection answers one request, reads the second and dies; later
  // connections answer everything.
  ScriptedServer::Script DieAtSecondRequest(Death death) {
    return [this, death](ServerConnection& connection) {
      for (int i = 1;; ++i) {
        const std::string request = connection.ReadRequest();
        if (request.empty()) return;
        arrived_.Add(request.substr(0, request.find(" HTTP")));
        if (connection.index() == 0 && i == 2) {
          before_death_();
          return death == Death::kReset ? connection.Reset() : connection.Close();
        }
        connection.Reply(200, "done");
      }
    };
  }

  // Everything that arrived, once nothing more can.
  std::vector<std::string> AllArrived(ScriptedServer* server) {
    loop_.reset();
    transport_.reset();
    server->Stop();
    return arrived_.lines();
  }

  Journal arrived_;
  std::function<void()> before_death_ = [] {};
};

struct Unrepeatable {
  const char* method;
  const char* body;
  Death death;
};

class CurlTransportUnrepeatableTest : public CurlTransportRepeatTest,
                                      public ::testing::WithParamInterface<Unrepeatable> {};

TEST_P(CurlTransportUnrepeatableTest, ArrivesOnceAndIsBroken) {
  ScriptedServer server(DieAtSecondRequest(GetParam().death));
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);

  const HttpResult result = Fetch(Request(GetParam().method, server.Url("/2"), GetParam().body));
  EXPECT_EQ(result.fate, Fate::kBroken);
  EXPECT_EQ(result.error.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(result.error.message(),
            absl::StrCat(GetParam().method, " ", server.Url("/2"),
                         ": the connection was lost before an answer came"));
  EXPECT_FALSE(result.timed_out);
  EXPECT_THAT(AllArrived(&server), ElementsAre("GET /1", absl::StrCat(GetParam().method, " /2")));
}

INSTANTIATE_TEST_SUITE_P(All, CurlTransportUnrepeatableTest,
                         ::testing::Values(Unrepeatable{"POST", "body", Death::kClose},
                                           Unrepeatable{"POST", "body", Death::kReset},
                                           // Nothing to rewind, so that curl would not notice.
                                           Unrepeatable{"POST", "", Death::kClose},
                                           Unrepeatable{"POST", "", Death::kReset},
                                           Unrepeatable{"PUT", "body", Death::kClose},
                                           Unrepeatable{"PATCH", "body", Death::kReset},
                                           Unrepeatable{"DELETE", "", Death::kClose}));

TEST_F(CurlTransportRepeatTest, LongPostArrivesOnceAndIsBroken) {
  ScriptedServer server(DieAtSecondRequest(Death::kReset));
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);
  const std::string body(3 << 20, 'x');
  EXPECT_EQ(Fetch(Request("POST", server.Url("/2"), body)).fate, Fate::kBroken);
  EXPECT_THAT(AllArrived(&server), ElementsAre("GET /1", "POST /2"));
}

// The failure that curl reports is then "could not connect", which for a first
// attempt means not sent.
TEST_F(CurlTransportRepeatTest, PostIsBrokenEvenWhenTheRepetitionCouldNotConnect) {
  ScriptedServer server(DieAtSecondRequest(Death::kClose));
  before_death_ = [&] { server.StopListening(); };
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);
  EXPECT_EQ(Fetch(Request("POST", server.Url("/2"), "body")).fate, Fate::kBroken);
  EXPECT_THAT(AllArrived(&server), ElementsAre("GET /1", "POST /2"));
}

TEST_F(CurlTransportRepeatTest, NextPostIsSentAgainOnANewConnection) {
  ScriptedServer server(DieAtSecondRequest(Death::kClose));
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);
  ASSERT_EQ(Fetch(Request("POST", server.Url("/2"), "body")).fate, Fate::kBroken);
  EXPECT_EQ(Fetch(Request("POST", server.Url("/3"), "body")).response.status, 200);
  EXPECT_THAT(AllArrived(&server), ElementsAre("GET /1", "POST /2", "POST /3"));
}

TEST_F(CurlTransportRepeatTest, GetIsSentAgainOnANewConnection) {
  ScriptedServer server(DieAtSecondRequest(Death::kClose));
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);
  const HttpResult result = Get(server.Url("/2"));
  EXPECT_EQ(result.fate, Fate::kAnswered);
  EXPECT_EQ(result.response.body, "done");
  EXPECT_THAT(AllArrived(&server), ElementsAre("GET /1", "GET /2", "GET /2"));
}

TEST_F(CurlTransportRepeatTest, PostOnAKeptConnectionThatIsClosedAlreadyUsesANewOne) {
  Notification closed;
  ScriptedServer server([&](ServerConnection& connection) {
    arrived_.Add(connection.ReadRequest());
    connection.Reply(200, "done");
    connection.Close();
    if (connection.index() == 0) closed.Notify();
  });
  ASSERT_EQ(Get(server.Url("/1")).response.status, 200);
  closed.WaitForNotification();
  EXPECT_EQ(Fetch(Request("POST", server.Url("/2"), "body")).fate, Fate::kAnswered);
  EXPECT_THAT(AllArrived(&server), SizeIs(2));
}

}  // namespace
}  // namespace gcjobs::testing
