#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/thread.h"
#include "tests/fakes/notification.h"
#include "tests/unit/net/curl_transport_fixture.h"
#include "tests/unit/net/scripted_server.h"

// When callbacks run, giving up, many at once, and the end.

namespace gcjobs::testing {
namespace {

using Fate = HttpResult::Fate;

void AnswerAll(ServerConnection& connection) {
  while (!connection.ReadRequest().empty()) connection.Reply(200, "ok");
}

class CurlTransportLifecycleTest : public CurlTransportTest {
 protected:
  // Reads requests and leaves them without an answer.
  ScriptedServer::Script Silence() {
    return [this](ServerConnection& connection) {
      for (std::string request = connection.ReadRequest(); !request.empty();
           request = connection.ReadRequest()) {
        arrived_.Add(request);
      }
    };
  }

  Journal arrived_;
};

TEST_F(CurlTransportLifecycleTest, CallbackNeverRunsWithinSend) {
  const auto invalid = Send(Request("GET", "nonsense"));
  EXPECT_FALSE(invalid->has_value());
  EXPECT_EQ(transport_->in_flight(), 1u);
  loop_->Turn(absl::Hours(1));  // does not wait
  EXPECT_EQ((*invalid)->fate, Fate::kNotSent);
  EXPECT_EQ(transport_->in_flight(), 0u);
}

TEST_F(CurlTransportLifecycleTest, CallbackMaySendAgain) {
  ScriptedServer server(AnswerAll);
  int answers = 0;
  std::function<void(HttpResult)> again = [&](HttpResult result) {
    EXPECT_EQ(result.response.status, 200);
    if (++answers < 5) transport_->Send(Request("GET", server.Url("/")), again);
  };
  transport_->Send(Request("GET", server.Url("/")), again);
  ASSERT_TRUE(TurnUntil([&] { return answers == 5; }));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportLifecycleTest, CallbackMayCancelOthersEvenFinishedOnes) {
  const auto a = std::make_shared<std::optional<HttpResult>>();
  std::vector<Fate> fates;
  ScriptedServer server(Silence());
  HttpTransport::RequestId refused = 0;
  HttpTransport::RequestId silent = 0;
  transport_->Send(Request("GET", "nonsense"), [&](HttpResult) {
    transport_->Cancel(refused);  // over, but its callback has not run yet
    transport_->Cancel(silent);
  });
  refused = transport_->Send(Request("GET", "nonsense"),
                             [&](HttpResult result) { fates.push_back(result.fate); });
  silent = transport_->Send(Request("GET", server.Url("/")),
                            [&](HttpResult result) { fates.push_back(result.fate); });
  ASSERT_TRUE(TurnUntil([&] { return fates.size() == 2; }));
  EXPECT_EQ(transport_->in_flight(), 0u);
}

TEST_F(CurlTransportLifecycleTest, CancelBeforeAnythingWasSent) {
  ScriptedServer server(Silence());
  const auto slot = Send(Request("POST", server.Url("/path"), "body"));
  transport_->Cancel(last_id_);
  EXPECT_FALSE(slot->has_value());
  loop_->Turn(absl::Hours(1));  // does not wait
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->fate, Fate::kNotSent);
  EXPECT_EQ((*slot)->error,
            absl::CancelledError(absl::StrCat("POST ", server.Url("/path"), ": cancelled")));
  server.Stop();
  EXPECT_EQ(arrived_.size(), 0u);
}

TEST_F(CurlTransportLifecycleTest, CancelInFlightIsBrokenAndEndsTheConnection) {
  Notification closed;
  ScriptedServer server([&](ServerConnection& connection) {
    arrived_.Add(connection.ReadRequest());
    connection.AwaitClose();
    closed.Notify();
  });
  const auto slot = Send(Request("POST", server.Url("/"), "body"));
  ASSERT_TRUE(TurnUntil([&] { return arrived_.size() == 1; }));
  transport_->Cancel(last_id_);
  transport_->Cancel(last_id_);
  closed.WaitForNotification();
  EXPECT_FALSE(slot->has_value());
  loop_->Turn(absl::ZeroDuration());
  ASSERT_TRUE(slot->has_value());
  EXPECT_EQ((*slot)->fate, Fate::kBroken);
  EXPECT_EQ((*slot)->error.code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE((*slot)->timed_out);
}

TEST_F(CurlTransportLifecycleTest, CancellingWhatIsOverOrUnknownIsHarmless) {
  ScriptedServer server(AnswerAll);
  EXPECT_EQ(Get(server.Url("/")).fate, Fate::kAnswered);
  transport_->Cancel(last_id_);
  transport_->Cancel(12345);
  EXPECT_EQ(transport_->in_flight(), 0u);
}

TEST_F(CurlTransportLifecycleTest, DestructionInFlightRunsNoCallbackAndFreesIt) {
  ScriptedServer server(Silence());
  auto owned = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = owned;
  bool ran = false;
  for (const char* url : {"http://nonexistent.invalid/", "nonsense"}) {
    transport_->Send(Request("GET", url), [&ran, owned](HttpResult) { ran = true; });
  }
  transport_->Send(Request("GET", server.Url("/")),
                   [&ran, owned = std::move(owned)](HttpResult) { ran = true; });
  // Past the loop: one callback of those above would be due.
  transport_.reset();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(watch.expired());
}

TEST_F(CurlTransportLifecycleTest, DestructionAfterTheRequestWasWritten) {
  ScriptedServer server(Silence());
  const auto slot = Send(Request("POST", server.Url("/"), "body"));
  ASSERT_TRUE(TurnUntil([&] { return arrived_.size() == 1; }));
  loop_.reset();
  transport_.reset();
  EXPECT_FALSE(slot->has_value());
  EXPECT_EQ(slot.use_count(), 1);
}

TEST_F(CurlTransportLifecycleTest, ManyRequestsAreUnderWayAtOnce) {
  constexpr size_t kRequests = 50;
  Notification release;  // only when all have arrived
  ScriptedServer server([&](ServerConnection& connection) {
    const std::string request = connection.ReadRequest();
    arrived_.Add(request);
    release.WaitForNotification();
    connection.Reply(200, request.substr(0, request.find(" HTTP")));
  });
  std::vector<std::shared_ptr<std::optional<HttpResult>>> slots;
  for (size_t i = 0; i < kRequests; ++i) {
    slots.push_back(Send(Request("GET", server.Url(absl::StrCat("/", i)))));
  }
  EXPECT_EQ(transport_->in_flight(), kRequests);
  EXPECT_TRUE(TurnUntil([&] { return arrived_.size() == kRequests; }));
  release.Notify();
  ASSERT_TRUE(TurnUntil([&] { return transport_->in_flight() == 0; }));
  for (size_t i = 0; i < kRequests; ++i) {
    EXPECT_EQ((*slots[i])->response.body, absl::StrCat("GET /", i));
  }
}

TEST_F(CurlTransportLifecycleTest, RequestsBeyondTheConnectionLimitWaitAndAreAllAnswered) {
  CurlOptions options;
  options.max_connections_per_host = 2;
  Restart(options);
  ScriptedServer server(AnswerAll);
  std::vector<std::shared_ptr<std::optional<HttpResult>>> slots;
  for (int i = 0; i < 20; ++i) slots.push_back(Send(Request("POST", server.Url("/"), "body")));
  ASSERT_TRUE(TurnUntil([&] { return transport_->in_flight() == 0; }));
  for (const auto& slot : slots) EXPECT_EQ((*slot)->response.status, 200);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(CurlTransportLifecycleTest, GivingUpARequestLetsAWaitingOneGo) {
  CurlOptions options;
  options.max_connections_per_host = 1;
  Restart(options);
  ScriptedServer server([&](ServerConnection& connection) {
    if (connection.index() == 0) return Silence()(connection);
    AnswerAll(connection);
  });
  const auto silent = Send(Request("GET", server.Url("/")));
  const HttpTransport::RequestId silent_id = last_id_;
  ASSERT_TRUE(TurnUntil([&] { return arrived_.size() == 1; }));
  const auto waiting = Send(Request("GET", server.Url("/")));
  const auto given_up = Send(Request("GET", server.Url("/")));
  loop_->Turn(absl::ZeroDuration());
  transport_->Cancel(last_id_);
  transport_->Cancel(silent_id);
  ASSERT_TRUE(TurnUntil([&] { return transport_->in_flight() == 0; }));
  EXPECT_EQ((*silent)->fate, Fate::kBroken);
  EXPECT_EQ((*given_up)->fate, Fate::kNotSent);
  EXPECT_EQ((*waiting)->response.status, 200);
}

TEST_F(CurlTransportLifecycleTest, OtherThreadsWakeALoopThatWaitsForSockets) {
  Notification ran;
  Thread runner("loop", [this] { loop_->Run(); });
  loop_->Post([&] { ran.Notify(); });
  ran.WaitForNotification();
  loop_->Stop();
}

TEST(CurlTransportCreateTest, RefusesOptionsThatMakeNoSense) {
  CurlOptions options;
  options.max_connections_per_host = 0;
  EXPECT_EQ(CurlTransport::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = {};
  options.ca_file = "/nonexistent/ca.pem";
  EXPECT_EQ(CurlTransport::Create(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace gcjobs::testing
