#include "server/results/result_pager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/results/paged_kind.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::FakeClock;
using ::gcjobs::testing::FakeGenesysClient;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::PageBody;
using ::gcjobs::testing::PagedKind;
using ::gcjobs::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ResultPagerTest : public ::testing::Test {
 protected:
  ResultPagerTest() { Begin({}); }

  // A pager that stands at `start`.
  void Begin(const ResultPosition& start) {
    ResultSource source;
    source.client = &client_;
    source.pages = kind_;
    source.job_id = "j1";
    source.ended_at = ended_at_;
    source.upstream_id = "u1";
    source.path_parameters["area"] = "north";
    source.page_size = 50;
    Drop();
    pager_ = std::make_unique<ResultPager>(&loop_, std::move(source), start);
  }
  void BeginWithLinks(const ResultPosition& start = {}) {
    kind_ = &link_kind_;
    Begin(start);
  }
  static ResultPosition At(std::string next, int skip_items = 0, int empty_pages = 0) {
    ResultPosition position;
    position.next = std::move(next);
    position.pages = 7;
    position.skip_items = skip_items;
    position.empty_pages = empty_pages;
    return position;
  }

  void Fetch() {
    result_.reset();
    fetch_ = Story(FetchIntoResult());
    EXPECT_FALSE(result_.has_value()) << "it ended at once";
    loop_.TestOnlyRunUntilIdle();
  }
  // Ends the fetch and drops the pager.
  void Drop() {
    result_.reset();
    fetch_.End();
    pager_.reset();
  }
  void Answer(ApiReply reply) {
    ASSERT_THAT(client_.sent(), SizeIs(1));
    client_.Answer(std::move(reply));
    loop_.TestOnlyRunUntilIdle();
  }
  // Fetches a page that upstream answers so.
  absl::StatusOr<UpstreamPage> FetchPage(const std::string& body) {
    Fetch();
    Answer(client_.Ok(body));
    return Result();
  }
  absl::StatusOr<UpstreamPage> FetchWith(ApiReply reply) {
    Fetch();
    Answer(std::move(reply));
    return Result();
  }
  // What the fetch came to; an error of another kind when it goes on.
  absl::StatusOr<UpstreamPage> Result() const {
    return result_.value_or(absl::UnimplementedError("the fetch is not over"));
  }
  bool is_over() const { return result_.has_value(); }

  // What the real client makes of an answer, or of none.
  ApiReply HttpReply(int status, HttpHeaders headers = {}, std::string body = "") {
    HttpResult result;
    result.fate = HttpResult::Fate::kAnswered;
    result.response = {status, std::move(headers), std::move(body)};
    return MakeApiReply(client_.sent().front().request, std::move(result), clock_.Now());
  }
  ApiReply Lost(HttpResult::Fate fate, bool timed_out = false) {
    HttpResult result;
    result.fate = fate;
    result.response.status = fate == HttpResult::Fate::kBodyTooLarge ? 200 : 0;
    result.error = absl::UnavailableError("reset");
    result.timed_out = timed_out;
    return MakeApiReply(client_.sent().front().request, std::move(result), clock_.Now());
  }
  // Fetches, and gets that reply.
  template <typename MakeReply>
  absl::StatusOr<UpstreamPage> FetchReply(MakeReply make_reply) {
    Fetch();
    Answer(make_reply());
    return Result();
  }

  // The same whenever it tries again.
  template <typename MakeReply>
  absl::StatusOr<UpstreamPage> FetchReplies(MakeReply make_reply) {
    Fetch();
    while (!is_over()) {
      Answer(make_reply());
      Pass(absl::Seconds(4));
    }
    return Result();
  }

  void Pass(absl::Duration duration) {
    clock_.Advance(duration);
    loop_.TestOnlyRunUntilIdle();
  }
  std::string Target() const { return client_.sent().front().request.target; }
  static std::string Problem(const absl::StatusOr<UpstreamPage>& page) {
    return GetErrorInfo(page.status())->metadata().at("problem");
  }

  FakeClock clock_;
  EventLoop loop_{&clock_, nullptr};
  FakeGenesysClient client_{&loop_};
  absl::Time ended_at_;  // long ago
  const PagedKind cursor_kind_;
  const PagedKind link_kind_{v1::RESULTS_MODE_LINK, "linked"};
  const JobKind* kind_ = &cursor_kind_;
  std::optional<absl::StatusOr<UpstreamPage>> result_;
  std::unique_ptr<ResultPager> pager_;
  Story fetch_;

 private:
  Task<> FetchIntoResult() { result_ = co_await pager_->Fetch(); }
};

