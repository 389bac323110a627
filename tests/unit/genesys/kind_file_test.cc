#include "server/genesys/kinds/kind_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/error_info.h"
#include "tests/fakes/temp_dir.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using testing::StatusIs;

// What each test changes.
constexpr absl::string_view kFile = R"({
  "kinds": [
    {
      "kind": "x.jobs",
      "description": "Exes",
      "submit": {"call": "POST /api/v2/x/{a}/jobs", "id": "id"},
      "status": {"call": "GET /api/v2/x/{a}/jobs/{upstream_id}", "field": "state"},
      "states": {"running": ["Running"], "succeeded": ["Done"]}
    }
  ]
})";

std::string Changed(absl::string_view from, absl::string_view to) {
  const std::string changed = absl::StrReplaceAll(kFile, {{from, to}});
  EXPECT_NE(changed, kFile) << from;
  return changed;
}

// kFile, its kind having more members.
std::string With(absl::string_view members) {
  return Changed(R"("states": {)", absl::StrCat(members, ",\n      \"states\": {"));
}

KindSpec MustParse(absl::string_view text) {
  const auto kinds = ParseKindFile("k.json", text);
  EXPECT_THAT(kinds, IsOk()) << kinds.status().message();
  return kinds.ok() && kinds->size() == 1 ? kinds->front() : KindSpec();
}

