#include "server/genesys/kinds/declared_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/fakes/fake_http_transport.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using absl::StatusCode;
using testing::FakeHttpTransport;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

// A kind of a file with these members besides the usual ones.
std::unique_ptr<JobKind> MakeKind(absl::string_view members) {
  const auto kinds = ParseKindFile("k.json", absl::StrCat(R"({"kinds": [{
      "kind": "x.jobs", "description": "Exes",
      "submit": {"call": "POST /api/v2/x/{a}/{b}/jobs", "id": "job.id"},
      "status": {"call": "GET /api/v2/x/{a}/jobs/{upstream_id}", "field": "job.status",
                 "error": "job.errors.message"},
      "states": {"pending": ["READY"], "running": ["Busy"], "succeeded": ["COMPLETED_PARTIALLY"],
                 "failed": ["Broken"], "cancelled": ["Stopped"], "expired": ["Purged"]})",
                                                          members, "}]}"));
  EXPECT_THAT(kinds, IsOk()) << kinds.status().message();
  return MakeDeclaredKind(kinds->front());
}

HttpResponse Answer(std::string body) {
  return FakeHttpTransport::Ok(200, std::move(body), {{"ININ-Correlation-Id", "c-1"}}).response;
}

class DeclaredKindTest : public ::testing::Test {
 protected:
  DeclaredKindTest() {
    parameters_["a"] = "1/2";
    parameters_["b"] = "..";
  }

  JobRef Job() const { return {"", "up/1", &parameters_}; }

  absl::StatusOr<PollReport> Polled(const JobKind& kind, std::string body) const {
    return kind.ParsePoll(Job(), Answer(std::move(body)));
  }

  PathParameters parameters_;
};

TEST_F(DeclaredKindTest, SubmitsTheBodyByteForByte) {
  const auto kind = MakeKind("");
  const ApiRequest request = kind->BuildSubmit(Job(), {R"({ "n":1.10 })"});
  EXPECT_EQ(request.request_class, RequestClass::kSubmit);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v2/x/1%2F2/%2E%2E/jobs");
  EXPECT_EQ(request.body, R"({ "n":1.10 })");
  EXPECT_EQ(kind->BuildSubmit(Job(), {""}).body, "");
}

TEST_F(DeclaredKindTest, AParameterThatIsMissingIsEmpty) {
  const auto kind = MakeKind("");
  EXPECT_EQ(kind->BuildSubmit({}, {}).target, "/api/v2/x///jobs");
}

TEST_F(DeclaredKindTest, FindsTheIdWhereItIs) {
  const auto kind = MakeKind("");
  const auto receipt = kind->ParseSubmit(Answer(R"({"job":{"id":"e-1","status":"Busy"}})"));
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->upstream_id, "e-1");
  EXPECT_EQ(receipt->upstream_status, "Busy");
  EXPECT_FALSE(receipt->end);
  EXPECT_EQ(kind->ParseSubmit(Answer(R"({"job":{"id":77}})"))->upstream_id, "77");
  EXPECT_EQ(kind->ParseSubmit(Answer(R"({"job":{"id":77}})"))->upstream_status, "");
  EXPECT_EQ(kind->ParseSubmit(Answer(R"({"job":[{"id":"first"},{"id":"second"}]})"))->upstream_id,
            "first");
}

