#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/fakes/notification.h"
#include "tests/unit/net/curl_transport_fixture.h"
#include "tests/unit/net/http2_peer.h"
#include "tests/unit/net/scripted_server.h"
#include "tests/unit/net/tls_identity.h"

// Certificates, and HTTP/2.

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Fate = HttpResult::Fate;

class CurlTransportTlsTest : public CurlTransportTest {
 protected:
  void Trust(const TlsIdentity& identity) {
    CurlOptions options;
    options.ca_file = identity.ca_file();
    Restart(options);
  }
};

void AnswerOverHttp1(ServerConnection& connection) {
  while (!connection.ReadRequest().empty()) connection.Reply(200, "ok");
}

TEST_F(CurlTransportTlsTest, TrustedServerIsTalkedTo) {
  TlsIdentity identity(TlsProtocol::kHttp1);
  Trust(identity);
  ScriptedServer server(AnswerOverHttp1, identity.context());
  EXPECT_EQ(Get(server.Url("/")).response.body, "ok");
  EXPECT_EQ(Get(server.Url("/")).response.body, "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTlsTest, ServerWithAnotherCertificateIsSentNothing) {
  TlsIdentity trusted(TlsProtocol::kHttp1);
  TlsIdentity stranger(TlsProtocol::kHttp1);
  Trust(trusted);
  Journal arrived;
  ScriptedServer server([&](ServerConnection& c) { arrived.Add(c.ReadRequest()); },
                        stranger.context());
  const HttpResult result = Fetch(Request("POST", server.Url("/"), "body"));
  EXPECT_EQ(result.fate, Fate::kNotSent);
  EXPECT_THAT(std::string(result.error.message()), HasSubstr("certificate"));
  server.Stop();
  EXPECT_THAT(arrived.lines(), ::testing::Each(""));
}

TEST_F(CurlTransportTlsTest, ServerWithAnotherNameIsSentNothing) {
  TlsIdentity identity(TlsProtocol::kHttp1);
  Trust(identity);
  ScriptedServer server(AnswerOverHttp1, identity.context());
  const HttpResult result =
      Fetch(Request("POST", absl::StrCat("https://localhost:", server.port(), "/"), "body"));
  EXPECT_EQ(result.fate, Fate::kNotSent);
}

class CurlTransportHttp2Test : public CurlTransportTlsTest {
 protected:
  CurlTransportHttp2Test() { Trust(identity_); }

  TlsIdentity identity_{TlsProtocol::kHttp2};
  Journal arrived_;
};

TEST_F(CurlTransportHttp2Test, RequestsShareOneConnectionFromTheStart) {
  constexpr int kRequests = 20;
  ScriptedServer server(
      [](ServerConnection& connection) {
        Http2Peer peer(&connection);
        peer.Start();
        // Answers none before all are there.
        std::vector<Http2Peer::StreamId> streams;
        while (streams.size() < kRequests) {
          streams.push_back(peer.NextRequest());
          if (streams.back() == 0) return;
        }
        for (const Http2Peer::StreamId stream : streams) peer.Answer(stream);
        connection.AwaitClose();
      },
      identity_.context());
  std::vector<std::shared_ptr<std::optional<HttpResult>>> slots;
  for (int i = 0; i < kRequests; ++i) slots.push_back(Send(Request("GET", server.Url("/"))));
  ASSERT_TRUE(TurnUntil([&] { return transport_->in_flight() == 0; }));
  for (const auto& slot : slots) EXPECT_EQ((*slot)->response.status, 200);
  EXPECT_EQ(server.connections(), 1);
}

// A front that says GOAWAY, or refuses a stream, at every so many requests would
// leave it open what became of the last ones; the end of a kept connection would, too.
TEST_F(CurlTransportHttp2Test, APostSpeaksHttp1OnAConnectionOfItsOwn) {
  ScriptedServer server(
      [this](ServerConnection& connection) {
        if (connection.index() == 0) {
          Http2Peer peer(&connection);
          peer.Start();
          while (const Http2Peer::StreamId stream = peer.NextRequest()) {
            arrived_.Add("GET over HTTP/2");
            peer.Answer(stream);
          }
          return;
        }
        for (;;) {
          const std::string request = connection.ReadRequest();
          if (request.empty()) return;
          const std::string line = request.substr(0, request.find("\r\n"));
          arrived_.Add(absl::StrCat(line, " on ", connection.index()));
          connection.Reply(200, "done");
        }
      },
      identity_.context());
  ASSERT_EQ(Get(server.Url("/")).response.status, 200);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Fetch(Request("POST", server.Url("/"), "body")).response.status, 200);
    EXPECT_EQ(Get(server.Url("/")).response.status, 200);
  }
  EXPECT_THAT(arrived_.lines(),
              ElementsAre("GET over HTTP/2", "POST / HTTP/1.1 on 1", "GET over HTTP/2",
                          "POST / HTTP/1.1 on 2", "GET over HTTP/2"));
}

TEST_F(CurlTransportHttp2Test, APostWhoseConnectionDiesMayHaveBeenProcessed) {
  ScriptedServer server(
      [this](ServerConnection& connection) { arrived_.Add(connection.ReadRequest()); },
      identity_.context());
  EXPECT_EQ(Fetch(Request("POST", server.Url("/"), "body")).fate, Fate::kBroken);
  EXPECT_EQ(arrived_.size(), 1u);
}

// HTTP/2 says that such a request was not processed, and a GET may be sent again.
TEST_F(CurlTransportHttp2Test, AGetWhoseStreamIsRefusedIsSentAgain) {
  ScriptedServer server(
      [this](ServerConnection& connection) {
        Http2Peer peer(&connection);
        peer.Start();
        while (const Http2Peer::StreamId stream = peer.NextRequest()) {
          arrived_.Add("GET");
          arrived_.size() == 1 ? peer.Refuse(stream) : peer.Answer(stream);
        }
      },
      identity_.context());
  EXPECT_EQ(Get(server.Url("/")).response.status, 200);
  EXPECT_EQ(arrived_.size(), 2u);
}

TEST_F(CurlTransportHttp2Test, CancelledRequestLeavesTheOthersOfItsConnectionAlone) {
  Notification answer;
  ScriptedServer server(
      [&](ServerConnection& connection) {
        Http2Peer peer(&connection);
        peer.Start();
        const Http2Peer::StreamId first = peer.NextRequest();
        peer.NextRequest();
        arrived_.Add("both");
        answer.WaitForNotification();
        peer.Answer(first);
        connection.AwaitClose();
      },
      identity_.context());
  const auto kept = Send(Request("GET", server.Url("/")));
  const auto cancelled = Send(Request("GET", server.Url("/")));
  EXPECT_TRUE(TurnUntil([&] { return arrived_.size() == 1; }));
  transport_->Cancel(last_id_);
  answer.Notify();
  ASSERT_TRUE(TurnUntil([&] { return kept->has_value(); }));
  EXPECT_EQ((*kept)->response.status, 200);
  EXPECT_EQ((*cancelled)->fate, Fate::kBroken);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace gcjobs::testing