TEST(KindFileTest, TheLeastThatIsAKind) {
  const KindSpec kind = MustParse(kFile);
  EXPECT_EQ(kind.name, "x.jobs");
  EXPECT_EQ(kind.declared_at, "k.json:3");
  EXPECT_EQ(kind.description, "Exes");
  EXPECT_EQ(kind.submit.method, "POST");
  EXPECT_EQ(kind.submit.path, "/api/v2/x/{a}/jobs");
  EXPECT_THAT(kind.id, ElementsAre("id"));
  EXPECT_EQ(kind.guarantee, v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_EQ(kind.status.method, "GET");
  EXPECT_EQ(kind.status.path, "/api/v2/x/{a}/jobs/{upstream_id}");
  EXPECT_THAT(kind.status_field, ElementsAre("state"));
  EXPECT_THAT(kind.error_fields, IsEmpty());
  EXPECT_THAT(kind.states, ElementsAre(Pair("Running", v1::JOB_STATE_RUNNING),
                                       Pair("Done", v1::JOB_STATE_SUCCEEDED)));
  EXPECT_EQ(kind.results.mode, v1::RESULTS_MODE_NONE);
  EXPECT_EQ(kind.results.call.method, "");
  EXPECT_FALSE(kind.cancel);
  EXPECT_FALSE(kind.second_phase);
}

TEST(KindFileTest, WorkMayBeDoneAtOnceAndItsDataComeLate) {
  const KindSpec kind = MustParse(
      With(R"("guarantee": "at_least_once", "synchronous": {"items": "all", "page_number": "p.n"},
      "availability": {"call": "GET /api/v2/x/until", "field": "until"})"));
  EXPECT_THAT(kind.synchronous->items, ElementsAre("all"));
  EXPECT_THAT(kind.synchronous->page_number, ElementsAre("p", "n"));
  EXPECT_EQ(kind.availability->call.path, "/api/v2/x/until");
  EXPECT_THAT(kind.availability->field, ElementsAre("until"));
}

TEST(KindFileTest, EveryStateHasItsStatuses) {
  const KindSpec kind = MustParse(
      Changed(R"("running": ["Running"], "succeeded": ["Done"])",
              R"("pending": ["P"], "running": ["R"], "succeeded": ["S", "T"], "failed": ["F"],
         "cancelled": ["C"], "expired": ["X"])"));
  EXPECT_THAT(kind.states,
              ElementsAre(Pair("P", v1::JOB_STATE_PENDING), Pair("R", v1::JOB_STATE_RUNNING),
                          Pair("S", v1::JOB_STATE_SUCCEEDED), Pair("T", v1::JOB_STATE_SUCCEEDED),
                          Pair("F", v1::JOB_STATE_FAILED), Pair("C", v1::JOB_STATE_CANCELLED),
                          Pair("X", v1::JOB_STATE_FAILED)));
  EXPECT_THAT(kind.expired, ElementsAre("X"));
}

TEST(KindFileTest, FieldsMayBeNested) {
  const KindSpec kind = MustParse(absl::StrReplaceAll(
      kFile, {{R"("id": "id")", R"("id": "job.id")"},
              {R"("field": "state")", R"("field": "job.status", "error": "job.errors.message")"}}));
  EXPECT_THAT(kind.id, ElementsAre("job", "id"));
  EXPECT_THAT(kind.status_field, ElementsAre("job", "status"));
  EXPECT_THAT(kind.error_fields, ElementsAre(ElementsAre("job", "errors", "message")));
}

TEST(KindFileTest, ReasonsMayBeInSeveralFields) {
  const KindSpec kind = MustParse(
      Changed(R"("field": "state")", R"("field": "state", "error": ["info.message", "count"])"));
  EXPECT_THAT(kind.error_fields, ElementsAre(ElementsAre("info", "message"), ElementsAre("count")));
}

TEST(KindFileTest, ACallMayHaveAFixedQuery) {
  const KindSpec kind = MustParse(
      Changed("jobs/{upstream_id}\"", "jobs/{upstream_id}?expand=messages&details=true\""));
  EXPECT_EQ(kind.status.path, "/api/v2/x/{a}/jobs/{upstream_id}");
  EXPECT_EQ(kind.status.query, "expand=messages&details=true");
}

TEST(KindFileTest, AQueryThatNeedsEscapesIsRefused) {
  for (const char* query :
       {"", "a", "a=", "=b", "a=b&", "a=b=c", "a=b c", "a=%20", "a=b?c=d", "a={b}"}) {
    const auto kinds = ParseKindFile(
        "k.json", Changed("jobs/{upstream_id}", absl::StrCat("jobs/{upstream_id}?", query)));
    EXPECT_EQ(kinds.status().message(), absl::StrCat("k.json:7: the query `", query,
                                                     "` must be `name=value`, joined with `&`"));
  }
}

TEST(KindFileTest, AGuaranteeCanBeChosen) {
  EXPECT_EQ(MustParse(With(R"("guarantee": "at_least_once")")).guarantee,
            v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(MustParse(With(R"("guarantee": "at_most_once")")).guarantee,
            v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
}

TEST(KindFileTest, CursorResults) {
  const ResultsSpec results =
      MustParse(With(R"("results": {"mode": "cursor", "call": "GET /api/v2/r/{upstream_id}/{a}",
          "items": "page.items", "next": "cursors.after", "cursor_parameter": "after",
          "page_size_parameter": "size", "default_page_size": 10, "max_page_size": 500})"))
          .results;
  EXPECT_EQ(results.mode, v1::RESULTS_MODE_CURSOR);
  EXPECT_EQ(results.call.method, "GET");
  EXPECT_EQ(results.call.path, "/api/v2/r/{upstream_id}/{a}");
  EXPECT_THAT(results.items, ElementsAre("page", "items"));
  EXPECT_THAT(results.next, ElementsAre("cursors", "after"));
  EXPECT_EQ(results.cursor_parameter, "after");
  EXPECT_EQ(results.page_size_parameter, "size");
  EXPECT_EQ(results.default_page_size, 10);
  EXPECT_EQ(results.max_page_size, 500);
}

TEST(KindFileTest, CursorResultsOfOnePage) {
  const ResultsSpec results = MustParse(With(R"("results": {"mode": "cursor", "items": "items",
                                               "call": "GET /api/v2/r/{upstream_id}"})"))
                                  .results;
  EXPECT_THAT(results.next, IsEmpty());
  EXPECT_EQ(results.cursor_parameter, "cursor");
  EXPECT_EQ(results.page_size_parameter, "");
  EXPECT_EQ(results.default_page_size, 0);
  EXPECT_EQ(results.max_page_size, 0);
}

TEST(KindFileTest, ResultsInTheStatusAreReadByItsCall) {
  const ResultsSpec link =
      MustParse(With(R"("results": {"mode": "link", "items": "r.items", "next": "r.next"})"))
          .results;
  EXPECT_EQ(link.mode, v1::RESULTS_MODE_LINK);
  EXPECT_EQ(link.call.path, "/api/v2/x/{a}/jobs/{upstream_id}");
  EXPECT_THAT(link.next, ElementsAre("r", "next"));
  const ResultsSpec body = MustParse(With(R"("results": {"mode": "inline"})")).results;
  EXPECT_EQ(body.mode, v1::RESULTS_MODE_INLINE);
  EXPECT_EQ(body.call.path, "/api/v2/x/{a}/jobs/{upstream_id}");
  EXPECT_THAT(body.items, IsEmpty());
  const ResultsSpec url = MustParse(With(R"("results": {"mode": "url", "items": "uri"})")).results;
  EXPECT_EQ(url.mode, v1::RESULTS_MODE_URL);
  EXPECT_EQ(url.call.path, "/api/v2/x/{a}/jobs/{upstream_id}");
}

TEST(KindFileTest, UrlsMayHaveACallOfTheirOwn) {
  const ResultsSpec url = MustParse(With(R"("results": {"mode": "url", "items": "uri",
                                           "call": "GET /api/v2/x/files/{upstream_id}"})"))
                              .results;
  EXPECT_EQ(url.call.path, "/api/v2/x/files/{upstream_id}");
}

TEST(KindFileTest, BodiesAreKeptByteForByte) {
  const KindSpec kind =
      MustParse(With(R"("cancel": {"call": "PATCH /api/v2/x/{upstream_id}", "body": {"n" : 1.10}},
              "second_phase": {"when": ["Running"], "call": "PUT /api/v2/x/{upstream_id}",
                               "body": { "go":true }})"));
  EXPECT_EQ(kind.cancel->method, "PATCH");
  EXPECT_EQ(kind.cancel->path, "/api/v2/x/{upstream_id}");
  EXPECT_EQ(kind.cancel->body, R"({"n" : 1.10})");
  EXPECT_THAT(kind.second_phase->when, ElementsAre("Running"));
  EXPECT_EQ(kind.second_phase->call.method, "PUT");
  EXPECT_EQ(kind.second_phase->call.body, R"({ "go":true })");
}

TEST(KindFileTest, EachMakesAKindOfEveryValue) {
  const auto kinds = ParseKindFile(
      "k.json", absl::StrReplaceAll(kFile, {{R"("kind": "x.jobs")",
                                             R"("kind": "x.*.jobs", "each": ["cats", "dogs"])"},
                                            {"Exes", "Exes of *"},
                                            {"/x/{a}", "/x/*/{a}"}}));
  ASSERT_THAT(kinds, IsOk());
  ASSERT_EQ(kinds->size(), 2);
  const KindSpec& dogs = kinds->back();
  EXPECT_EQ(kinds->front().name, "x.cats.jobs");
  EXPECT_EQ(dogs.name, "x.dogs.jobs");
  EXPECT_EQ(dogs.description, "Exes of dogs");
  EXPECT_EQ(dogs.submit.path, "/api/v2/x/dogs/{a}/jobs");
  EXPECT_EQ(dogs.status.path, "/api/v2/x/dogs/{a}/jobs/{upstream_id}");
  EXPECT_EQ(dogs.declared_at, "k.json:3");
}

struct BadCase {
  std::string text;
  const char* problem;  // what the message begins with
};

void PrintTo(const BadCase& c, std::ostream* os) { *os << c.problem; }

class BadKindFileTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadKindFileTest, IsRefusedWithItsLine) {
  const auto kinds = ParseKindFile("k.json", GetParam().text);
  EXPECT_THAT(kinds, StatusIs(StatusCode::kInvalidArgument, std::string("INVALID_KIND_FILE")));
  EXPECT_THAT(std::string(kinds.status().message()), ::testing::StartsWith(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    Json, BadKindFileTest,
    ::testing::Values(BadCase{"", "k.json:1: not JSON at byte 0: "},
                      BadCase{Changed(R"("Exes",)", R"("Exes")"), "k.json:6: not JSON at byte "},
                      BadCase{Changed("]\n}", "]\n"), "k.json:11: not JSON at byte "},
                      BadCase{"[]", "k.json:1: this must be an object"},
                      BadCase{"{}", "k.json:1: `kinds` is missing"},
                      BadCase{"{\n\"kinds\": {}}", "k.json:2: `kinds` must be an array"},
                      BadCase{"{\n\"kinds\": [\n7]}", "k.json:3: this must be an object"},
                      BadCase{Changed(R"("kinds")", "\"version\": 1,\n  \"kinds\""),
                              "k.json:2: `version` is not a member that this object may have"},
                      BadCase{With(R"("colour": "red")"),
                              "k.json:8: `colour` is not a member that this object may have"},
                      BadCase{With(R"("status": {})"), "k.json:8: `status` appears twice"},
                      BadCase{Changed(R"("id": "id")", R"("id": "id", "body": {})"),
                              "k.json:6: `body` is not a member that this object may have"}));

INSTANTIATE_TEST_SUITE_P(
    Members, BadKindFileTest,
    ::testing::Values(
        BadCase{Changed(R"("kind": "x.jobs",)", ""), "k.json:3: `kind` is missing"},
        BadCase{Changed(R"("x.jobs")", "7"), "k.json:4: `kind` must be a non-empty string"},
        BadCase{Changed("x.jobs", ""), "k.json:4: `kind` must be a non-empty string"},
        BadCase{Changed("x.jobs", "x jobs"), "k.json:4: `x jobs` cannot name a kind"},
        BadCase{Changed("x.jobs", "x.*"), "k.json:4: `x.*` cannot name a kind"},
        BadCase{Changed("x.jobs", std::string(101, 'x')), "k.json:4: `xxx"},
        BadCase{Changed("x.jobs", "action.mine"),
                "k.json:4: `action.mine`: names that begin with `action.` are reserved"},
        BadCase{Changed(R"("description": "Exes",)", ""), "k.json:3: `description` is missing"},
        BadCase{With(R"("guarantee": "exactly_once")"), "k.json:8: `exactly_once` is neither"},
        BadCase{With(R"("guarantee": true)"), "k.json:8: `guarantee` must be a non-empty string"},
        BadCase{Changed(R"("submit")", R"("cancel")"), "k.json:3: `submit` is missing"},
        BadCase{Changed(R"(, "id": "id")", ""), "k.json:6: `id` is missing"},
        BadCase{Changed(R"("id": "id")", R"("id": "job..id")"),
                "k.json:6: `job..id` contains an empty name"},
        BadCase{Changed(R"("status")", R"("cancel")"), "k.json:3: `status` is missing"},
        BadCase{Changed(R"(, "field": "state")", ""), "k.json:7: `field` is missing"},
        BadCase{Changed(R"("field": "state")", R"("field": "state", "error": [])"),
                "k.json:7: `error` must be an array of strings"},
        BadCase{Changed(R"("field": "state")", R"("field": "state", "error": 7)"),
                "k.json:7: `error` must be a non-empty string"},
        BadCase{Changed(R"("field": "state")", R"("field": "state", "error": ["a", "b."])"),
                "k.json:7: `b.` contains an empty name"}));

INSTANTIATE_TEST_SUITE_P(
    Calls, BadKindFileTest,
    ::testing::Values(
        BadCase{Changed("POST /api", "/api"), "k.json:6: `/api/v2/x/{a}/jobs` must begin with"},
        BadCase{Changed("POST /api", "post /api"), "k.json:6: `post /api"},
        BadCase{Changed("POST /api", "GET /api"), "k.json:6: `GET /api"},
        BadCase{Changed("GET /api", "POST /api"),
                "k.json:7: `POST /api/v2/x/{a}/jobs/{upstream_id}` must begin with GET"},
        BadCase{Changed("POST /api", "POST  /api"), "k.json:6: the path ` /api/v2/x/{a}/jobs`"},
        BadCase{Changed("POST /api/v2/x/{a}/jobs", "POST"), "k.json:6: the path `` must begin"},
        BadCase{Changed("POST /api", "POST https://evil/api"),
                "k.json:6: the path `https://evil/api/v2/x/{a}/jobs` must begin with `/api/`"},
        BadCase{Changed("POST /api/v2/x", "POST /api/v2/../x"), "k.json:6: `..` cannot be a part"},
        BadCase{Changed("POST /api/v2/x", "POST /api/v2//x"), "k.json:6: `` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{a}/jo bs\""), "k.json:6: `jo bs` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{a}/jobs%2F\""), "k.json:6: `jobs%2F` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{a/jobs\""), "k.json:6: `{a` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{}/jobs\""), "k.json:6: `{}` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{a b}/jobs\""), "k.json:6: `{a b}` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "a{a}/jobs\""), "k.json:6: `a{a}` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{a}/{a}/jobs\""), "k.json:6: `{a}` appears twice"},
        BadCase{Changed("/x/{a}/jobs\"", "/x/*/jobs\""), "k.json:6: `*` cannot be a part"},
        BadCase{Changed("{a}/jobs\"", "{upstream_id}/jobs\""),
                "k.json:6: `{upstream_id}` is not known before"},
        BadCase{Changed("{a}/jobs/{up", "{b}/jobs/{up"),
                "k.json:7: `{b}` does not appear in the submission's path"},
        BadCase{Changed("/{upstream_id}", ""),
                "k.json:7: the path of `call` must contain `{upstream_"},
        BadCase{With(R"("cancel": {"call": "GET /api/v2/{upstream_id}"})"),
                "k.json:8: `GET /api/v2/{upstream_id}` must begin with POST or"},
        BadCase{With(R"("cancel": {"call": "DELETE /api/v2/{c}/{upstream_id}"})"),
                "k.json:8: `{c}` does not appear in the submission's path"},
        BadCase{With("\"cancel\": {\"call\": \"PUT /api/v2/{upstream_id}\",\n\"body\": 7}"),
                "k.json:9: `body` must be an object"},
        BadCase{With(R"("cancel": {})"), "k.json:8: `call` is missing"},
        BadCase{With(R"("cancel": true)"), "k.json:8: this must be an object"}));

