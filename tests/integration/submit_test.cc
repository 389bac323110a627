#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/failure_body.h"
#include "common/grpc_status.h"
#include "common/json.h"
#include "common/status_conversion.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// SubmitAction through the real programs: client, gcjobsd, gcjobs-sim.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::kActionId;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::System;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<v1::JobState> StatesOf(const System::Watched& watched) {
  std::vector<v1::JobState> states;
  for (const v1::JobEvent& event : watched.events) states.push_back(event.job().state());
  return states;
}

TEST(SubmitTest, TransitionsComeInSequenceAndTheResultIsVerbatim) {
  System system;
  const auto job = system.Submit(Steered(
      R"({"queued":"100ms","duration":"3s","result":{"id":12345678901234567890,"p":1.10}})"));
  ASSERT_THAT(job, IsOk());
  const System::Watched watched = system.Watch(job->id());
  EXPECT_THAT(watched.status, IsOk());
  EXPECT_THAT(StatesOf(watched), ElementsAre(v1::JOB_STATE_QUEUED, v1::JOB_STATE_PENDING,
                                             v1::JOB_STATE_RUNNING, v1::JOB_STATE_SUCCEEDED));
  for (size_t i = 0; i < watched.events.size(); ++i) {
    EXPECT_EQ(watched.events[i].sequence(), static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(watched.events.back().job().result_json(), R"({"id":12345678901234567890,"p":1.10})");
}

TEST(SubmitTest, ParametersReachTheUpstreamByteForByte) {
  System system;
  v1::SubmitActionRequest request;
  request.set_action_id(kActionId);
  request.set_parameters_json("{ \"n\" : 12345678901234567890, \"d\":1.10,\"e\":1E3 }");
  ASSERT_THAT(system.Submit(request), IsOk());
  const auto submissions = system.simulator().Submissions();
  ASSERT_EQ(submissions.size(), 1u);
  EXPECT_THAT(submissions[0].body,
              HasSubstr("{ \"n\" : 12345678901234567890, \"d\":1.10,\"e\":1E3 }"));
}

TEST(SubmitTest, ThirtyConcurrentSubmitsOfOneRequestIdMakeOneJob) {
  System system;
  std::vector<std::string> ids(30);
  InParallel(30, [&](int i) { ids[i] = system.Submit(Steered("{}", "order-7"))->id(); });
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);

  system.RestartServer();  // kill -9
  std::vector<std::string> again(30);
  InParallel(30, [&](int i) { again[i] = system.Submit(Steered("{}", "order-7"))->id(); });
  EXPECT_EQ(again, ids);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(SubmitTest, ARequestIdWithAnotherPayloadIsRefused) {
  System system;
  ASSERT_THAT(system.Submit(Steered("{}", "order-7")), IsOk());
  EXPECT_THAT(system.Submit(Steered(R"({"duration":"1s"})", "order-7")).status(),
              StatusIs(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED"));
}

TEST(SubmitTest, ARejectionIsAnErrorAndAFailedJob) {
  System system;
  v1::SubmitActionRequest request;
  request.set_action_id("custom_-_no/such action");
  const absl::Status error = system.Submit(request).status();
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND"));
  const auto info = GetErrorInfo(error);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->domain(), "genesys.cloud");
  EXPECT_EQ(info->metadata().at("http_status"), "404");
  EXPECT_NE(info->metadata().at("correlation_id"), "");
  const auto job = system.GetJob(info->metadata().at("job_id"));
  EXPECT_EQ(job->state(), v1::JOB_STATE_FAILED);
}

TEST(SubmitTest, ALostReplyIsAnUnknownOutcomeAndIsNotRepeated) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","reset":true})");
  const auto job = system.Submit(Steered("{}"));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->state(), v1::JOB_STATE_OUTCOME_UNKNOWN);
  EXPECT_EQ(system.simulator().Submissions().size(), 1u);
}

TEST(SubmitTest, ALostReplyIsRepeatedAtLeastOnce) {
  System system;
  system.simulator().AddFault(
      R"({"method":"POST","route":"**/execute","when":"after","status":502})");
  v1::SubmitActionRequest request = Steered(R"({"duration":"0s","queued":"0s"})");
  request.mutable_options()->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(system.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(system.simulator().Submissions().size(), 2u);
}

TEST(SubmitTest, AnUpstreamFailureKeepsItsMessage) {
  System system;
  const auto job =
      system.Submit(Steered(R"({"duration":"0s","outcome":"failed","message":"card declined"})"));
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(ended.error().message(), HasSubstr("card declined"));
  EXPECT_EQ(GetErrorInfo(FromProto(ended.error()))->domain(), "genesys.cloud");
}

TEST(SubmitTest, ValidateOnlyStoresAndSendsNothing) {
  System system;
  v1::SubmitActionRequest request = Steered("{}");
  request.mutable_options()->set_validate_only(true);
  const auto job = system.Submit(request);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->id(), "");
  EXPECT_TRUE(system.simulator().Submissions().empty());
}

