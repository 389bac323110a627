#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using testing::FakeHttpTransport;
using testing::IsOk;
using testing::StatusIs;

const std::string kBadResponse = "GENESYS_BAD_RESPONSE";

// A kind whose results are these.
std::unique_ptr<JobKind> MakeKind(absl::string_view results) {
  const auto kinds = ParseKindFile("k.json", absl::StrCat(R"({"kinds": [{
      "kind": "x.jobs", "description": "Exes",
      "submit": {"call": "POST /api/v2/x", "id": "id"},
      "status": {"call": "GET /api/v2/x/{upstream_id}", "field": "state"},
      "states": {"succeeded": ["Done"], "expired": ["Purged"]},
      "results": )",
                                                          results, "}]}"));
  EXPECT_THAT(kinds, IsOk()) << kinds.status().message();
  return MakeDeclaredKind(kinds->front());
}

// An answer and what is found in it. The view refers to the answer.
struct Parsed {
  HttpResponse response;
  absl::StatusOr<ResultsView> view;
};

class DeclaredResultsTest : public ::testing::Test {
 protected:
  static std::unique_ptr<Parsed> Parse(const JobKind& kind, std::string body) {
    auto parsed = std::make_unique<Parsed>();
    parsed->response = FakeHttpTransport::Ok(200, std::move(body)).response;
    parsed->view = kind.ParseResults(&parsed->response);
    return parsed;
  }

  static std::string Target(const JobKind& kind, absl::string_view next, int page_size) {
    const ApiRequest request = kind.BuildResults({"", "up/1", nullptr}, next, page_size);
    EXPECT_EQ(request.request_class, RequestClass::kResults);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.body, "");
    return request.target;
  }

  const std::unique_ptr<JobKind> cursor_ =
      MakeKind(R"({"mode": "cursor", "call": "GET /api/v2/x/{upstream_id}/results",
                   "items": "page.items", "next": "cursor", "page_size_parameter": "pageSize",
                   "default_page_size": 100, "max_page_size": 1000})");
  const std::unique_ptr<JobKind> link_ =
      MakeKind(R"({"mode": "link", "items": "result.items", "next": "result.nextPageLink"})");
  const std::unique_ptr<JobKind> inline_ = MakeKind(R"({"mode": "inline", "items": "result"})");
  const std::unique_ptr<JobKind> body_ = MakeKind(R"({"mode": "inline"})");
  const std::unique_ptr<JobKind> url_ = MakeKind(R"({"mode": "url", "items": "file.uri"})");
};

TEST_F(DeclaredResultsTest, ACursorTravelsInTheQuery) {
  EXPECT_EQ(Target(*cursor_, "", 0), "/api/v2/x/up%2F1/results?pageSize=100");
  EXPECT_EQ(Target(*cursor_, "C/2==&x", 0),
            "/api/v2/x/up%2F1/results?cursor=C%2F2%3D%3D%26x&pageSize=100");
}

TEST_F(DeclaredResultsTest, APageSizeStaysWithinItsBounds) {
  EXPECT_EQ(Target(*cursor_, "", 7), "/api/v2/x/up%2F1/results?pageSize=7");
  EXPECT_EQ(Target(*cursor_, "", 1000), "/api/v2/x/up%2F1/results?pageSize=1000");
  EXPECT_EQ(Target(*cursor_, "", 1001), "/api/v2/x/up%2F1/results?pageSize=1000");
  EXPECT_EQ(Target(*cursor_, "", -1), "/api/v2/x/up%2F1/results?pageSize=100");
}

TEST_F(DeclaredResultsTest, WhatIsNotToBeSaidIsNotSaid) {
  const auto plain = MakeKind(R"({"mode": "cursor", "call": "GET /api/v2/x/{upstream_id}/r",
                                  "items": "i", "next": "n", "cursor_parameter": "after"})");
  EXPECT_EQ(Target(*plain, "", 50), "/api/v2/x/up%2F1/r");
  EXPECT_EQ(Target(*plain, "c", 50), "/api/v2/x/up%2F1/r?after=c");
  const auto unbounded = MakeKind(R"({"mode": "cursor", "call": "GET /api/v2/x/{upstream_id}/r",
                                      "items": "i", "page_size_parameter": "size"})");
  EXPECT_EQ(Target(*unbounded, "", 0), "/api/v2/x/up%2F1/r");
  EXPECT_EQ(Target(*unbounded, "", 5000), "/api/v2/x/up%2F1/r?size=5000");
}

TEST_F(DeclaredResultsTest, ResultsInTheStatusAreReadByItsCall) {
  for (const JobKind* kind : {link_.get(), inline_.get(), body_.get(), url_.get()}) {
    EXPECT_EQ(Target(*kind, "", 50), "/api/v2/x/up%2F1");
    EXPECT_EQ(kind->description().results_path(), "GET /api/v2/x/{upstream_id}");
  }
}

