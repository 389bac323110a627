#include "tests/simulator/job_kinds_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;
using ::testing::StartsWith;

constexpr char kDetails[] = "/api/v2/analytics/conversations/details/jobs";
constexpr char kQuery[] = "/api/v2/analytics/conversations/details/query";

sim::SimulatorOptions WithKinds() {
  sim::SimulatorOptions options;
  options.kinds = *LoadKinds({});
  return options;
}

class JobKindsTest : public ::testing::Test {
 protected:
  // Submits a job steered by `directive`; its id is in the answer's `member`.
  std::string Start(absl::string_view path, absl::string_view directive,
                    absl::string_view member = "jobId") {
    const sim::Reply reply = sim_.Call("POST", path, absl::StrCat(R"({"$sim":)", directive, "}"));
    EXPECT_EQ(reply.response.status, 202) << reply.response.body;
    return SimHarness::Json(reply).GetString(member).value_or("");
  }
  // One that has ended.
  std::string Finished(absl::string_view path, absl::string_view members) {
    return Start(path, absl::StrCat(R"({"queued":"0s","duration":"0s",)", members, "}"));
  }
  sim::Reply Get(const std::string& path) { return sim_.Call("GET", path); }
  std::string Member(const std::string& path, absl::string_view name) {
    return SimHarness::Json(Get(path)).GetString(name).value_or("");
  }
  static std::string Job(absl::string_view path, absl::string_view id) {
    return absl::StrCat(path, "/", id);
  }
  static std::string Results(absl::string_view id, absl::string_view query = "") {
    return absl::StrCat(kDetails, "/", id, "/results", query);
  }

  SimHarness sim_{WithKinds()};
};

TEST_F(JobKindsTest, AReceiptHasTheIdAlone) {
  const sim::Reply reply = sim_.Call("POST", kDetails, R"({"interval":"x"})");
  EXPECT_EQ(SimHarness::Json(reply).Keys(), std::vector<std::string>{"jobId"});
}

TEST_F(JobKindsTest, AnAskedPageSizeIsHeldToTheKindsLargest) {
  const std::string id = Finished(kDetails, R"("pages":1,"itemsPerPage":2000)");
  EXPECT_EQ(SimHarness::Json(Get(Results(id, "?pageSize=5000"))).GetString("cursor"), std::nullopt);
  EXPECT_THAT(Get(Results(id)).response.body, HasSubstr("item-0000000999"));
  EXPECT_THAT(Get(Results(id)).response.body, Not(HasSubstr("item-0000001000")));
}