auto IsBadResponse() { return StatusIs(absl::StatusCode::kInternal, "GENESYS_BAD_RESPONSE"); }

TEST_F(ResultPagerTest, PagesComeOneAfterAnother) {
  Fetch();
  EXPECT_EQ(Target(), "/api/v2/paged/u1/north?cursor=&pageSize=50");
  EXPECT_EQ(client_.sent().front().request.request_class, RequestClass::kResults);
  Answer(client_.Ok(PageBody("[1, 2]", "c/2")));
  ASSERT_THAT(Result(), IsOk());
  EXPECT_EQ(Result()->parts[0].slice.items, "[1, 2]");
  EXPECT_FALSE(Result()->parts[0].is_last);

  Fetch();
  EXPECT_EQ(Target(), "/api/v2/paged/u1/north?cursor=c%2F2&pageSize=50");
  Answer(client_.Ok(PageBody("[3]")));
  ASSERT_THAT(Result(), IsOk());
  EXPECT_EQ(Result()->parts[0].slice.items, "[3]");
  EXPECT_TRUE(Result()->parts[0].is_last);
}

TEST_F(ResultPagerTest, NothingIsFetchedAhead) {
  ASSERT_THAT(FetchPage(PageBody("[1]", "c2")), IsOk());
  Pass(absl::Hours(1));
  EXPECT_EQ(client_.sent_count(), 1);
  EXPECT_EQ(client_.permits_out(), 0);
}

TEST_F(ResultPagerTest, PartsTellWhereToGoOn) {
  ASSERT_THAT(FetchPage(PageBody("[1]", "c2")), IsOk());
  const std::string item = absl::StrCat("\"", std::string(2'000'000, 'x'), "\"");
  const auto page = FetchPage(PageBody(absl::StrCat("[0,", item, ",", item, "]"), "c3"));
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->parts, SizeIs(2));
  const ResultPosition within = page->parts[0].after;
  EXPECT_EQ(within.next, "c2");
  EXPECT_EQ(within.skip_items, 2);
  EXPECT_EQ(within.pages, 2);
  const ResultPosition behind = page->parts[1].after;
  EXPECT_EQ(behind.next, "c3");
  EXPECT_EQ(behind.skip_items, 0);
  EXPECT_EQ(behind.pages, 3);
}

TEST_F(ResultPagerTest, ReadsOnInTheMiddleOfAPage) {
  Begin(At("c2", /*skip_items=*/1));
  const auto page = FetchPage(PageBody("[1,2 ,3]", "c3"));
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->parts[0].slice.items, "2 ,3");
  EXPECT_EQ(page->parts[0].slice.item_count, 2);
  EXPECT_EQ(page->parts[0].after.pages, 8);
  EXPECT_EQ(page->parts[0].after.next, "c3");
}

TEST_F(ResultPagerTest, APageThatHasShrunkIsRefused) {
  Begin(At("c2", /*skip_items=*/3));
  const auto page = FetchPage(PageBody("[1,2,3]", "c3"));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "changed_page");
}

TEST_F(ResultPagerTest, LinksAreResolvedAgainstThePageThatHasThem) {
  BeginWithLinks();
  ASSERT_THAT(FetchPage(PageBody("[1]", "https://api.example.com/api/v2/next?page=2")), IsOk());
  EXPECT_EQ(Result()->parts[0].after.next, "/api/v2/next?page=2");
  Fetch();
  EXPECT_EQ(Target(), "/api/v2/next?page=2");
  Answer(client_.Ok(PageBody("[2]", "?page=3")));
  EXPECT_EQ(Result()->parts[0].after.next, "/api/v2/next?page=3");
}

TEST_F(ResultPagerTest, CursorsAreNoLinks) {
  ASSERT_THAT(FetchPage(PageBody("[1]", "http://elsewhere.test/")), IsOk());
  EXPECT_EQ(Result()->parts[0].after.next, "http://elsewhere.test/");
}

TEST_F(ResultPagerTest, ALinkToAnotherOriginIsNotFollowed) {
  BeginWithLinks();
  const auto page = FetchPage(PageBody("[1]", "https://api.example.com.evil.test/api/v2/next"));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "foreign_link");
  EXPECT_EQ(client_.sent_count(), 1);
}

