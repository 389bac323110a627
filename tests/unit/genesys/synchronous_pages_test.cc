#include "server/genesys/kinds/synchronous_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using testing::FakeHttpTransport;
using testing::IsOk;

class SynchronousPagesTest : public ::testing::Test {
 protected:
  // The body that asks for the page so many behind the first.
  std::string Asking(absl::string_view submitted, absl::string_view next) const {
    JobRef job;
    job.submitted = submitted;
    return pages_.BuildResults(job, next, /*page_size=*/50).body;
  }
  absl::StatusOr<ResultsView> Parse(const std::string& body) {
    response_ = FakeHttpTransport::Ok(200, body).response;
    return pages_.ParseResults(&response_);
  }

  const SynchronousPages pages_{"x.query",
                                {"POST", "/api/v2/x/query", "", ""},
                                {{"conversations"}, {"paging", "pageNumber"}}};
  HttpResponse response_;
};

TEST_F(SynchronousPagesTest, RepeatsTheSubmission) {
  const ApiRequest request = pages_.BuildResults({}, "1", 0);
  EXPECT_EQ(request.request_class, RequestClass::kResults);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v2/x/query");
}

TEST_F(SynchronousPagesTest, OnlyThePageNumberChanges) {
  EXPECT_EQ(Asking(R"({ "n":1.10 })", ""), R"({ "n":1.10 })");
  EXPECT_EQ(Asking(R"({"n":1.10})", "1"), R"({"n":1.10,"paging":{"pageNumber":2}})");
  EXPECT_EQ(Asking(R"({"paging":{"pageSize":25},"n":1.10})", "2"),
            R"({"paging":{"pageSize":25,"pageNumber":3},"n":1.10})");
  EXPECT_EQ(Asking(R"({"paging":{"pageNumber":5,"pageSize":25}})", "2"),
            R"({"paging":{"pageNumber":7,"pageSize":25}})");
  EXPECT_EQ(Asking("", "1"), R"({"paging":{"pageNumber":2}})");
}

TEST_F(SynchronousPagesTest, WhereThereIsNoPlaceForANumberThereIsOnePage) {
  EXPECT_EQ(Asking("[1]", "1"), "[1]");
  EXPECT_EQ(Asking(R"({"paging":7})", "1"), R"({"paging":7})");
}

TEST_F(SynchronousPagesTest, PagesAreNumberedUntilOneIsEmpty) {
  const auto page = Parse(R"({"totalHits":5,"conversations":[{"id":1},{"id":2}]})");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->items, R"([{"id":1},{"id":2}])");
  EXPECT_EQ(page->item_count, 2u);
  EXPECT_TRUE(page->is_numbered);
  for (const char* empty :
       {"{}", R"({"totalHits":5})", R"({"conversations":[]})", R"({"conversations":null})"}) {
    const auto last = Parse(empty);
    ASSERT_THAT(last, IsOk());
    EXPECT_EQ(last->item_count, 0u) << empty;
  }
}

}  // namespace
}  // namespace gcjobs
