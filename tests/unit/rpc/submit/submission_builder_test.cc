#include "server/rpc/submit/submission_builder.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <string>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/submit/test_kinds.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::StatusIs;

class SubmissionBuilderTest : public ::testing::Test {
 protected:
  SubmissionBuilderTest() { request_.set_action_id("custom_-_1"); }

  absl::StatusOr<SubmitPlan> Build() { return Builder().Build(request_, "alice"); }
  // REQUIRES: the request is good.
  SubmitPlan Plan() { return Build().value(); }
  std::string Fingerprint() { return Plan().job.fingerprint; }

  SubmissionBuilder Builder() {
    return SubmissionBuilder(defaults_, OrgNames({"main", "test"}, "main"), &kinds_);
  }

  const JobKindRegistry kinds_{gcjobs::testing::BuiltInKinds()};
  SubmitDefaults defaults_;
  v1::SubmitActionRequest request_;
};

TEST_F(SubmissionBuilderTest, BareRequestGetsTheDefaults) {
  const SubmitPlan plan = Plan();
  EXPECT_EQ(plan.wait, absl::Seconds(2));
  EXPECT_FALSE(plan.validate_only);
  EXPECT_EQ(plan.job.org, "main");
  EXPECT_EQ(plan.job.kind, "action.async");
  EXPECT_EQ(plan.job.action_id, "custom_-_1");
  EXPECT_EQ(plan.job.created_by, "alice");
  EXPECT_EQ(plan.job.execution_timeout, absl::Hours(24));
  EXPECT_EQ(plan.job.retention, absl::Hours(24 * 7));
  EXPECT_EQ(plan.job.guarantee, v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_FALSE(plan.job.poll.has_value());
  EXPECT_EQ(plan.job.submission.body(), "{}");
}

TEST_F(SubmissionBuilderTest, DefaultsAreTheServersSettings) {
  defaults_.wait = absl::Seconds(5);
  defaults_.execution_timeout = absl::Hours(1);
  defaults_.retention = absl::Hours(2);
  const SubmitPlan plan = Plan();
  EXPECT_EQ(plan.wait, absl::Seconds(5));
  EXPECT_EQ(plan.job.execution_timeout, absl::Hours(1));
  EXPECT_EQ(plan.job.retention, absl::Hours(2));
}

TEST_F(SubmissionBuilderTest, OptionsOfTheRequestWin) {
  v1::SubmitOptions& options = *request_.mutable_options();
  options.set_org("test");
  options.set_request_id("r1");
  (*options.mutable_labels())["team"] = "blue";
  *options.mutable_execution_timeout() = ToProto(absl::Minutes(3));
  *options.mutable_retention() = ToProto(absl::Hours(4));
  options.mutable_wait();  // set, to 0
  options.set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  options.mutable_poll()->set_max_attempts(7);
  options.set_validate_only(true);

  const SubmitPlan plan = Plan();
  EXPECT_EQ(plan.wait, absl::ZeroDuration());
  EXPECT_TRUE(plan.validate_only);
  EXPECT_EQ(plan.job.org, "test");
  EXPECT_EQ(plan.job.request_id, "r1");
  EXPECT_EQ(plan.job.labels.at("team"), "blue");
  EXPECT_EQ(plan.job.execution_timeout, absl::Minutes(3));
  EXPECT_EQ(plan.job.retention, absl::Hours(4));
  EXPECT_EQ(plan.job.guarantee, v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(plan.job.poll->max_attempts(), 7);
}

TEST_F(SubmissionBuilderTest, ParametersJsonIsKeptByteForByte) {
  request_.set_parameters_json("{ \"n\" : 12345678901234567890.10,\n\"n\":1 }");
  EXPECT_EQ(Plan().job.submission.body(), request_.parameters_json());
}

TEST_F(SubmissionBuilderTest, StructBecomesCanonicalJson) {
  auto& fields = *request_.mutable_parameters()->mutable_fields();
  fields["b"].set_number_value(2);
  fields["a"].set_string_value("x");
  EXPECT_EQ(Plan().job.submission.body(), R"({"a":"x","b":2})");
}

TEST_F(SubmissionBuilderTest, EachBadPartIsRefused) {
  using Change = std::function<void(v1::SubmitActionRequest*)>;
  const std::vector<Change> changes = {
      [](auto* r) { r->clear_action_id(); },
      [](auto* r) { r->set_action_id(std::string(257, 'a')); },
      [](auto* r) { r->set_action_id(".."); },
      [](auto* r) { r->set_mode(static_cast<v1::ActionMode>(3)); },
      [](auto* r) { r->set_parameters_json(""); },
      [](auto* r) { r->set_parameters_json("[1]"); },
      [](auto* r) {
        (*r->mutable_parameters()->mutable_fields())["n"].set_number_value(
            std::numeric_limits<double>::quiet_NaN());
      },
      [](auto* r) { r->mutable_options()->set_request_id("\n"); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    request_.Clear();
    request_.set_action_id("a");
    changes[i](&request_);
    EXPECT_THAT(Build(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << "case " << i;
  }
}

TEST_F(SubmissionBuilderTest, UnknownOrgIsRefused) {
  request_.mutable_options()->set_org("nobody");
  EXPECT_THAT(Build(), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
}

TEST_F(SubmissionBuilderTest, ParametersOfBothFormsAreCapped) {
  defaults_.max_parameters_bytes = 20;
  const std::string text(13, 'x');
  request_.set_parameters_json("{\"a\":\"" + text + "\"}");  // 21 bytes
  EXPECT_THAT(Build(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  (*request_.mutable_parameters()->mutable_fields())["a"].set_string_value(text);
  EXPECT_THAT(Build(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(SubmissionBuilderTest, DirectModeIsAKindOfItsOwn) {
  request_.set_mode(v1::ACTION_MODE_DIRECT);
  EXPECT_EQ(Plan().job.kind, "action.direct");
  request_.clear_mode();
  defaults_.action_mode = v1::ACTION_MODE_DIRECT;
  const SubmitPlan plan = Plan();
  EXPECT_EQ(plan.job.kind, "action.direct");
  EXPECT_EQ(plan.job.action_id, "custom_-_1");
  EXPECT_EQ(plan.job.guarantee, v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  request_.set_mode(v1::ACTION_MODE_ASYNC);
  EXPECT_EQ(Plan().job.kind, "action.async");
}

// Stored with the job: another value would turn every repeated request after
// an upgrade into REQUEST_ID_REUSED.
TEST_F(SubmissionBuilderTest, FingerprintStaysTheSameForEver) {
  request_.set_parameters_json(R"({"a":1})");
  EXPECT_EQ(Fingerprint(), "18776d8b4767f3b8d8462bec05cd87caa4d585cb36a61ded2f6453e5ead4a566");
  request_.set_mode(v1::ACTION_MODE_DIRECT);
  EXPECT_EQ(Fingerprint(), "63aa1f02797e320ae0256f32436ee2b98f17de8c9ae4e0b7be78369d52237f32");
}

TEST_F(SubmissionBuilderTest, FingerprintIsThatOfWhatIsExecuted) {
  request_.set_parameters_json(R"({"a":1})");
  const std::string fingerprint = Fingerprint();

  request_.set_mode(v1::ACTION_MODE_ASYNC);  // the default, spelt out
  request_.mutable_options()->set_org("main");
  request_.mutable_options()->set_request_id("r");
  (*request_.mutable_options()->mutable_labels())["k"] = "v";
  request_.mutable_options()->mutable_wait();
  EXPECT_EQ(Fingerprint(), fingerprint);

  (*request_.mutable_parameters()->mutable_fields())["a"].set_number_value(1);
  EXPECT_EQ(Fingerprint(), fingerprint);
}

TEST_F(SubmissionBuilderTest, FingerprintDiffersWhereTheExecutionDoes) {
  request_.set_parameters_json(R"({"a":1})");
  const std::string fingerprint = Fingerprint();

  v1::SubmitActionRequest other = request_;
  std::swap(request_, other);
  request_.set_action_id("custom_-_2");
  EXPECT_NE(Fingerprint(), fingerprint);
  request_ = other;
  request_.set_parameters_json(R"({"a":2})");
  EXPECT_NE(Fingerprint(), fingerprint);
  request_ = other;
  request_.mutable_options()->set_org("test");
  EXPECT_NE(Fingerprint(), fingerprint);
}

TEST_F(SubmissionBuilderTest, PreviewShowsTheJobWithoutIdAndTimes) {
  (*request_.mutable_options()->mutable_labels())["k"] = "v";
  request_.mutable_options()->set_request_id("r");
  const v1::Job job = Preview(Plan().job);
  EXPECT_EQ(job.id(), "");
  EXPECT_FALSE(job.has_create_time());
  EXPECT_EQ(job.state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job.org(), "main");
  EXPECT_EQ(job.kind(), "action.async");
  EXPECT_EQ(job.action_id(), "custom_-_1");
  EXPECT_EQ(job.request_id(), "r");
  EXPECT_EQ(job.labels().at("k"), "v");
  EXPECT_EQ(job.created_by(), "alice");
}

TEST_F(SubmissionBuilderTest, LargestParametersFitTheMessageThatTheServerTakes) {
  request_.set_parameters_json("{\"a\":\"" + std::string(kDefaultMaxParametersBytes - 8, 'x') +
                               "\"}");
  auto& labels = *request_.mutable_options()->mutable_labels();
  for (int i = 0; i < kMaxLabels; ++i) {
    labels[std::string(253, 'k') + std::to_string(100 + i)] = std::string(256, 'v');
  }
  EXPECT_TRUE(Build().ok());
  EXPECT_LT(request_.ByteSizeLong(), MaxReceiveMessageBytes(kDefaultMaxParametersBytes));
}

}  // namespace
}  // namespace gcjobs