TEST_F(ResultPagerTest, ACursorThatCameBeforeIsFoundAtOnce) {
  ASSERT_THAT(FetchPage(PageBody("[1]", "c2")), IsOk());
  ASSERT_THAT(FetchPage(PageBody("[2]", "c3")), IsOk());
  ASSERT_THAT(FetchPage(PageBody("[3]", "c4")), IsOk());
  const auto page = FetchPage(PageBody("[4]", "c2"));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "repeated_cursor");
  EXPECT_EQ(client_.sent_count(), 4);
}

TEST_F(ResultPagerTest, ACursorToThePageItselfIsFoundAlsoAfterAResume) {
  Begin(At("c8"));
  const auto page = FetchPage(PageBody("[1]", "c8"));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "repeated_cursor");
}

TEST_F(ResultPagerTest, ALinkBackToTheFirstPageIsFoundHoweverItIsSpelt) {
  BeginWithLinks();
  ASSERT_THAT(FetchPage(PageBody("[1]", "/api/v2/next?page=2")), IsOk());
  const auto page = FetchPage(
      PageBody("[2]", "https://api.example.com/api/v2/paged/u1/north?cursor=&pageSize=50"));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "repeated_cursor");
}

TEST_F(ResultPagerTest, ACursorThatNoRequestCouldCarryIsRefused) {
  ASSERT_THAT(FetchPage(PageBody("[1]", std::string(16 << 10, 'c'))), IsOk());
  const auto page = FetchPage(PageBody("[2]", std::string((16 << 10) + 1, 'd')));
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "long_cursor");
}

TEST_F(ResultPagerTest, AThousandEmptyPagesInARowAreEnoughForOneReader) {
  UpstreamPage last;
  for (int i = 0; i < 1000; ++i) {
    auto page = FetchPage(PageBody("[]", absl::StrCat("c", i)));
    ASSERT_THAT(page, IsOk());
    last = *std::move(page);
  }
  Fetch();
  EXPECT_THAT(client_.sent(), SizeIs(0));
  EXPECT_THAT(Result(), StatusIs(absl::StatusCode::kAborted, "GENESYS_EMPTY_PAGES"));
}

TEST_F(ResultPagerTest, APageWithACursorAndNoItemsIsAnEmptyPage) {
  const auto page = FetchPage(R"({"next":"c2"})");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->parts[0].slice.items, "[]");
  EXPECT_FALSE(page->parts[0].is_last);
}

TEST_F(ResultPagerTest, EmptyPagesBetweenOthersAreNoError) {
  int number = 1;
  for (const char* items : {"[]", "[]", "[1]", "[]", "[]", "[2]"}) {
    EXPECT_THAT(FetchPage(PageBody(items, absl::StrCat("c", ++number))), IsOk());
  }
}

TEST_F(ResultPagerTest, NoItemsAtAllIsOneEmptyPage) {
  const auto page = FetchPage(PageBody("[]"));
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->parts, SizeIs(1));
  EXPECT_EQ(page->parts[0].slice.items, "[]");
  EXPECT_TRUE(page->parts[0].is_last);
}

TEST_F(ResultPagerTest, ASingleValueIsAnItem) {
  const auto page = FetchPage(PageBody(R"({"id":12345678901234567890})"));
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->parts[0].slice.items, R"({"id":12345678901234567890})");
  EXPECT_TRUE(page->parts[0].slice.is_bare);
}

TEST_F(ResultPagerTest, ResultsThatAreGoneHaveExpired) {
  for (const int status : {404, 410}) {
    Begin({});
    const auto page = FetchReply([&] {
      return HttpReply(status, {{"ININ-Correlation-Id", "corr"}}, R"({"code":"not.found"})");
    });
    EXPECT_THAT(page, StatusIs(absl::StatusCode::kNotFound, "GENESYS_RESULT_EXPIRED"));
    const google::rpc::ErrorInfo info = *GetErrorInfo(page.status());
    EXPECT_EQ(info.domain(), "genesys.cloud");
    EXPECT_EQ(info.metadata().at("http_status"), absl::StrCat(status));
    EXPECT_EQ(info.metadata().at("genesys_code"), "not.found");
    EXPECT_EQ(info.metadata().at("correlation_id"), "corr");
  }
}

// Where results are kept may lag behind where the status is.
TEST_F(ResultPagerTest, RightAfterTheEndResultsMayNotBeThereYet) {
  for (const int status : {404, 409, 202}) {
    ended_at_ = clock_.Now();
    Begin({});
    Fetch();
    Answer(HttpReply(status));
    EXPECT_FALSE(is_over()) << status;
    Pass(absl::Seconds(4));
    Answer(client_.Ok(PageBody("[1]")));
    EXPECT_THAT(Result(), IsOk()) << status;
  }
}

