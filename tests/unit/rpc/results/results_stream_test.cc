#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/results/results_server.h"

namespace gcjobs {
namespace {

using ::testing::IsEmpty;
using testing::IsOk;
using testing::PagedUpstream;
using testing::ResultsRead;
using testing::ResultsServer;
using ::testing::SizeIs;
using testing::StatusIs;

std::vector<std::string> SmallPages(int count) {
  std::vector<std::string> pages;
  pages.reserve(count);
  for (int i = 0; i < count; ++i) pages.push_back(absl::StrCat("[", i, "]"));
  return pages;
}

// Pages of 1 MB that begin with their number.
std::vector<std::string> LargePages(int count) {
  std::vector<std::string> pages;
  pages.reserve(count);
  for (int i = 0; i < count; ++i) {
    pages.push_back(absl::StrCat("[", i, ",\"", std::string(1'000'000, 'x'), "\"]"));
  }
  return pages;
}

std::vector<std::string> ItemsOf(const std::vector<v1::ResultPage>& pages) {
  std::vector<std::string> items;
  items.reserve(pages.size());
  for (const v1::ResultPage& page : pages) items.push_back(page.items_json());
  return items;
}

class ResultsStreamTest : public ::testing::Test {
 protected:
  // Upstream gives no answer, or no permit, until told to.
  void HoldAnswers() {
    server_.WithClient([](PagedUpstream* client) { client->holds_answers = true; });
  }
  void ReleaseAnswers() {
    server_.WithClient([](PagedUpstream* client) { client->ReleaseAnswers(); });
  }