INSTANTIATE_TEST_SUITE_P(
    States, BadKindFileTest,
    ::testing::Values(
        BadCase{Changed(R"("states")", R"("cancel")"), "k.json:3: `states` is missing"},
        BadCase{Changed(R"("running": ["Running"])", R"("sleeping": ["Zzz"])"),
                "k.json:8: `sleeping` is not a member that this object may have"},
        BadCase{Changed(R"(, "succeeded": ["Done"])", ""), "k.json:8: `succeeded` is missing"},
        BadCase{Changed(R"(["Done"])", "[]"), "k.json:8: `succeeded` must be an array of strings"},
        BadCase{Changed(R"(["Done"])", R"("Done")"),
                "k.json:8: `succeeded` must be an array of strings"},
        BadCase{Changed(R"(["Done"])", R"(["Done", 7])"),
                "k.json:8: `succeeded` must be a non-empty string"},
        BadCase{Changed(R"(["Done"])", R"(["Done", "RUN_NING"])"),
                "k.json:8: the status `RUN_NING` appears twice"}));

INSTANTIATE_TEST_SUITE_P(
    Results, BadKindFileTest,
    ::testing::Values(
        BadCase{With(R"("results": {})"), "k.json:8: `mode` is missing"},
        BadCase{With(R"("results": {"mode": "pages"})"),
                "k.json:8: the mode `pages` must be `cursor`"},
        BadCase{With(R"("results": {"mode": "cursor", "items": "i"})"),
                "k.json:8: `call` is missing"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{upstream_id}"})"),
                "k.json:8: `items` is missing"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{z}", "items": "i"})"),
                "k.json:8: `{z}` does not appear in the submission's path"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "PUT /api/v2/x", "items": "i"})"),
                "k.json:8: `PUT /api/v2/x` must begin with GET"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{upstream_id}",
                        "items": "i", "max_page_size": 5})"),
                "k.json:8: page sizes need a `page_size_parameter`"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{upstream_id}",
                        "items": "i", "page_size_parameter": "s", "max_page_size": 5,
                        "default_page_size": 6})"),
                "k.json:8: `default_page_size` is larger than `max_page_size`"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{upstream_id}",
                        "items": "i", "page_size_parameter": "s",
                        "max_page_size": 0})"),
                "k.json:10: `max_page_size` must be a whole number of at least 1"},
        BadCase{With(R"("results": {"mode": "cursor", "call": "GET /api/v2/{upstream_id}",
                        "items": "i", "page_size_parameter": "s", "max_page_size": 3000000000})"),
                "k.json:9: `max_page_size` must be a whole number of at least 1"},
        BadCase{With(R"("results": {"mode": "link", "items": "i"})"),
                "k.json:8: `next` is missing"},
        BadCase{With(R"("results": {"mode": "link", "items": "r", "next": "r.next"})"),
                "k.json:8: one of `items` and `next` is a part of the other"},
        BadCase{With(R"("results": {"mode": "link", "items": "i", "next": "n", "call": "x"})"),
                "k.json:8: `call` is not a member that this object may have"},
        BadCase{With(R"("results": {"mode": "inline", "next": "n"})"),
                "k.json:8: `next` is not a member that this object may have"},
        BadCase{With(R"("results": {"mode": "url"})"), "k.json:8: `items` is missing"}));