TEST_F(ResultPagerTest, ResultsThatStayAwayAreNotReady) {
  ended_at_ = clock_.Now();
  Begin({});
  const auto page = FetchReplies([this] { return HttpReply(404); });
  EXPECT_THAT(page, StatusIs(absl::StatusCode::kUnavailable, "GENESYS_RESULTS_NOT_READY"));
  EXPECT_TRUE(GetRetryDelay(page.status()).has_value());
  EXPECT_EQ(GetErrorInfo(page.status())->metadata().at("http_status"), "404");
}

TEST_F(ResultPagerTest, APageThatGoesAwayBehindOthersHasExpired) {
  ended_at_ = clock_.Now();
  Begin(At("c2"));
  EXPECT_THAT(FetchReplies([this] { return HttpReply(404); }),
              StatusIs(absl::StatusCode::kNotFound, "GENESYS_RESULT_EXPIRED"));
}

TEST_F(ResultPagerTest, A202IsNeverAPage) {
  EXPECT_THAT(FetchReplies([this] { return HttpReply(202, {}, PageBody("[]")); }),
              StatusIs(absl::StatusCode::kUnavailable, "GENESYS_RESULTS_NOT_READY"));
}

TEST_F(ResultPagerTest, AKindMaySayThatTheyAreGone) {
  EXPECT_THAT(FetchPage(R"({"gone":true})"),
              StatusIs(absl::StatusCode::kNotFound, "GENESYS_RESULT_EXPIRED"));
}

TEST_F(ResultPagerTest, ARefusalEndsItAtOnce) {
  const std::pair<int, const char*> refusals[] = {{400, "GENESYS_BAD_REQUEST"},
                                                  {401, "GENESYS_CREDENTIALS_REJECTED"},
                                                  {403, "GENESYS_FORBIDDEN"},
                                                  {302, "GENESYS_BAD_RESPONSE"}};
  for (const auto& [status, reason] : refusals) {
    Begin({});
    const auto page = FetchReply([this, status = status] { return HttpReply(status); });
    EXPECT_EQ(GetReason(page.status()), reason);
    EXPECT_FALSE(GetRetryDelay(page.status()).has_value());
  }
}

TEST_F(ResultPagerTest, AnUnreadablePageEndsItAtOnce) {
  for (const char* body : {"", "<html>", R"({"items":[1,2})", R"({"items":[1 2]})"}) {
    Begin({});
    EXPECT_THAT(FetchPage(body), IsBadResponse()) << body;
  }
}

TEST_F(ResultPagerTest, APageThatIsTooLargeAsksForASmallerPageSize) {
  const auto page = FetchReply([this] { return Lost(HttpResult::Fate::kBodyTooLarge); });
  EXPECT_THAT(page, IsBadResponse());
  EXPECT_EQ(Problem(page), "page_too_large");
  EXPECT_THAT(std::string(page.status().message()), HasSubstr("page_size"));
}

TEST_F(ResultPagerTest, ErrorsNameJobAndPage) {
  Begin(At("c8"));
  const auto page = FetchReply([this] { return HttpReply(403); });
  EXPECT_THAT(std::string(page.status().message()),
              AllOf(HasSubstr("job j1: page 8 of the results: GET /api/v2/paged/u1/north"),
                    Not(HasSubstr("cursor="))));
  const auto metadata = GetErrorInfo(page.status())->metadata();
  EXPECT_EQ(metadata.at("job_id"), "j1");
  EXPECT_EQ(metadata.at("page"), "8");
}

TEST_F(ResultPagerTest, WhatPassesByItselfIsTriedAgain) {
  const std::function<ApiReply()> failures[] = {
      [this] { return HttpReply(500); },
      [this] { return HttpReply(503); },
      [this] { return HttpReply(429); },
      [this] { return HttpReply(408); },
      [this] { return Lost(HttpResult::Fate::kNotSent); },
      [this] { return Lost(HttpResult::Fate::kBroken); },
      [this] { return Lost(HttpResult::Fate::kBroken, /*timed_out=*/true); },
  };
  for (const auto& failure : failures) {
    Begin({});
    Fetch();
    const std::string target = Target();
    Answer(failure());
    EXPECT_FALSE(is_over());
    EXPECT_THAT(client_.sent(), SizeIs(0));
    Pass(absl::Minutes(1));
    EXPECT_EQ(Target(), target);
    Answer(client_.Ok(PageBody("[1]")));
    EXPECT_THAT(Result(), IsOk());
  }
}