// It was taken all the same: a 202 cannot be followed, and anything else is the
// work's own answer.
TEST_F(DeclaredKindTest, AnAnswerWithoutAnIdIsNoReceipt) {
  const auto kind = MakeKind("");
  for (const char* body :
       {"", "[]", "{}", R"({"id":"e"})", R"({"job":"e"})", R"({"job":{}})", R"({"job":{"id":""}})",
        R"({"job":{"id":null}})", R"({"job":[]})", R"({"job":{"id":"a\nb"}})", "<html>"}) {
    EXPECT_THAT(kind->ParseSubmit(FakeHttpTransport::Ok(202, body).response),
                StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")))
        << body;
    const auto ran = kind->ParseSubmit(Answer(body));
    ASSERT_THAT(ran, IsOk()) << body;
    ASSERT_TRUE(ran->end) << body;
    EXPECT_EQ(ran->end->state, v1::JOB_STATE_SUCCEEDED);
    EXPECT_EQ(ran->end->result_json, *body == '\0' ? "null" : body);
  }
}

TEST_F(DeclaredKindTest, ALocationStandsInForTheId) {
  const auto receipt = MakeKind("")->ParseSubmit(
      FakeHttpTransport::Ok(201, "{}", {{"Location", "/api/v2/x/e-9"}}).response);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->upstream_id, "e-9");
}

TEST_F(DeclaredKindTest, AStatusWithoutAnIdIsAReceiptUnlessItIsTheEnd) {
  const auto kind = MakeKind("");
  EXPECT_THAT(kind->ParseSubmit(Answer(R"({"job":{"status":"Busy"}})")),
              StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")));
  const auto done = kind->ParseSubmit(Answer(R"({"job":{"status":"completed"},"n":1.10})"));
  ASSERT_THAT(done, IsOk());
  EXPECT_EQ(done->end->upstream_status, "completed");
  EXPECT_EQ(done->end->result_json, R"({"job":{"status":"completed"},"n":1.10})");
}

TEST_F(DeclaredKindTest, PollsWithTheIdAndTheParameters) {
  const ApiRequest request = MakeKind("")->BuildPoll(Job());
  EXPECT_EQ(request.request_class, RequestClass::kPoll);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/api/v2/x/1%2F2/jobs/up%2F1");
  EXPECT_EQ(request.body, "");
}

struct StateCase {
  const char* status;
  std::optional<v1::JobState> state;
};

void PrintTo(const StateCase& c, std::ostream* os) { *os << c.status; }

class DeclaredKindStateTest : public DeclaredKindTest,
                              public ::testing::WithParamInterface<StateCase> {};

TEST_P(DeclaredKindStateTest, IsTheDeclaredOneOrElseTheUsualOne) {
  const auto report =
      Polled(*MakeKind(""), absl::StrCat(R"({"job":{"status":")", GetParam().status, "\"}}"));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->upstream_status, GetParam().status);
  EXPECT_EQ(report->state, GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, DeclaredKindStateTest,
    ::testing::Values(
        StateCase{"READY", v1::JOB_STATE_PENDING}, StateCase{"Busy", v1::JOB_STATE_RUNNING},
        StateCase{"busy", v1::JOB_STATE_RUNNING},
        StateCase{"COMPLETED_PARTIALLY", v1::JOB_STATE_SUCCEEDED},
        StateCase{"CompletedPartially", v1::JOB_STATE_SUCCEEDED},
        StateCase{"Broken", v1::JOB_STATE_FAILED}, StateCase{"Stopped", v1::JOB_STATE_CANCELLED},
        StateCase{"Purged", v1::JOB_STATE_FAILED}, StateCase{"Expired", v1::JOB_STATE_FAILED},
        StateCase{"queued", v1::JOB_STATE_PENDING}, StateCase{"In Progress", v1::JOB_STATE_RUNNING},
        StateCase{"Fulfilled", v1::JOB_STATE_SUCCEEDED}, StateCase{"Dreaming", std::nullopt}));

TEST_F(DeclaredKindTest, AFailureTellsWhatUpstreamTells) {
  const auto kind = MakeKind("");
  const auto report = Polled(
      *kind, R"({"job":{"status":"Broken","errors":[{"message":"no x"},{"message":"no y"}]}})");
  EXPECT_THAT(report->failure, StatusIs(StatusCode::kUnknown, std::string("GENESYS_JOB_FAILED")));
  EXPECT_EQ(report->failure.message(), "no x; no y");
  EXPECT_EQ(GetErrorInfo(report->failure)->metadata().at("correlation_id"), "c-1");
  EXPECT_EQ(Polled(*kind, R"({"job":{"status":"Broken"}})")->failure.message(),
            "Genesys Cloud reports the job as Broken");
}

