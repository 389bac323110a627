#include "tests/simulator/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/thread.h"
#include "tests/simulator/waiter.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;

// Says what it saw.
sim::Reply Echo(const sim::ApiRequest& request) {
  sim::Reply reply;
  reply.response.content_type = "text/plain";
  reply.response.body = absl::StrCat(request.method, " ", request.path, " ", request.query, " ",
                                     request.body, " ", std::string(request.Header("x-test")));
  return reply;
}

std::unique_ptr<sim::HttpServer> Serve(sim::HttpServer::Handler handler) {
  return *sim::HttpServer::Start({}, std::move(handler));
}

httplib::Client Connect(const sim::HttpServer& server) {
  httplib::Client client("127.0.0.1", server.port());
  client.set_keep_alive(true);
  return client;
}

TEST(HttpServerTest, PassesRequestsOnAsTheyCame) {
  const auto server = Serve(Echo);
  httplib::Client client = Connect(*server);
  EXPECT_EQ(client.Get("/a%2Fb?q=%20x", {{"X-Test", "y"}})->body, "GET /a%2Fb q=%20x  y");
  EXPECT_EQ(client.Post("/p", "body", "application/json")->body, "POST /p  body ");
  EXPECT_EQ(client.Put("/p", "body", "application/json")->body, "PUT /p  body ");
  EXPECT_EQ(client.Patch("/p", "body", "application/json")->body, "PATCH /p  body ");
}

TEST(HttpServerTest, ARequestThatAnnouncesNoBodyIsNotWaitedFor) {
  const auto server = Serve(Echo);
  httplib::Client client = Connect(*server);
  EXPECT_EQ(client.Delete("/d")->body, "DELETE /d   ");
  EXPECT_EQ(client.Post("/p")->body, "POST /p   ");
}

TEST(HttpServerTest, AHeadIsServedWithoutItsBody) {
  const auto server = Serve(Echo);
  httplib::Client client = Connect(*server);
  const auto head = client.Head("/h");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(client.Get("/h")->body, "GET /h   ") << "the connection is still in step";
}

TEST(HttpServerTest, ALargeBodyArrivesWhole) {
  const std::string page(8 << 20, 'x');
  const auto server = Serve([&](const sim::ApiRequest& /*request*/) {
    sim::Reply reply;
    reply.response.body = page;
    return reply;
  });
  const auto answer = Connect(*server).Get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), page.size());
  EXPECT_EQ(answer->get_header_value("Content-Type"), "application/json");
}

TEST(HttpServerTest, ManyClientsAreServedAtATime) {
  constexpr int kClients = 60;
  std::atomic<int> present{0};
  absl::Notification all_present;
  const auto server = Serve([&](const sim::ApiRequest& request) {
    if (++present == kClients) all_present.Notify();
    all_present.WaitForNotification();
    return Echo(request);
  });
  std::atomic<int> answered{0};
  {
    std::vector<std::unique_ptr<Thread>> threads;
    for (int i = 0; i < kClients; ++i) {
      threads.push_back(std::make_unique<Thread>("client", [&] {
        if (Connect(*server).Get("/")) ++answered;
      }));
    }
  }
  EXPECT_EQ(answered, kClients);
}

TEST(HttpServerTest, AResetConnectionBringsNotOneByte) {
  const auto server = Serve([](const sim::ApiRequest& request) {
    sim::Reply reply = Echo(request);
    reply.reset = request.path == "/reset";
    return reply;
  });
  httplib::Client client = Connect(*server);
  EXPECT_EQ(client.Get("/fine")->status, 200);
  const httplib::Result lost = client.Get("/reset");
  EXPECT_FALSE(lost);
  EXPECT_EQ(lost.error(), httplib::Error::Read);  // of the status line
  EXPECT_FALSE(client.Post("/reset", "body", "application/json"));
  EXPECT_EQ(client.Get("/fine")->status, 200);
}