INSTANTIATE_TEST_SUITE_P(
    SecondPhases, BadKindFileTest,
    ::testing::Values(
        BadCase{With(R"("second_phase": {"call": "PUT /api/v2/{upstream_id}"})"),
                "k.json:8: `when` is missing"},
        BadCase{With(R"("second_phase": {"when": ["Ready"], "call": "PUT /api/v2/{upstream_id}"})"),
                "k.json:8: `Ready` is not one of the `states` that are pending or running"},
        BadCase{With(R"("second_phase": {"when": ["Done"], "call": "PUT /api/v2/{upstream_id}"})"),
                "k.json:8: `Done` is not one of the `states` that are pending or running"},
        BadCase{With(R"("second_phase": {"when": ["Running"]})"), "k.json:8: `call` is missing"},
        BadCase{With(R"("synchronous": {"items": "i", "page_number": "p"})"),
                "k.json:8: further pages come by submitting again"},
        BadCase{With(R"("guarantee": "at_least_once", "synchronous": {"items": "i"})"),
                "k.json:8: `page_number` is missing"},
        BadCase{With(R"("availability": {"call": "GET /api/v2/x/{a}", "field": "until"})"),
                "k.json:8: the path of `call` must not depend on a job"},
        BadCase{With(R"("availability": {"call": "GET /api/v2/x"})"),
                "k.json:8: `field` is missing"}));