TEST_F(ResultPagerTest, RetryAfterIsHonoured) {
  Fetch();
  Answer(HttpReply(429, {{"Retry-After", "42"}}));
  Pass(absl::Seconds(41));
  EXPECT_THAT(client_.sent(), SizeIs(0));
  Pass(absl::Seconds(2));
  EXPECT_THAT(client_.sent(), SizeIs(1));
}

TEST_F(ResultPagerTest, ALongRetryAfterIsTheReadersToWait) {
  const auto page = FetchReply([this] { return HttpReply(429, {{"Retry-After", "3600"}}); });
  EXPECT_THAT(page, StatusIs(absl::StatusCode::kResourceExhausted, "GENESYS_RATE_LIMITED"));
  EXPECT_EQ(GetRetryDelay(page.status()), absl::Hours(1));
}

TEST_F(ResultPagerTest, RetriesAreFew) {
  Fetch();
  int attempts = 0;
  for (; !is_over(); ++attempts) {
    ASSERT_LT(attempts, 10);
    Answer(HttpReply(503));
    Pass(absl::Minutes(1));
  }
  EXPECT_EQ(attempts, 5);
  EXPECT_THAT(Result(), StatusIs(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE"));
  EXPECT_TRUE(GetRetryDelay(Result().status()).has_value());
}

TEST_F(ResultPagerTest, EachPageHasItsOwnRetries) {
  int number = 1;
  for (int page = 0; page < 3; ++page) {
    Fetch();
    for (int retry = 0; retry < 4; ++retry) {
      Answer(HttpReply(503));
      Pass(absl::Minutes(1));
    }
    Answer(client_.Ok(PageBody("[1]", absl::StrCat("c", ++number))));
    EXPECT_THAT(Result(), IsOk());
  }
}

TEST_F(ResultPagerTest, APermitThatCannotBeHadJustNowIsAskedForAgain) {
  client_.permit_status =
      FakeGenesysClient::GenesysError(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
  SetRetryDelay(&client_.permit_status, absl::Seconds(1));
  Fetch();
  EXPECT_FALSE(is_over());
  client_.permit_status = absl::OkStatus();
  Pass(absl::Minutes(1));
  EXPECT_THAT(client_.sent(), SizeIs(1));
}

TEST_F(ResultPagerTest, ARefusedPermitEndsIt) {
  client_.permit_status = FakeGenesysClient::GenesysError(absl::StatusCode::kFailedPrecondition,
                                                          "GENESYS_CREDENTIALS_REJECTED");
  Fetch();
  EXPECT_THAT(Result(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "GENESYS_CREDENTIALS_REJECTED"));
}

TEST_F(ResultPagerTest, ThePagesBodyLivesAsLongAsItIsHeld) {
  auto page = FetchPage(PageBody("[\"held\"]"));
  ASSERT_THAT(page, IsOk());
  pager_.reset();
  result_.reset();
  EXPECT_EQ(page->parts[0].slice.items, "[\"held\"]");
}

// Whoever has read enough ends the fetch, wherever it stands.

TEST_F(ResultPagerTest, EndedWhileItAwaitsAPermitItGivesItBack) {
  client_.hold_permits = true;
  Fetch();
  Drop();
  client_.GrantHeld();
  EXPECT_EQ(client_.permits_out(), 1);
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(client_.permits_out(), 0);
  EXPECT_THAT(client_.sent(), SizeIs(0));
  EXPECT_FALSE(is_over());
}

TEST_F(ResultPagerTest, EndedWhileItAwaitsAPermitThatIsRefusedItDoesNothing) {
  client_.hold_permits = true;
  client_.permit_status = absl::UnavailableError("no");
  Fetch();
  Drop();
  client_.GrantHeld();
  loop_.TestOnlyRunUntilIdle();
  EXPECT_EQ(client_.permits_out(), 0);
  EXPECT_FALSE(is_over());
}

TEST_F(ResultPagerTest, EndedWhileItAwaitsAnAnswerItIsNotTold) {
  Fetch();
  Drop();
  Answer(client_.Ok(PageBody("[1]")));
  EXPECT_FALSE(is_over());
}

TEST_F(ResultPagerTest, EndedBeforeARetryItLeavesNoTimer) {
  Fetch();
  Answer(HttpReply(503));
  EXPECT_NE(loop_.NextTimer(), absl::InfiniteFuture());
  Drop();
  EXPECT_EQ(loop_.NextTimer(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace gcjobs