TEST_F(JobKindsTest, APageWeighsWhatItShould) {
  const std::string id = Finished(kDetails, R"("pages":2,"itemsPerPage":10,"pageBytes":100000)");
  const size_t bytes = Get(Results(id)).response.body.size();
  EXPECT_GE(bytes, 100'000u);
  EXPECT_LE(bytes, 101'000u);
}

TEST_F(JobKindsTest, WrongPagesAreRefused) {
  const std::string id = Finished(kDetails, R"("pages":1,"itemsPerPage":3)");
  for (const char* query : {"?cursor=bogus", "?cursor=c/3==", "?pageSize=0", "?pageSize=x"}) {
    EXPECT_EQ(Get(Results(id, query)).response.status, 400) << query;
  }
}

TEST_F(JobKindsTest, ResultsBeforeTheEndAreRefused) {
  const std::string id = Start(kDetails, R"({"duration":"1h"})");
  EXPECT_EQ(Get(Results(id)).response.status, 400);
}

TEST_F(JobKindsTest, AGivenResultIsThePage) {
  const std::string id = Finished(kDetails, R"("result":[ {"a": 1.10} ])");
  EXPECT_THAT(Get(Results(id)).response.body, EndsWith(R"("conversations":[ {"a": 1.10} ]})"));
}

TEST_F(JobKindsTest, UnknownJobsAndThoseOfOtherKindsAreNotFound) {
  const std::string id = Finished(kDetails, R"("pages":1)");
  EXPECT_EQ(Get(Job(kDetails, "none")).response.status, 404);
  EXPECT_EQ(Get(Job(kQuery, id)).response.status, 404);
  EXPECT_EQ(sim_.Call("DELETE", Job(kDetails, "none")).response.status, 404);
  EXPECT_EQ(sim_.Call("PATCH", Job(kDetails, id), "{}").response.status, 405);
}

TEST_F(JobKindsTest, AnActionsExecutionIsNoJob) {
  sim_.Call("POST", "/api/v2/integrations/actions/static_createCallback/execute",
            R"({"async":true})");
  const std::string jobs = *sim_.Control("GET", "/__sim/jobs").Find("jobs");
  const auto job = sim::RawObject::Parse(jobs.substr(1, jobs.size() - 2));
  EXPECT_EQ(Get(Job(kDetails, *job->GetString("id"))).response.status, 404);
}

TEST_F(JobKindsTest, BadSubmissionsAreRefused) {
  for (const char* body : {"{", "1", R"({"$sim":{"page":1}})", R"({"$sim":{"pages":-1}})",
                           R"({"$sim":{"results":{"fault":"foreign_link"}}})"}) {
    EXPECT_EQ(sim_.Call("POST", kDetails, body).response.status, 400) << body;
  }
  for (const char* body : {"", "{}", "[1]"}) {
    EXPECT_EQ(sim_.Call("POST", kDetails, body).response.status, 202) << body;
  }
}

// ---- links

class LinksTest : public JobKindsTest {
 protected:
  // The link in an answer to a call that named the host `sim.test`; "" = none.
  std::string LinkAt(const std::string& target) {
    sim::ApiRequest request = SimHarness::Request("GET", target);
    request.headers["authorization"] = absl::StrCat("Bearer ", sim_.NewToken());
    request.headers["host"] = "sim.test";
    const auto result = SimHarness::Json(sim_.Send(request)).GetObject("result");
    return result.has_value() ? result->GetString("nextPageLink").value_or("") : "";
  }
};

TEST_F(LinksTest, TheFirstPageIsInTheStatusAndLinksLeadOn) {
  const std::string job = Job(kQuery, Finished(kQuery, R"("pages":2,"itemsPerPage":2)"));
  EXPECT_EQ(Member(job, "status"), "COMPLETED");
  EXPECT_THAT(Get(job).response.body, HasSubstr("item-0000000001"));
  const std::string link = LinkAt(job);
  EXPECT_EQ(link, absl::StrCat("http://sim.test", job, "/results?cursor=c%2F2%3D%3D"));
  const std::string target = link.substr(sizeof("http://sim.test") - 1);
  EXPECT_THAT(Get(target).response.body, HasSubstr("item-0000000003"));
  EXPECT_EQ(LinkAt(target), "");
}

TEST_F(LinksTest, CanBeRelative) {
  const std::string job =
      Job(kQuery, Finished(kQuery, R"("itemsPerPage":2,"results":{"links":"relative"})"));
  EXPECT_THAT(LinkAt(job), StartsWith("/api/v2/"));
}

TEST_F(LinksTest, TheQuerysPageSizeGoesOn) {
  const sim::Reply reply = sim_.Call(
      "POST", kQuery,
      R"({"paging":{"pageSize":2},"$sim":{"queued":"0s","duration":"0s","itemsPerPage":4}})");
  const std::string job = Job(kQuery, *SimHarness::Json(reply).GetString("jobId"));
  EXPECT_THAT(LinkAt(job), EndsWith("cursor=c%2F2%3D%3D"));
  EXPECT_THAT(Get(job).response.body, Not(HasSubstr("item-0000000002")));
}

TEST_F(LinksTest, ALinkCanLeadAstray) {
  const std::string job =
      Job(kQuery, Finished(kQuery, R"("itemsPerPage":2,"results":{"fault":"foreign_link","at":2,)"
                                   R"("origin":"http://127.0.0.1:9"})"));
  const std::string link = LinkAt(job);
  EXPECT_THAT(link, StartsWith("http://sim.test/"));
  EXPECT_THAT(LinkAt(link.substr(sizeof("http://sim.test") - 1)),
              StartsWith("http://127.0.0.1:9/"));
}

// ---- faults of results

TEST_F(JobKindsTest, ARepeatedCursorComesAgainAndAgain) {
  const std::string id =
      Finished(kDetails, R"("itemsPerPage":2,"results":{"fault":"repeated_cursor","at":2})");
  EXPECT_EQ(Member(Results(id), "cursor"), "c/2==");
  EXPECT_EQ(Member(Results(id, "?cursor=c/2=="), "cursor"), "c/2==");
}

TEST_F(JobKindsTest, EmptyPagesKeepTheirCursors) {
  const std::string id =
      Finished(kDetails, R"("itemsPerPage":2,"results":{"fault":"empty_pages","at":2,"count":1})");
  const sim::Reply page = Get(Results(id, "?cursor=c/2=="));
  EXPECT_THAT(page.response.body, HasSubstr(R"("conversations":[])"));
  EXPECT_EQ(SimHarness::Json(page).GetString("cursor"), "c/4==");
  EXPECT_THAT(Get(Results(id, "?cursor=c/4==")).response.body, HasSubstr("item-0000000004"));
}

TEST_F(JobKindsTest, ResultsCanExpireBetweenPages) {
  const std::string id =
      Finished(kDetails, R"("itemsPerPage":2,"results":{"fault":"expired","at":2})");
  EXPECT_EQ(Get(Results(id)).response.status, 200);
  EXPECT_EQ(Get(Results(id, "?cursor=c/2==")).response.status, 404);
  EXPECT_EQ(Get(Results(id)).response.status, 404);
  EXPECT_EQ(Member(Job(kDetails, id), "state"), "EXPIRED");
}

// ---- the other ways that kinds go

TEST_F(JobKindsTest, AJobIsFoundUnderItsOwnPathAlone) {
  const std::string views = "/api/v2/journey/views/one/versions/2/jobs";
  const std::string id = Start(views, R"({"duration":"1h"})", "id");
  EXPECT_EQ(Get(Job(views, id)).response.status, 200);
  EXPECT_EQ(Get(Job("/api/v2/journey/views/other/versions/2/jobs", id)).response.status, 404);
}

TEST_F(JobKindsTest, KindsThatShareAStatusCallAreToldApart) {
  const std::string bulk = "/api/v2/outbound/contactlists/c/contacts/bulk/";
  for (const char* what : {"remove", "update"}) {
    const std::string id = Start(bulk + what, R"({"queued":"0s","duration":"0s"})", "id");
    EXPECT_EQ(Member(bulk + "jobs/" + id, "state"), "Complete") << what;
    EXPECT_THAT(Member(bulk + "jobs/" + id, "downloadURI"),
                HasSubstr(absl::StrCat("outbound.contactlists.contacts.bulk.", what)));
  }
}

TEST_F(JobKindsTest, AUrlIsAnotherEachTime) {
  const std::string exports = "/api/v2/flows/export/jobs";
  const std::string job = Job(exports, Start(exports, R"({"queued":"0s","duration":"0s"})", "id"));
  const std::string url = Member(job, "downloadUrl");
  EXPECT_THAT(url, StartsWith("https://api-downloads.example.com/"));
  sim_.clock().Advance(absl::Seconds(1));
  EXPECT_NE(Member(job, "downloadUrl"), url);
}

TEST_F(JobKindsTest, AStatusCallCanHaveThePagesToo) {
  const std::string search = "/api/v2/usage/simplesearch";
  const std::string id =
      Start(search, R"({"queued":"0s","duration":"1s","pages":2,"itemsPerPage":2})", "executionId");
  const std::string results = Job(search, id) + "/results";
  EXPECT_FALSE(SimHarness::Json(Get(results)).Has("results"));
  sim_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(Member(results, "queryStatus"), "Complete");
  EXPECT_THAT(Get(results).response.body, HasSubstr(R"("cursors":{"after":"c/2=="})"));
  EXPECT_THAT(Get(results + "?after=c/2==").response.body, HasSubstr("item-0000000003"));
}

// ---- steering and log

TEST_F(JobKindsTest, ControlEndsForgetsAndMisspellsJobs) {
  const std::string id = Start(kDetails, R"({"duration":"1h"})");
  const std::string control = "/__sim/jobs/" + id;
  sim_.Control("POST", control, R"({"status":"Odd"})");
  EXPECT_EQ(Member(Job(kDetails, id), "state"), "Odd");
  sim_.Control("POST", control, R"({"finish":"expired"})");
  EXPECT_EQ(Member(Job(kDetails, id), "state"), "EXPIRED");
  sim_.Control("POST", control, R"({"finish":"completed"})");
  EXPECT_EQ(Member(Job(kDetails, id), "state"), "FULFILLED");
  sim_.Control("POST", control, R"({"forget":true})");
  EXPECT_EQ(Get(Job(kDetails, id)).response.status, 404);
}

TEST_F(JobKindsTest, ListAndLogNameJobAndKind) {
  const std::string id = Start(kDetails, R"({"duration":"0s","queued":"0s"})");
  Get(Job(kDetails, id));
  Get(Results(id));
  sim_.Call("DELETE", Job(kDetails, id));
  EXPECT_THAT(*sim_.Control("GET", "/__sim/jobs").Find("jobs"),
              HasSubstr(R"("kind":"analytics.conversations.details.jobs","clientId":"me",)"
                        R"("mode":"kind","status":"FULFILLED")"));
  const std::string log = sim_.Send(SimHarness::Request("GET", "/__sim/log?after=1")).response.body;
  for (const char* line :
       {R"("route":"submit_job","class":"submit")", R"("route":"get_job","class":"poll")",
        R"("route":"get_job_results","class":"results")",
        R"("route":"cancel_job","class":"cancel")"}) {
    EXPECT_THAT(log, HasSubstr(line));
  }
  EXPECT_THAT(log, HasSubstr(absl::StrCat(
                       R"("kind":"analytics.conversations.details.jobs","execution_id":")", id)));
}

TEST_F(JobKindsTest, FaultsHitJobsToo) {
  sim_.Control("POST", "/__sim/faults", R"({"route":"**/details/jobs","status":403})");
  EXPECT_EQ(sim_.Call("POST", kDetails, "{}").response.status, 403);
}

TEST_F(JobKindsTest, AvailabilityIsNoJob) {
  for (const char* subject : {"conversations", "users"}) {
    EXPECT_EQ(Member(absl::StrCat("/api/v2/analytics/", subject, "/details/jobs/availability"),
                     "dataAvailabilityDate"),
              "2023-11-14T22:03:20.000Z");
  }
}

}  // namespace
}  // namespace gcjobs::testing