INSTANTIATE_TEST_SUITE_P(
    Each, BadKindFileTest,
    ::testing::Values(BadCase{With(R"("each": ["a"])"), "k.json:8: `each` needs a `*` in the name"},
                      BadCase{Changed(R"("x.jobs")", R"("*.jobs", "each": [])"),
                              "k.json:4: `each` must be an"},
                      BadCase{Changed(R"("x.jobs")", R"("*.jobs", "each": ["a", "a"])"),
                              "k.json:3: the kind `a.jobs` is already declared at k.json:3"},
                      BadCase{Changed(R"("x.jobs")", R"("*.jobs", "each": ["a/b"])"),
                              "k.json:4: `a/b.jobs` cannot name a kind"}));

TEST(KindFileTest, AKindThatIsThereTwiceIsRefused) {
  const std::string kind = R"({"kind": "x.jobs", "description": "Exes",
    "submit": {"call": "POST /api/v2/x", "id": "id"},
    "status": {"call": "GET /api/v2/x/{upstream_id}", "field": "state"},
    "states": {"succeeded": ["Done"]}})";
  const auto kinds =
      ParseKindFile("k.json", absl::StrCat(R"({"kinds": [)", "\n", kind, ",\n", kind, "]}"));
  EXPECT_EQ(kinds.status().message(),
            "k.json:6: the kind `x.jobs` is already declared at k.json:2");
  EXPECT_EQ(GetErrorInfo(kinds.status())->metadata().at("file"), "k.json");
  EXPECT_EQ(GetErrorInfo(kinds.status())->metadata().at("line"), "6");
}