TEST_F(DeclaredKindTest, AnErrorMayBeAnObject) {
  const auto kind = MakeDeclaredKind([] {
    KindSpec spec;
    spec.name = "y.jobs";
    spec.status_field = {"state"};
    spec.error_fields = {{"error"}};
    return spec;
  }());
  const auto report =
      Polled(*kind, R"({"state":"failed","error":{"code":"x.unknown","message":"no x"}})");
  EXPECT_EQ(report->failure.message(), "no x");
  EXPECT_EQ(GetErrorInfo(report->failure)->metadata().at("genesys_code"), "x.unknown");
}

TEST_F(DeclaredKindTest, WithoutADeclaredFieldTheUsualOnesAreReadForReasons) {
  KindSpec spec;
  spec.status_field = {"state"};
  const auto kind = MakeDeclaredKind(spec);
  EXPECT_EQ(Polled(*kind, R"({"state":"failed","errorMessage":"no x"})")->failure.message(),
            "no x");
  EXPECT_EQ(Polled(*kind, R"({"state":"failed","errors":[{"message":"no x"},{"message":"no y"}]})")
                ->failure.message(),
            "no x; no y");
}

TEST_F(DeclaredKindTest, AFixedQueryGoesOutWithTheCall) {
  KindSpec spec;
  spec.status = {"GET", "/api/v2/x/{upstream_id}", "expand=messages", ""};
  spec.results.mode = v1::RESULTS_MODE_CURSOR;
  spec.results.call = {"GET", "/api/v2/x/{upstream_id}/r", "details=true", ""};
  spec.results.cursor_parameter = "after";
  const auto kind = MakeDeclaredKind(spec);
  EXPECT_EQ(kind->BuildPoll(Job()).target, "/api/v2/x/up%2F1?expand=messages");
  EXPECT_EQ(kind->BuildResults(Job(), "", 0).target, "/api/v2/x/up%2F1/r?details=true");
  EXPECT_EQ(kind->BuildResults(Job(), "c", 0).target, "/api/v2/x/up%2F1/r?details=true&after=c");
  EXPECT_EQ(kind->description().status_path(), "GET /api/v2/x/{upstream_id}?expand=messages");
}

TEST_F(DeclaredKindTest, AnExpiredResultHasItsOwnReason) {
  for (const char* status : {"Purged", "purged", "EXPIRED"}) {
    const auto report =
        Polled(*MakeKind(""), absl::StrCat(R"({"job":{"status":")", status, "\"}}"));
    EXPECT_THAT(report->failure,
                StatusIs(StatusCode::kAborted, std::string("GENESYS_RESULT_EXPIRED")))
        << status;
  }
}

TEST_F(DeclaredKindTest, AnAnswerWithoutAStatusIsABadResponse) {
  const auto kind = MakeKind("");
  for (const char* body : {"", "{}", "[]", R"({"job":{}})", R"({"status":"Busy"})",
                           R"({"job":{"status":7}})", R"({"job":{"status":""}})"}) {
    const auto report = Polled(*kind, body);
    EXPECT_THAT(report, StatusIs(StatusCode::kInternal, std::string("GENESYS_BAD_RESPONSE")))
        << body;
    EXPECT_THAT(std::string(report.status().message()), HasSubstr("x.jobs: poll"));
  }
}