TEST_F(DeclaredResultsTest, ALinkIsTheNextTarget) {
  EXPECT_EQ(Target(*link_, "/api/v2/x/up%2F1?page=2", 50), "/api/v2/x/up%2F1?page=2");
}

TEST_F(DeclaredResultsTest, ItemsAreBytesOfTheAnswer) {
  const auto page = Parse(*cursor_, R"({"cursor" : "C\/2=\u003d", "page":{"x":{"items":[9]},
      "items": [ {"n":1.10}, "\u00e9" ] }})");
  ASSERT_THAT(page->view, IsOk());
  EXPECT_EQ(page->view->items, R"([ {"n":1.10}, "\u00e9" ])");
  EXPECT_FALSE(page->view->is_single);
  EXPECT_EQ(page->view->next, "C/2==");
  const absl::string_view body = page->response.body;
  EXPECT_GE(page->view->items.data(), body.data());
  EXPECT_LE(page->view->items.end(), body.end());
}

TEST_F(DeclaredResultsTest, TheLastPageHasNoNext) {
  for (const char* body : {R"({"page":{"items":[1]}})", R"({"page":{"items":[1]},"cursor":null})",
                           R"({"page":{"items":[1]},"cursor":""})"}) {
    const auto page = Parse(*cursor_, body);
    ASSERT_THAT(page->view, IsOk()) << body;
    EXPECT_EQ(page->view->items, "[1]");
    EXPECT_EQ(page->view->next, "");
  }
}

TEST_F(DeclaredResultsTest, NoItemsAndNoNextIsAnEmptyPage) {
  for (const char* body : {"{}", R"({"page":null})", R"({"page":{}})", R"({"page":{"items":null}})",
                           R"({"page":{"items":[]}})", R"({"page":[]})", R"({"page":7})"}) {
    const auto page = Parse(*cursor_, body);
    ASSERT_THAT(page->view, IsOk()) << body;
    EXPECT_EQ(page->view->items, "[]") << body;
  }
}

// It may be one of a family that has no items, or `null` for them.
TEST_F(DeclaredResultsTest, APageWithoutItemsMayHaveANextOne) {
  for (const char* body : {R"({"cursor":"c"})", R"({"page":{"items":null},"cursor":"c"})",
                           R"({"page":{},"cursor":"c"})"}) {
    const auto page = Parse(*cursor_, body);
    ASSERT_THAT(page->view, IsOk()) << body;
    EXPECT_EQ(page->view->items, "[]") << body;
    EXPECT_EQ(page->view->next, "c") << body;
  }
}

class BadPageTest : public DeclaredResultsTest,
                    public ::testing::WithParamInterface<std::string> {};

TEST_P(BadPageTest, IsABadResponse) {
  EXPECT_THAT(Parse(*cursor_, GetParam())->view, StatusIs(StatusCode::kInternal, kBadResponse));
}

INSTANTIATE_TEST_SUITE_P(Bodies, BadPageTest,
                         ::testing::Values("", "[]", "7", "null", "<html>", "{",
                                           R"({"page":{"items":[1})", R"({"page":{"items":{}}})",
                                           R"({"page":{"items":"x"}})", R"({"page":{"items":7}})",
                                           R"({"page":{"items":[]},"cursor":7})",
                                           R"({"page":{"items":[]},"cursor":{}})",
                                           R"({"page":{"items":[]},"cursor":"\x"})",
                                           R"({"page":{"items":[]},"cursor":"\ud83d"})",
                                           absl::StrCat(R"({"page":{"items":[]},"cursor":")",
                                                        std::string(9000, 'c'), "\"}")));

TEST_F(DeclaredResultsTest, ALinkIsGivenAsItIsSpelt) {
  const auto page = Parse(
      *link_, R"({"state":"Done","result":{"items":[1],"nextPageLink":"https:\/\/h\/x?p=2"}})");
  ASSERT_THAT(page->view, IsOk());
  EXPECT_EQ(page->view->items, "[1]");
  EXPECT_EQ(page->view->next, "https://h/x?p=2");
}

struct SingleCase {
  const char* body;
  const char* items;
  bool is_single;
};

void PrintTo(const SingleCase& c, std::ostream* os) { *os << c.body; }

class InlineResultTest : public DeclaredResultsTest,
                         public ::testing::WithParamInterface<SingleCase> {};