  ResultsServer server_;
};

TEST_F(ResultsStreamTest, PagesComeInOrderAndEndOk) {
  server_.AddJob("a", SmallPages(20));
  ResultsRead read(&server_.stub(), "a");
  const std::vector<v1::ResultPage> pages = read.All();
  EXPECT_EQ(ItemsOf(pages), SmallPages(20));
  for (size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(pages[i].page_number(), static_cast<int>(i) + 1);
    EXPECT_EQ(pages[i].item_count(), 1);
    EXPECT_EQ(pages[i].last(), i == 19);
    EXPECT_EQ(pages[i].next_cursor().empty(), i == 19);
  }
  EXPECT_THAT(read.Finish(), IsOk());
  EXPECT_EQ(server_.fetches("a"), 20);
}

TEST_F(ResultsStreamTest, ItemsComeByteForByte) {
  const std::vector<std::string> pages = {
      "[ 12345678901234567890 ,\t{\"a\" : 1.10, \"a\":-0.0e+5}\r\n,\"\\u00e9\u00e9\U0001F600\\/\" "
      "]",
      "[\n]", "[[],{},\"],[\",null]"};
  server_.AddJob("a", pages);
  ResultsRead read(&server_.stub(), "a");
  EXPECT_EQ(ItemsOf(read.All()), pages);
}

TEST_F(ResultsStreamTest, NoItemsAreOneEmptyLastPage) {
  server_.AddJob("a", {"[]"});
  ResultsRead read(&server_.stub(), "a");
  const std::vector<v1::ResultPage> pages = read.All();
  ASSERT_THAT(pages, SizeIs(1));
  EXPECT_EQ(pages[0].items_json(), "[]");
  EXPECT_EQ(pages[0].item_count(), 0);
  EXPECT_TRUE(pages[0].last());
  EXPECT_THAT(read.Finish(), IsOk());
}

TEST_F(ResultsStreamTest, EveryCursorGoesOnAfterItsPage) {
  server_.AddJob("a", SmallPages(6));
  const std::vector<v1::ResultPage> whole = ResultsRead(&server_.stub(), "a").All();
  ASSERT_THAT(whole, SizeIs(6));
  for (size_t i = 0; i + 1 < whole.size(); ++i) {
    if (i == 3) server_.Restart();
    ResultsRead read(&server_.stub(), "a", whole[i].next_cursor());
    std::vector<v1::ResultPage> rest = read.All();
    EXPECT_THAT(read.Finish(), IsOk());
    rest.insert(rest.begin(), whole.begin(), whole.begin() + static_cast<int>(i) + 1);
    EXPECT_EQ(ItemsOf(rest), ItemsOf(whole));
    EXPECT_EQ(rest.back().page_number(), 6);
  }
}

TEST_F(ResultsStreamTest, ALargePageComesInPiecesAndResumesWithinIt) {
  const std::string item = absl::StrCat("\"", std::string(1'200'000, 'x'), "\"");
  const std::string page = absl::StrCat("[1,", item, ",2,", item, ",3,", item, ",4 , 5]");
  server_.AddJob("a", {page, "[6]"});
  const std::vector<v1::ResultPage> whole = ResultsRead(&server_.stub(), "a").All();
  ASSERT_THAT(whole, SizeIs(3));
  EXPECT_EQ(whole[0].item_count(), 5);
  EXPECT_EQ(whole[1].items_json(), absl::StrCat("[", item, ",4 , 5]"));
  ResultsRead rest(&server_.stub(), "a", whole[0].next_cursor());
  const std::vector<v1::ResultPage> pages = rest.All();
  ASSERT_THAT(pages, SizeIs(2));
  EXPECT_EQ(pages[0].items_json(), whole[1].items_json());
  EXPECT_EQ(pages[0].page_number(), 2);
  EXPECT_EQ(pages[1].items_json(), "[6]");
  EXPECT_THAT(rest.Finish(), IsOk());
}

TEST_F(ResultsStreamTest, AReaderThatStopsHoldsTheServerTwoPagesAhead) {
  server_.AddJob("slow", LargePages(40));
  server_.AddJob("quick", LargePages(40));
  const auto slow_stub = v1::JobService::NewStub(server_.NewNarrowChannel());
  ResultsRead slow(slow_stub.get(), "slow");
  ASSERT_TRUE(slow.Next().has_value());
  server_.AwaitFetches("slow", 3);
  // All the time that another reader needs for its forty.
  EXPECT_THAT(ResultsRead(&server_.stub(), "quick").All(), SizeIs(40));
  EXPECT_EQ(server_.fetches("slow"), 1 + 2) << "one was read, two are held";
  EXPECT_THAT(slow.All(), SizeIs(39));
  EXPECT_THAT(slow.Finish(), IsOk());
}

TEST_F(ResultsStreamTest, TheNextPageIsFetchedBeforeTheLastIsRead) {
  server_.AddJob("a", LargePages(3));
  ResultsRead read(&server_.stub(), "a");
  server_.AwaitFetches("a", 2);  // without a read
  EXPECT_THAT(read.All(), SizeIs(3));
}

TEST_F(ResultsStreamTest, AnUpstreamErrorFollowsTheGoodPages) {
  server_.AddJob("a", SmallPages(3));
  const std::string cursor = ResultsRead(&server_.stub(), "a").Next()->next_cursor();
  server_.WithClient([](PagedUpstream* client) { client->AddJob("u-a", SmallPages(1)); });
  ResultsRead read(&server_.stub(), "a", cursor);
  EXPECT_THAT(read.All(), IsEmpty());
  const absl::Status status = read.Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "GENESYS_RESULT_EXPIRED"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("job_id"), "a");
}

TEST_F(ResultsStreamTest, CancelInTheMiddleEndsIt) {
  server_.AddJob("a", LargePages(8));
  for (int i = 0; i < 40; ++i) {
    ResultsRead read(&server_.stub(), "a");
    for (int page = 0; page < i % 8; ++page) read.Next();
    read.Cancel();
    EXPECT_THAT(read.Finish(), StatusIs(absl::StatusCode::kCancelled));
  }
  server_.AwaitOpen(0);
  EXPECT_EQ(server_.PermitsOut(), 0);
}

TEST_F(ResultsStreamTest, CancelWhileAnAnswerIsAwaitedEndsIt) {
  server_.AddJob("a", SmallPages(2));
  HoldAnswers();
  ResultsRead read(&server_.stub(), "a");
  server_.AwaitFetches("a", 1);
  read.Cancel();
  server_.AwaitOpen(0);
  ReleaseAnswers();
  EXPECT_THAT(read.Finish(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(ResultsRead(&server_.stub(), "a").All(), SizeIs(2));
}

TEST_F(ResultsStreamTest, CancelWhileAPermitIsAwaitedGivesItBack) {
  server_.AddJob("a", SmallPages(2));
  server_.WithClient([](PagedUpstream* client) { client->hold_permits = true; });
  ResultsRead read(&server_.stub(), "a");
  server_.AwaitPermitAsked();
  read.Cancel();
  server_.AwaitOpen(0);
  server_.WithClient([](PagedUpstream* client) {
    client->hold_permits = false;
    client->GrantHeld();
  });
  EXPECT_EQ(server_.PermitsOut(), 0);
  EXPECT_EQ(server_.fetches("a"), 0);
}

TEST_F(ResultsStreamTest, CancelOfAStalledReaderEndsIt) {
  server_.AddJob("a", LargePages(40));
  ResultsRead read(&server_.stub(), "a");
  ASSERT_TRUE(read.Next().has_value());
  server_.AwaitFetches("a", 3);
  read.Cancel();
  server_.AwaitOpen(0);
}

TEST_F(ResultsStreamTest, DrainEndsAStreamThatWaits) {
  server_.AddJob("a", SmallPages(2));
  HoldAnswers();
  ResultsRead read(&server_.stub(), "a");
  server_.AwaitFetches("a", 1);
  server_.service().Drain();
  const absl::Status status = read.Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
  server_.AwaitOpen(0);
  ReleaseAnswers();
}

TEST_F(ResultsStreamTest, DrainLetsTheWriteInFlightArrive) {
  server_.AddJob("a", LargePages(40));
  ResultsRead read(&server_.stub(), "a");
  std::vector<v1::ResultPage> pages = {*read.Next()};
  server_.AwaitFetches("a", 3);
  server_.service().Drain();
  const std::vector<v1::ResultPage> rest = read.All();
  pages.insert(pages.end(), rest.begin(), rest.end());
  EXPECT_LT(pages.size(), 40u);
  EXPECT_THAT(read.Finish(), StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
  // Nothing is lost: the next server goes on.
  server_.Restart();
  EXPECT_EQ(ResultsRead(&server_.stub(), "a", pages.back().next_cursor()).All().size(),
            40 - pages.size());
}

TEST_F(ResultsStreamTest, DrainingRefusesNewStreams) {
  server_.AddJob("a", SmallPages(2));
  server_.service().Drain();
  ResultsRead read(&server_.stub(), "a");
  EXPECT_THAT(read.Finish(), StatusIs(absl::StatusCode::kUnavailable, "SERVER_DRAINING"));
}

TEST_F(ResultsStreamTest, StreamsOfOneServerDoNotMixUp) {
  std::vector<std::unique_ptr<ResultsRead>> reads;
  for (int i = 0; i < 10; ++i) {
    const std::string id = absl::StrCat("job", i);
    server_.AddJob(id, {absl::StrCat("[", i, "]"), absl::StrCat("[", 100 + i, "]")});
    reads.push_back(std::make_unique<ResultsRead>(&server_.stub(), id));
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(ItemsOf(reads[i]->All()),
                ::testing::ElementsAre(absl::StrCat("[", i, "]"), absl::StrCat("[", 100 + i, "]")));
  }
}

TEST_F(ResultsStreamTest, ReadersMayComeAndGoAtAnyTime) {
  server_.AddJob("a", LargePages(6));
  std::vector<std::thread> readers;
  for (int thread = 0; thread < 4; ++thread) {
    readers.emplace_back([this, thread] {
      const auto stub = v1::JobService::NewStub(server_.NewChannel());
      for (int round = 0; round < 12; ++round) {
        ResultsRead read(stub.get(), "a");
        for (int page = 0; page < (thread + round) % 7; ++page) {
          const auto next = read.Next();
          ASSERT_TRUE(next.has_value());
          EXPECT_EQ(next->page_number(), page + 1);
        }
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  server_.AwaitOpen(0);
  EXPECT_EQ(server_.PermitsOut(), 0);
}

TEST(ResultsStreamLimitTest, MoreStreamsThanTheLimitAreRefused) {
  ResultsServer::Options options;
  options.max_streams = 1;
  ResultsServer server(options);
  server.AddJob("a", LargePages(40));
  ResultsRead first(&server.stub(), "a");
  ASSERT_TRUE(first.Next().has_value());
  EXPECT_EQ(server.metrics().ResultStreams().Value(), 1);
  const absl::Status status = ResultsRead(&server.stub(), "a").Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "TOO_MANY_RESULT_STREAMS"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
  first.Cancel();
  server.AwaitOpen(0);
  EXPECT_EQ(server.metrics().ResultStreams().Value(), 0);
  EXPECT_TRUE(ResultsRead(&server.stub(), "a").Next().has_value());
}

TEST(ResultsStreamLimitTest, AFullQueueOfReadsRefusesTheStream) {
  ResultsServer::Options options;
  options.max_queued_reads = 0;
  ResultsServer server(options);
  server.AddJob("a", SmallPages(1));
  const absl::Status status = ResultsRead(&server.stub(), "a").Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted, "SERVER_BUSY"));
  EXPECT_TRUE(GetRetryDelay(status).has_value());
}

}  // namespace
}  // namespace gcjobs