// What a person is told, in whatever language the client is written.
TEST(SubmitTest, EveryErrorTellsWhatToDoAndWhereToReadMore) {
  System system;
  v1::SubmitActionRequest no_org = Steered("{}");
  no_org.mutable_options()->set_org("nobody");
  v1::SubmitJobRequest no_kind;
  no_kind.set_kind("no.such.kind");
  const std::string live = system.Submit(Steered(R"({"duration":"1h"})"))->id();
  const std::vector<absl::Status> errors = {
      system.GetJob("no-such-job").status(),    system.Submit(no_org).status(),
      system.Submit(no_kind).status(),          system.Submit(v1::SubmitActionRequest()).status(),
      system.ReadResults(live).status,          system.ReadResults(live, "no-cursor").status,
      system.Watch(live, 1'000'000'000).status, system.Watch("no-such-job").status,
  };
  std::set<std::string> remedies;
  for (const absl::Status& error : errors) {
    EXPECT_THAT(GetHelpUrl(error),
                ::testing::EndsWith("/docs/errors.md#" + absl::AsciiStrToLower(GetReason(error))));
    EXPECT_NE(GetRemedy(error), "") << error;
    remedies.insert(GetRemedy(error));
  }
  EXPECT_GE(remedies.size(), 6u);
}

// gRPC itself refuses what is too long for it, and then nothing of it arrives.
TEST(SubmitTest, ALongRefusalArrives) {
  System system;
  std::string words;
  while (words.size() < 4000) words += "\xC3\xA9\xE2\x82\xAC";
  system.simulator().AddFault(absl::StrCat(
      R"({"method":"POST","route":"**/execute","status":400,"body":)",
      JsonQuote(absl::StrCat(R"({"message":")", words, R"(","more":")", words, "\"}")), "}"));
  const absl::Status refused = system.Submit(Steered("{}")).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, "GENESYS_BAD_REQUEST"));
  EXPECT_NE(GetRemedy(refused), "");
  EXPECT_TRUE(GetFailureBody(refused)->truncated());
  const auto job = system.GetJob(GetErrorInfo(refused)->metadata().at("job_id"));
  EXPECT_THAT(std::string(GetFailureBody(FromProto(job->error()))->body()),
              HasSubstr("\"more\":\"" + words));
}

TEST(SubmitTest, BadInputIsRefusedBeforeAnyCallUpstream) {
  System system;
  const auto refused = [&system](const v1::SubmitActionRequest& request) {
    return system.Submit(request).status();
  };
  v1::SubmitActionRequest request = Steered("{}");
  const auto invalid = StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST");

  request.set_parameters_json("{\"unfinished\":");
  EXPECT_THAT(refused(request), invalid);
  request.set_parameters_json("[1,2]");
  EXPECT_THAT(refused(request), invalid);
  request.set_parameters_json(std::string(100000, '['));
  EXPECT_THAT(refused(request), invalid);
  request.set_parameters_json("{\"x\":\"" + std::string(4 << 20, 'x') + "\"}");
  EXPECT_THAT(refused(request), invalid);
  (*request.mutable_parameters()->mutable_fields())["x"].set_number_value(
      std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(refused(request), invalid);

  request = Steered("{}");
  request.set_action_id("");
  EXPECT_THAT(refused(request), invalid);
  request.set_action_id(std::string(257, 'a'));
  EXPECT_THAT(refused(request), invalid);

  request = Steered("{}");
  for (int i = 0; i < 65; ++i) {
    (*request.mutable_options()->mutable_labels())["k" + std::to_string(i)] = "v";
  }
  EXPECT_THAT(refused(request), invalid);
  request = Steered("{}");
  request.mutable_options()->mutable_execution_timeout()->set_seconds(-1);
  EXPECT_THAT(refused(request), invalid);
  request = Steered("{}");
  request.set_mode(static_cast<v1::ActionMode>(99));
  EXPECT_THAT(refused(request), invalid);
  request = Steered("{}");
  request.mutable_options()->set_org("nobody");
  EXPECT_THAT(refused(request), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));

  EXPECT_TRUE(system.simulator().Seen().empty());
}

}  // namespace
}  // namespace gcjobs