TEST_P(InlineResultTest, IsAnArrayOrTheOnlyItem) {
  const auto page = Parse(*inline_, GetParam().body);
  ASSERT_THAT(page->view, IsOk());
  EXPECT_EQ(page->view->items, GetParam().items);
  EXPECT_EQ(page->view->is_single, GetParam().is_single);
  EXPECT_EQ(page->view->next, "");
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, InlineResultTest,
    ::testing::Values(SingleCase{R"({"state":"Done","result":[1, 2]})", "[1, 2]", false},
                      SingleCase{R"({"result": { "n":1.10 } })", R"({ "n":1.10 })", true},
                      SingleCase{R"({"result": "x" })", R"("x")", true},
                      SingleCase{R"({"result": 1.10 })", "1.10", true},
                      SingleCase{R"({"result": null })", "null", true},
                      SingleCase{R"({"state":"Done"})", "[]", false}));

TEST_F(DeclaredResultsTest, AnOnlyItemThatIsNoValueIsABadResponse) {
  for (const char* body : {R"({"result":tru})", R"({"result":01})", R"({"result":{"a" 1}})"}) {
    EXPECT_THAT(Parse(*inline_, body)->view, StatusIs(StatusCode::kInternal, kBadResponse)) << body;
  }
}

TEST_F(DeclaredResultsTest, TheWholeBodyMayBeTheResult) {
  const auto page = Parse(*body_, " {\"state\":\"Done\", \"n\":1.10}\n");
  ASSERT_THAT(page->view, IsOk());
  EXPECT_EQ(page->view->items, "{\"state\":\"Done\", \"n\":1.10}");
  EXPECT_TRUE(page->view->is_single);
  EXPECT_THAT(Parse(*body_, "[]")->view, StatusIs(StatusCode::kInternal, kBadResponse));
  EXPECT_THAT(Parse(*body_, "{} x")->view, StatusIs(StatusCode::kInternal, kBadResponse));
}

TEST_F(DeclaredResultsTest, AnInlineResultComesWithTheEnd) {
  const auto done = [](const JobKind& kind, std::string body) {
    return kind.ParsePoll({}, FakeHttpTransport::Ok(200, std::move(body)).response)->result_json;
  };
  EXPECT_EQ(done(*inline_, R"({"state":"Done","result": {"n":1.10} })"), R"({"n":1.10})");
  EXPECT_EQ(done(*inline_, R"({"state":"Done"})"), "");
  EXPECT_EQ(done(*inline_, R"({"state":"running","result":1})"), "");
  EXPECT_EQ(done(*body_, " {\"state\":\"Done\"}\n"), R"({"state":"Done"})");
  EXPECT_EQ(done(*url_, R"({"state":"Done","file":{"uri":"u"}})"), "");
}

TEST_F(DeclaredResultsTest, UrlsAreOneOrMany) {
  const auto one = Parse(*url_, R"({"state":"Done","file":{"uri":"https://h/f"}})");
  ASSERT_THAT(one->view, IsOk());
  EXPECT_EQ(one->view->items, R"("https://h/f")");
  EXPECT_TRUE(one->view->is_single);
  const auto many = Parse(*url_, R"({"state":"Done","file":{"uri":["https://h/f","g"]}})");
  ASSERT_THAT(many->view, IsOk());
  EXPECT_EQ(many->view->items, R"(["https://h/f","g"])");
  EXPECT_FALSE(many->view->is_single);
  EXPECT_EQ(Parse(*url_, R"({"state":"Done","file":{"uri":null}})")->view->items, "[]");
  EXPECT_THAT(Parse(*url_, R"({"state":"Done","file":{"uri":7}})")->view,
              StatusIs(StatusCode::kInternal, kBadResponse));
}

TEST_F(DeclaredResultsTest, AUrlMayHaveACallOfItsOwn) {
  const auto kind = MakeKind(
      R"({"mode": "url", "items": "url", "call": "GET /api/v2/x/{upstream_id}/interactions"})");
  EXPECT_EQ(Target(*kind, "", 0), "/api/v2/x/up%2F1/interactions");
}

TEST_F(DeclaredResultsTest, ResultsThatAreGoneAreSaidToBe) {
  for (const JobKind* kind : {cursor_.get(), link_.get(), inline_.get(), body_.get(), url_.get()}) {
    for (const char* body : {R"({"state":"Purged"})", R"({"state":"EXPIRED"})"}) {
      EXPECT_THAT(Parse(*kind, body)->view,
                  StatusIs(StatusCode::kNotFound, std::string("GENESYS_RESULT_EXPIRED")))
          << body;
    }
  }
}

TEST_F(DeclaredResultsTest, ItemsCountEvenIfTheyAreSaidToBeGone) {
  const auto page = Parse(*link_, R"({"state":"Expired","result":{"items":[1]}})");
  ASSERT_THAT(page->view, IsOk());
  EXPECT_EQ(page->view->items, "[1]");
}

}  // namespace
}  // namespace gcjobs