TEST(HttpServerTest, ATruncatedAnswerHasItsStatusButNotItsBody) {
  const auto server = Serve([](const sim::ApiRequest& request) {
    sim::Reply reply = Echo(request);
    reply.response.status = 202;
    reply.truncate_at = request.path == "/none" ? 0 : 3;
    return reply;
  });
  httplib::Client client = Connect(*server);
  int status = 0;
  std::string received;
  const auto get = [&](const char* path) {
    received.clear();
    return client.Get(
        path, httplib::Headers(),
        [&](const httplib::Response& response) {
          status = response.status;
          return true;
        },
        [&](const char* data, size_t size) {
          received.append(data, size);
          return true;
        });
  };
  EXPECT_FALSE(get("/some"));
  EXPECT_EQ(status, 202);
  EXPECT_EQ(received, "GET");
  EXPECT_FALSE(get("/none"));
  EXPECT_EQ(received, "");
}

TEST(HttpServerTest, StopsThoughAClientKeepsItsConnection) {
  auto server = Serve(Echo);
  httplib::Client client = Connect(*server);
  EXPECT_EQ(client.Get("/")->status, 200);
  server.reset();  // would wait an hour for the idle client
  EXPECT_FALSE(client.Get("/"));
}

TEST(HttpServerTest, StopsWhileACallIsHeld) {
  sim::RealWaiter waiter;
  absl::Notification held;
  auto server = Serve([&](const sim::ApiRequest& request) {
    held.Notify();
    waiter.Wait(absl::InfiniteDuration());
    return Echo(request);
  });
  Thread caller("caller",
                [port = server->port()] { httplib::Client("127.0.0.1", port).Get("/").error(); });
  held.WaitForNotification();
  waiter.Stop();
  server.reset();
}

TEST(HttpServerTest, APortInUseIsAnError) {
  const auto server = Serve(Echo);
  sim::HttpServer::Options options;
  options.port = server->port();
  EXPECT_EQ(sim::HttpServer::Start(options, Echo).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server->address(), absl::StrCat("127.0.0.1:", server->port()));
}

TEST(SimulatorOverHttpTest, AJobFromTokenToResult) {
  SimHarness sim;
  const auto server =
      Serve([&](const sim::ApiRequest& request) { return sim.simulator().Handle(request); });
  httplib::Client client = Connect(*server);
  client.set_basic_auth("me", "secret");
  const auto token = client.Post("/oauth/token", "grant_type=client_credentials",
                                 "application/x-www-form-urlencoded");
  ASSERT_EQ(token->status, 200);
  client.set_basic_auth("", "");
  client.set_bearer_token_auth(*sim::RawObject::Parse(token->body)->GetString("access_token"));

  const std::string action = "/api/v2/integrations/actions/static_createCallback";
  const auto accepted =
      client.Post(action + "/execute",
                  R"({"async":true,"parameters":{"$sim":{"result":{"id": 12345678901234567890}}}})",
                  "application/json");
  ASSERT_EQ(accepted->status, 202);
  EXPECT_EQ(accepted->get_header_value("inin-ratelimit-allowed"), "300");
  sim.clock().Advance(absl::Hours(1));
  const auto ended =
      client.Get(action + "/executions/" + *sim::RawObject::Parse(accepted->body)->GetString("id"));
  EXPECT_THAT(ended->body, HasSubstr(R"("result":{"id": 12345678901234567890})"));
}

TEST(SimulatorOverHttpTest, ALostAnswerStillTookEffect) {
  SimHarness sim;
  const auto server =
      Serve([&](const sim::ApiRequest& request) { return sim.simulator().Handle(request); });
  httplib::Client client = Connect(*server);
  client.set_bearer_token_auth(sim.NewToken());
  client.Post("/__sim/faults", R"({"when":"after","reset":true})", "application/json");
  EXPECT_FALSE(client.Post("/api/v2/integrations/actions/static_createCallback/execute",
                           R"({"async":true})", "application/json"));
  EXPECT_THAT(client.Get("/__sim/jobs")->body, HasSubstr("static_createCallback"));
}

}  // namespace
}  // namespace gcjobs::testing
