#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/file.h"
#include "common/json.h"
#include "common/status_conversion.h"
#include "tests/integration/guides/guide_test.h"
#include "tests/integration/support/action_limits.h"
#include "tests/matchers/status_matchers.h"

// What the guides say of errors.

namespace gcjobs::testing {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

// An answer of that status to each call of a route.
void Answer(System* system, const std::string& method, const std::string& route, int status,
            const std::string& body = "") {
  system->simulator().AddFault(absl::StrCat(R"({"method":")", method, R"(","route":")", route,
                                            R"(","count":100,"status":)", status,
                                            ",\"body\":", JsonQuote(body), "}"));
}

std::string MetadataOf(const absl::Status& status, const std::string& name) {
  const auto info = GetErrorInfo(status);
  if (!info || !info->metadata().count(name)) return "";
  return info->metadata().at(name);
}

TEST_F(GuideTest, GuideA11TimeoutsTellOfTheAsynchronousForm) {
  System system;
  Answer(&system, "GET", "/api/v2/integrations/actions/*", 504);
  const absl::Status late = SetLimit(&system, kActionId, "", absl::Seconds(10)).status();
  EXPECT_THAT(late, StatusIs(StatusCode::kDeadlineExceeded, "GENESYS_TIMEOUT"));
  EXPECT_THAT(GetRemedy(late), AllOf(HasSubstr("no header"), HasSubstr("mode ASYNC")));

  v1::SubmitActionRequest direct = Steered(R"({"duration":"30s"})");  // the limit is 3 s
  direct.set_mode(v1::ACTION_MODE_DIRECT);
  for (const int status : {408, 504}) {
    System other;
    Answer(&other, "POST", "**/execute", status);
    const auto job = other.Submit(direct);
    ASSERT_THAT(job, IsOk());
    EXPECT_EQ(job->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
    EXPECT_THAT(GetRemedy(FromProto(job->error())),
                AllOf(HasSubstr("headers"), HasSubstr("mode ASYNC")));
    const Ended shown = Run(other, {"get", job->id()});
    EXPECT_THAT(shown.output, HasSubstr("mode async"));
  }
}

TEST_F(GuideTest, GuideA12ARefusalNamesThePermissionsOfTheCall) {
  System system;
  Answer(&system, "POST", "**/execute", 403, R"({"code":"not.authorized","message":"No."})");
  const absl::Status refused = system.Submit(Steered("{}")).status();
  EXPECT_THAT(refused, StatusIs(StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
  EXPECT_EQ(MetadataOf(refused, "permissions"),
            "integrations:action:execute, bridge:actions:execute");
  EXPECT_EQ(MetadataOf(refused, "scope"), "integrations:action:execute");
  EXPECT_THAT(GetRemedy(refused), HasSubstr("integrations:action:execute or "));
  EXPECT_THAT(GetHelpUrl(refused), HasSubstr("errors.md#genesys_forbidden"));

  const Ended shown = Run(system, {"submit", "action", kActionId});
  EXPECT_EQ(shown.code, 4);
  EXPECT_THAT(shown.errors, HasSubstr("hint: The server's OAuth client lacks a permission"));
  EXPECT_THAT(shown.errors, HasSubstr("integrations:action:execute"));
}

TEST_F(GuideTest, GuideA13ThePageOfPermissionsHasAllScopes) {
  const auto page = ReadFile(GCJOBS_DOCS_DIR "/permissions.md");
  ASSERT_THAT(page, IsOk());
  for (const char* scope : {"analytics:query:read", "integrations:action:execute",
                            "customobjects:instance:read", "organization:read"}) {
    EXPECT_THAT(*page, HasSubstr(absl::StrCat("`", scope, "`")));
  }
  // Whatever a server runs is on it.
  System system;
  grpc::ClientContext context;
  v1::ListJobKindsResponse kinds;
  ASSERT_TRUE(system.jobs().ListJobKinds(&context, v1::ListJobKindsRequest(), &kinds).ok());
  for (const v1::JobKind& kind : kinds.kinds()) {
    if (absl::StartsWith(kind.kind(), "action.")) continue;  // SubmitAction
    EXPECT_THAT(*page, HasSubstr(absl::StrCat("| `", kind.kind(), "` |")));
  }
}

TEST_F(GuideTest, GuideA14AnInvalidActionIdIsLookedUp) {
  System system;
  Answer(&system, "POST", "**/execute", 400, R"({"message":"Invalid Action ID"})");
  v1::SubmitActionRequest request = Steered("{}");
  const absl::Status refused = system.Submit(request).status();
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  EXPECT_EQ(MetadataOf(refused, "action_found"), "yes");
  EXPECT_THAT(GetRemedy(refused), HasSubstr("does have an action"));

  request.set_action_id("custom_-_nothing");
  const absl::Status unknown = system.Submit(request).status();
  EXPECT_EQ(MetadataOf(unknown, "action_found"), "no");
  EXPECT_THAT(GetRemedy(unknown),
              AllOf(HasSubstr("gives 404"), HasSubstr("Admin > Integrations > Data Actions"),
                    HasSubstr("OAuth client")));
  const auto job = system.GetJob(MetadataOf(unknown, "job_id"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(GetRemedy(FromProto(job->error())), GetRemedy(unknown));
}

TEST_F(GuideTest, GuideB04WhatIsNotFoundIsCalledByItsName) {
  System system;
  const absl::Status no_action =
      SetLimit(&system, "nothing", "no-flow", absl::Seconds(10)).status();
  EXPECT_THAT(no_action, StatusIs(StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
  EXPECT_THAT(GetRemedy(no_action),
              AllOf(HasSubstr("no flow or data action of this id"), HasSubstr("does not show it")));

  Answer(&system, "GET", "/api/v2/flows/dataactions", 404);
  const Ended listed = Run(system, {"action", "list", "--flow", "no-flow"});
  EXPECT_EQ(listed.code, 5);
  EXPECT_THAT(listed.errors, HasSubstr("no flow of this id"));
  EXPECT_THAT(listed.errors, HasSubstr("flow:flow:read"));
}

TEST_F(GuideTest, GuideB11OutOfRangeTellsTheWayOut) {
  System system;
  const absl::Status refused =
      SetLimit(&system, kActionId, "some-flow", absl::Seconds(31)).status();
  EXPECT_THAT(refused, StatusIs(StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE"));
  EXPECT_THAT(GetRemedy(refused),
              AllOf(HasSubstr("1 to 30 seconds"), HasSubstr("mode ASYNC"), HasSubstr("webhook")));
  const Ended shown = Run(system, {"action", "timeout", "set", kActionId, "61s"});
  EXPECT_EQ(shown.code, 2);
  EXPECT_THAT(shown.errors, HasSubstr("mode async"));
}

TEST_F(GuideTest, GuideC03AQueryThatIsRefusedNamesItsScope) {
  System system;
  Answer(&system, "POST", "**/details/query", 403);
  const absl::Status refused = system.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, "{}")).status();
  EXPECT_THAT(refused, StatusIs(StatusCode::kPermissionDenied, "GENESYS_FORBIDDEN"));
  EXPECT_THAT(MetadataOf(refused, "permissions"), HasSubstr("analytics:conversationDetail:view"));
  EXPECT_EQ(MetadataOf(refused, "scope"), "analytics:conversation:details:view");
  EXPECT_THAT(GetRemedy(refused), HasSubstr("analytics:conversation:details:view"));
}

TEST_F(GuideTest, GuideC11AllMessagesOfAFailureAreJoinedAndItsBodyIsKept) {
  System system;
  const std::string body =
      R"({"status":"failed","errors":[{"message":"no x"},{"message":"no y","code":"bad.y"}]})";
  Answer(&system, "GET", "**/details/query/*", 200, body);
  const auto job = system.Submit(SteeredQuery(v1::QUERY_ENDPOINT_QUERY, "{}"));
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(ended.error().message(), "no x; no y");
  const absl::Status error = FromProto(ended.error());
  EXPECT_EQ(MetadataOf(error, "genesys_code"), "bad.y");
  const auto failure = GetFailureBody(error);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->body(), body);

  // Of other kinds too.
  v1::SubmitJobRequest flow_export;
  flow_export.set_kind("flows.export.jobs");
  flow_export.set_body(
      R"({"$sim":{"duration":"0s","queued":"0s","outcome":"failed","message":"Flow is locked"}})");
  const auto exported = system.Submit(flow_export);
  ASSERT_THAT(exported, IsOk());
  const v1::Job failed = system.AwaitEnd(exported->id());
  EXPECT_THAT(failed.error().message(), HasSubstr("Flow is locked"));
  EXPECT_TRUE(GetFailureBody(FromProto(failed.error())).has_value());
}

}  // namespace
}  // namespace gcjobs::testing