class LoadKindsTest : public ::testing::Test {
 protected:
  // A file with that text.
  std::string Write(const std::string& name, absl::string_view text) const {
    return dir_.Write(name, text);
  }

  static const KindSpec* Find(const std::vector<KindSpec>& kinds, absl::string_view name) {
    for (const KindSpec& kind : kinds) {
      if (kind.name == name) return &kind;
    }
    return nullptr;
  }

 private:
  const testing::TempDir dir_;
};

TEST_F(LoadKindsTest, FilesAddToTheBuiltInKinds) {
  const size_t built_in = LoadKinds({})->size();
  const auto kinds = LoadKinds({Write("a.json", kFile)});
  ASSERT_THAT(kinds, IsOk());
  EXPECT_EQ(kinds->size(), built_in + 1);
  EXPECT_NE(Find(*kinds, "x.jobs"), nullptr);
  EXPECT_NE(Find(*kinds, "audits.query"), nullptr);
}

TEST_F(LoadKindsTest, AFileMayReplaceABuiltInKind) {
  const size_t built_in = LoadKinds({})->size();
  const auto kinds = LoadKinds({Write("b.json", Changed("x.jobs", "audits.query"))});
  ASSERT_THAT(kinds, IsOk());
  EXPECT_EQ(kinds->size(), built_in);
  EXPECT_EQ(Find(*kinds, "audits.query")->description, "Exes");
}

