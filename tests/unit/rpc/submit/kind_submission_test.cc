#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/error_info.h"
#include "server/rpc/submit/submission_builder.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/submit/test_kinds.h"

// SubmitJob's request.

namespace gcjobs {
namespace {

using ::gcjobs::testing::BuiltInKinds;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

// The built-in kinds and one of the test's own.
JobKindRegistry MakeKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds = BuiltInKinds();
  KindSpec spec;
  spec.name = "test.export";
  spec.submit = {"POST", "/api/v2/spaces/{space}/exports/{name}", "", ""};
  spec.id = {"id"};
  spec.status = {"GET", "/api/v2/spaces/{space}/exports/{upstream_id}", "", ""};
  spec.status_field = {"status"};
  spec.guarantee = v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE;
  kinds.push_back(MakeDeclaredKind(spec));
  return JobKindRegistry(std::move(kinds));
}

class KindSubmissionTest : public ::testing::Test {
 protected:
  KindSubmissionTest() {
    request_.set_kind("test.export");
    request_.set_body(R"({"a":1.10})");
    parameters()["space"] = "s-1";
    parameters()["name"] = "n/1";
  }

  PathParameters& parameters() { return *request_.mutable_path_parameters(); }
  absl::StatusOr<JobSubmission> Build() {
    return SubmissionBuilder(defaults_, OrgNames({"main", "test"}, "main"), &kinds_, {})
        .Build(request_, "alice");
  }
  // REQUIRES: the request is good.
  JobSubmission Job() { return Build().value(); }
  std::string Fingerprint() { return Job().record.fingerprint(); }
  std::string RefusedField() {
    const absl::Status status = Build().status();
    if (status.ok()) return "";
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    return GetErrorInfo(status)->metadata().at("field");
  }

  const JobKindRegistry kinds_{MakeKinds()};
  SubmitDefaults defaults_;
  v1::SubmitJobRequest request_;
};

TEST_F(KindSubmissionTest, TheJobHasAllThatItsKindNeeds) {
  const JobSubmission job = Job();
  EXPECT_EQ(job.record.job().kind(), "test.export");
  EXPECT_EQ(job.record.job().org(), "main");
  EXPECT_EQ(job.record.job().created_by(), "alice");
  EXPECT_EQ(job.record.job().action_id(), "");
  EXPECT_EQ(job.payload.body(), R"({"a":1.10})");
  EXPECT_EQ(job.record.path_parameters().at("space"), "s-1");
  EXPECT_EQ(job.record.path_parameters().at("name"), "n/1");
}

TEST_F(KindSubmissionTest, TheGuaranteeIsTheKindsUnlessTheRequestSays) {
  EXPECT_EQ(Job().record.guarantee(), v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  request_.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_EQ(Job().record.guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
}

TEST_F(KindSubmissionTest, ABodyIsAnObjectAnArrayOrNothing) {
  request_.set_body("[1, 2]");
  EXPECT_EQ(Job().payload.body(), "[1, 2]");
  request_.clear_body();
  EXPECT_EQ(Job().payload.body(), "");
  for (const char* body : {"1", "null", "{", " ", "\"{}\""}) {
    request_.set_body(body);
    EXPECT_EQ(RefusedField(), "body") << body;
  }
  defaults_.max_parameters_bytes = 10;
  request_.set_body("[123456789]");
  EXPECT_EQ(RefusedField(), "body");
}

TEST_F(KindSubmissionTest, AnUnknownKindIsNotFound) {
  request_.set_kind("nothing.of.the.kind");
  const absl::Status status = Build().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "JOB_KIND_NOT_FOUND"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("kind"), "nothing.of.the.kind");
  request_.clear_kind();
  EXPECT_EQ(RefusedField(), "kind");
  request_.set_kind(std::string(257, 'k'));
  EXPECT_EQ(RefusedField(), "kind");
}

TEST_F(KindSubmissionTest, ThePathParametersAreAllOfThePathAndNoOthers) {
  parameters().erase("space");
  EXPECT_EQ(RefusedField(), "path_parameters[\"space\"]");
  parameters()["space"] = "";
  EXPECT_EQ(RefusedField(), "path_parameters[\"space\"]");
  parameters()["space"] = "..";
  EXPECT_EQ(RefusedField(), "path_parameters[\"space\"]");
  parameters()["space"] = std::string(257, 's');
  EXPECT_EQ(RefusedField(), "path_parameters[\"space\"]");
  parameters()["space"] = std::string(256, 's');
  EXPECT_THAT(Build(), IsOk());
  parameters()["upstream_id"] = "u-1";
  EXPECT_EQ(RefusedField(), "path_parameters[\"upstream_id\"]");
}

TEST_F(KindSubmissionTest, OptionsAreCheckedAsEverywhere) {
  request_.mutable_options()->set_request_id("\n");
  EXPECT_EQ(RefusedField(), "options.request_id");
  request_.mutable_options()->Clear();
  request_.mutable_options()->set_org("nobody");
  EXPECT_THAT(Build(), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
}

// The same job as SubmitAction makes, also for repeated requests.
TEST_F(KindSubmissionTest, AnActionIsSubmittedByItsKindAlike) {
  for (const auto mode : {v1::ACTION_MODE_ASYNC, v1::ACTION_MODE_DIRECT}) {
    request_.set_kind(mode == v1::ACTION_MODE_ASYNC ? "action.async" : "action.direct");
    parameters().clear();
    parameters()["action_id"] = "custom_-_1";
    v1::SubmitActionRequest action;
    action.set_action_id("custom_-_1");
    action.set_parameters_json(request_.body());
    action.set_mode(mode);
    const auto other = SubmissionBuilder(defaults_, OrgNames({"main"}, "main"), &kinds_, {})
                           .Build(action, "alice");
    EXPECT_EQ(Job().record.job().action_id(), "custom_-_1");
    EXPECT_EQ(Job().record.job().kind(), other->record.job().kind());
    EXPECT_EQ(Fingerprint(), other->record.fingerprint());
  }
}

TEST_F(KindSubmissionTest, ThePollClassIsTheKindWithItsActionOrItsInterval) {
  EXPECT_EQ(Job().record.poll_class(), "test.export");
  request_.clear_body();
  EXPECT_EQ(Job().record.poll_class(), "test.export");
  request_.set_body(R"({"interval":"2026-01-01/2026-01-02"})");
  EXPECT_EQ(Job().record.poll_class(), "test.export/1d");
  request_.set_kind("action.async");
  parameters().clear();
  parameters()["action_id"] = "custom_-_1";
  EXPECT_EQ(Job().record.poll_class(), "action.async/custom_-_1");
}

TEST_F(KindSubmissionTest, TheFingerprintStaysTheSameForEver) {
  EXPECT_EQ(Fingerprint(), "6ed1315db124f9ae8f6a5138f80448745ad1b7d2bec391c8aa55d93f778a9be6");
}

TEST_F(KindSubmissionTest, TheFingerprintDiffersWhereTheExecutionDoes) {
  const v1::SubmitJobRequest request = request_;
  const std::string fingerprint = Fingerprint();
  parameters()["space"] = "s-2";
  EXPECT_NE(Fingerprint(), fingerprint);
  request_ = request;
  request_.clear_body();
  EXPECT_NE(Fingerprint(), fingerprint);
  request_ = request;
  request_.mutable_options()->set_org("test");
  EXPECT_NE(Fingerprint(), fingerprint);
  request_ = request;
  (*request_.mutable_options()->mutable_labels())["k"] = "v";
  EXPECT_EQ(Fingerprint(), fingerprint);
}

}  // namespace
}  // namespace gcjobs