TEST_F(DeclaredKindTest, CancelsAsDeclared) {
  EXPECT_FALSE(MakeKind("")->BuildCancel(Job()));
  const auto deleted =
      MakeKind(R"(, "cancel": {"call": "DELETE /api/v2/x/{upstream_id}"})")->BuildCancel(Job());
  EXPECT_EQ(deleted->request_class, RequestClass::kCancel);
  EXPECT_EQ(deleted->method, "DELETE");
  EXPECT_EQ(deleted->target, "/api/v2/x/up%2F1");
  EXPECT_EQ(deleted->body, "");
  const auto patched = MakeKind(R"(, "cancel": {"call": "PATCH /api/v2/x/{b}/{upstream_id}",
                                                "body": {"status":"Cancelled"}})")
                           ->BuildCancel(Job());
  EXPECT_EQ(patched->method, "PATCH");
  EXPECT_EQ(patched->target, "/api/v2/x/%2E%2E/up%2F1");
  EXPECT_EQ(patched->body, R"({"status":"Cancelled"})");
}

TEST_F(DeclaredKindTest, TheSecondPhaseFollowsWheneverItsStatusIsSeen) {
  const auto kind = MakeKind(R"(, "second_phase": {"when": ["READY"],
      "call": "PUT /api/v2/x/{upstream_id}", "body": {"state":"PROCESSING"}})");
  for (const char* body : {R"({"job":{"status":"READY"}})", R"({"job":{"status":"Ready"}})"}) {
    const auto report = Polled(*kind, body);
    ASSERT_TRUE(report->follow_up) << body;
    EXPECT_EQ(report->follow_up->request_class, RequestClass::kSubmit);
    EXPECT_EQ(report->follow_up->method, "PUT");
    EXPECT_EQ(report->follow_up->target, "/api/v2/x/up%2F1");
    EXPECT_EQ(report->follow_up->body, R"({"state":"PROCESSING"})");
  }
  EXPECT_FALSE(Polled(*kind, R"({"job":{"status":"Busy"}})")->follow_up);
  EXPECT_FALSE(Polled(*MakeKind(""), R"({"job":{"status":"READY"}})")->follow_up);
}

TEST_F(DeclaredKindTest, DescribesItself) {
  const auto kind = MakeKind(R"(, "guarantee": "at_least_once",
      "results": {"mode": "cursor", "call": "GET /api/v2/r/{upstream_id}", "items": "i"},
      "cancel": {"call": "DELETE /api/v2/x/{upstream_id}"},
      "second_phase": {"when": ["READY"], "call": "PUT /api/v2/x/{upstream_id}"})");
  const v1::JobKind& description = kind->description();
  EXPECT_EQ(kind->name(), "x.jobs");
  EXPECT_FALSE(kind->holds_call());
  EXPECT_EQ(description.description(), "Exes");
  EXPECT_EQ(description.submit_path(), "POST /api/v2/x/{a}/{b}/jobs");
  EXPECT_EQ(description.status_path(), "GET /api/v2/x/{a}/jobs/{upstream_id}");
  EXPECT_EQ(description.results_path(), "GET /api/v2/r/{upstream_id}");
  EXPECT_EQ(description.cancel_path(), "DELETE /api/v2/x/{upstream_id}");
  EXPECT_EQ(description.second_phase_path(), "PUT /api/v2/x/{upstream_id}");
  EXPECT_EQ(description.results_mode(), v1::RESULTS_MODE_CURSOR);
  EXPECT_FALSE(description.inline_result());
  EXPECT_EQ(description.default_guarantee(), v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(description.states().size(), 6);
  EXPECT_EQ(description.states().at("Purged"), v1::JOB_STATE_FAILED);
}

TEST_F(DeclaredKindTest, WhatItHasNotItDoesNotDescribe) {
  const auto kind = MakeKind("");
  const v1::JobKind& description = kind->description();
  EXPECT_EQ(description.results_path(), "");
  EXPECT_EQ(description.cancel_path(), "");
  EXPECT_EQ(description.second_phase_path(), "");
  EXPECT_EQ(description.results_mode(), v1::RESULTS_MODE_NONE);
}

}  // namespace
}  // namespace gcjobs