TEST_F(LoadKindsTest, TwoFilesMayNotDeclareTheSameKind) {
  const std::string a = Write("c.json", kFile);
  const std::string b = Write("d.json", kFile);
  const auto kinds = LoadKinds({a, b});
  EXPECT_THAT(kinds, StatusIs(StatusCode::kInvalidArgument, std::string("INVALID_KIND_FILE")));
  EXPECT_EQ(kinds.status().message(),
            absl::StrCat(b, ":3: the kind `x.jobs` is already declared at ", a, ":3"));
}

TEST_F(LoadKindsTest, AFileThatIsWrongIsNamed) {
  const std::string file = Write("e.json", "{\n}");
  EXPECT_EQ(LoadKinds({file}).status().message(), absl::StrCat(file, ":1: `kinds` is missing"));
}

TEST_F(LoadKindsTest, AFileThatCannotBeReadIsNotFound) {
  for (const std::string& file : {std::string("/nowhere/kinds.json"), ::testing::TempDir()}) {
    const auto kinds = LoadKinds({file});
    EXPECT_THAT(kinds, StatusIs(StatusCode::kNotFound, std::string("KIND_FILE_NOT_READABLE")));
    EXPECT_THAT(std::string(kinds.status().message()), HasSubstr(file));
  }
}

TEST(KindPathTest, PlaceholdersAreInOrder) {
  EXPECT_THAT(PlaceholdersOf("/api/{b}/x/{a}"), ElementsAre("b", "a"));
  EXPECT_THAT(PlaceholdersOf("/api/x"), IsEmpty());
  EXPECT_THAT(PlaceholdersOf(""), IsEmpty());
}

TEST(KindPathTest, ValuesTakeTheirPlaces) {
  EXPECT_EQ(FillKindPath("/api/{b}/x/{a}",
                         [](absl::string_view name) { return absl::StrCat(name, name); }),
            "/api/bb/x/aa");
}

}  // namespace
}  // namespace gcjobs
