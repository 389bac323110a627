#include "tests/fakes/fake_http_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Fate = HttpResult::Fate;

class FakeHttpTransportTest : public ::testing::Test {
 protected:
  HttpTransport::RequestId Send(std::string url) {
    HttpRequest request;
    request.url = url;
    return transport_->Send(std::move(request), [this, url](HttpResult result) {
      urls_.push_back(url);
      results_.push_back(std::move(result));
    });
  }

  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  std::unique_ptr<FakeHttpTransport> transport_ = std::make_unique<FakeHttpTransport>(&loop_);
  std::vector<std::string> urls_;
  std::vector<HttpResult> results_;
};

TEST_F(FakeHttpTransportTest, AnswersInTheOrderTheTestChoosesFromTheLoop) {
  const auto a = Send("a");
  const auto b = Send("b");
  EXPECT_EQ(transport_->requests().size(), 2u);
  transport_->Answer(b, FakeHttpTransport::Ok(200, "body", {{"X", "y"}}));
  EXPECT_THAT(urls_, IsEmpty());
  EXPECT_EQ(transport_->in_flight(), 2u);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(urls_, ElementsAre("b"));
  EXPECT_EQ(results_[0].fate, Fate::kAnswered);
  EXPECT_EQ(results_[0].response.body, "body");
  EXPECT_EQ(results_[0].response.Header("x"), "y");
  EXPECT_EQ(transport_->requests()[0].id, a);
  EXPECT_EQ(transport_->in_flight(), 1u);
}

TEST_F(FakeHttpTransportTest, HandlerAnswersWhatItKnowsAndLeavesTheRest) {
  transport_->SetHandler([](const HttpRequest& request) -> std::optional<HttpResult> {
    if (request.url != "known") return std::nullopt;
    return FakeHttpTransport::NotSent();
  });
  Send("known");
  Send("unknown");
  EXPECT_THAT(urls_, IsEmpty());
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(urls_, ElementsAre("known"));
  EXPECT_EQ(results_[0].fate, Fate::kNotSent);
  EXPECT_EQ(transport_->requests().size(), 1u);
  EXPECT_EQ(transport_->history().size(), 2u);
}

TEST_F(FakeHttpTransportTest, CancelIsToldFromTheLoopAndOnce) {
  const auto id = Send("a");
  transport_->Cancel(id);
  transport_->Cancel(id);
  EXPECT_THAT(urls_, IsEmpty());
  loop_.TestOnlyRunUntilIdle();
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_EQ(results_[0].fate, Fate::kBroken);
  EXPECT_THAT(transport_->cancelled(), ElementsAre(id));
}

TEST_F(FakeHttpTransportTest, NoCallbackOnceTheTransportIsGone) {
  Send("unanswered");
  Send("answered");
  transport_->Answer(2, FakeHttpTransport::Broken(/*timed_out=*/true));
  transport_.reset();
  loop_.TestOnlyRunUntilIdle();
  EXPECT_THAT(urls_, IsEmpty());
}

TEST_F(FakeHttpTransportTest, ResultsAreAsTheRealOnes) {
  EXPECT_TRUE(FakeHttpTransport::Ok(500).error.ok());
  EXPECT_TRUE(FakeHttpTransport::Broken(true).timed_out);
  EXPECT_FALSE(FakeHttpTransport::Broken().timed_out);
  EXPECT_FALSE(FakeHttpTransport::NotSent().error.ok());
  EXPECT_EQ(FakeHttpTransport::TooLarge(200).fate, Fate::kBodyTooLarge);
  EXPECT_EQ(FakeHttpTransport::TooLarge(200).response.status, 200);
}

}  // namespace
}  // namespace gcjobs::testing
