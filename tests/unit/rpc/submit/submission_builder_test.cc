#include "server/rpc/submit/submission_builder.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/submit/test_kinds.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

class SubmissionBuilderTest : public ::testing::Test {
 protected:
  SubmissionBuilderTest() { request_.set_action_id("custom_-_1"); }

  absl::StatusOr<JobSubmission> Build() { return Builder().Build(request_, "alice"); }
  // REQUIRES: the request is good.
  JobSubmission Submission() { return Build().value(); }
  std::string Fingerprint() { return Submission().record.fingerprint(); }

  SubmissionBuilder Builder() {
    return SubmissionBuilder(defaults_, OrgNames({"main", "test"}, "main"), &kinds_, {});
  }

  const JobKindRegistry kinds_{gcjobs::testing::BuiltInKinds()};
  SubmitDefaults defaults_;
  v1::SubmitActionRequest request_;
};

// The record's job is what validate_only shows: it has no id and no times.
TEST_F(SubmissionBuilderTest, BareRequestGetsTheDefaults) {
  const JobSubmission submission = Submission();
  EXPECT_EQ(submission.wait, absl::Seconds(2));
  EXPECT_EQ(FromProto(submission.record.job().execution_timeout()), absl::Hours(24));
  EXPECT_EQ(submission.payload.body(), "{}");
  const v1::Job& job = submission.record.job();
  EXPECT_EQ(job.id(), "");
  EXPECT_FALSE(job.has_create_time());
  EXPECT_EQ(job.state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(job.org(), "main");
  EXPECT_EQ(job.kind(), "action.async");
  EXPECT_EQ(job.action_id(), "custom_-_1");
  EXPECT_EQ(job.created_by(), "alice");
  EXPECT_EQ(FromProto(submission.record.retention()), absl::Hours(24 * 7));
  EXPECT_EQ(submission.record.guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_FALSE(submission.record.job().has_poll());
  EXPECT_EQ(submission.record.poll_class(), "action.async/custom_-_1");
}

TEST_F(SubmissionBuilderTest, DefaultsAreTheServersSettings) {
  defaults_.wait = absl::Seconds(5);
  defaults_.execution_timeout = absl::Hours(1);
  defaults_.retention = absl::Hours(2);
  const JobSubmission submission = Submission();
  EXPECT_EQ(submission.wait, absl::Seconds(5));
  EXPECT_EQ(FromProto(submission.record.job().execution_timeout()), absl::Hours(1));
  EXPECT_EQ(FromProto(submission.record.retention()), absl::Hours(2));
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

  const JobSubmission submission = Submission();
  const store::StoredJob& record = submission.record;
  EXPECT_EQ(submission.wait, absl::ZeroDuration());
  EXPECT_EQ(FromProto(submission.record.job().execution_timeout()), absl::Minutes(3));
  EXPECT_EQ(record.job().org(), "test");
  EXPECT_EQ(record.job().request_id(), "r1");
  EXPECT_EQ(record.job().labels().at("team"), "blue");
  EXPECT_EQ(FromProto(record.retention()), absl::Hours(4));
  EXPECT_EQ(record.guarantee(), v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE);
  EXPECT_EQ(record.job().poll().max_attempts(), 7);
}

TEST_F(SubmissionBuilderTest, ParametersJsonIsKeptByteForByte) {
  request_.set_parameters_json("{ \"n\" : 12345678901234567890.10,\n\"n\":1 }");
  EXPECT_EQ(Submission().payload.body(), request_.parameters_json());
}

TEST_F(SubmissionBuilderTest, StructBecomesCanonicalJson) {
  auto& fields = *request_.mutable_parameters()->mutable_fields();
  fields["b"].set_number_value(2);
  fields["a"].set_string_value("x");
  EXPECT_EQ(Submission().payload.body(), R"({"a":"x","b":2})");
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
  EXPECT_EQ(Submission().record.job().kind(), "action.direct");
  request_.clear_mode();
  defaults_.action_mode = v1::ACTION_MODE_DIRECT;
  const store::StoredJob record = Submission().record;
  EXPECT_EQ(record.job().kind(), "action.direct");
  EXPECT_EQ(record.job().action_id(), "custom_-_1");
  EXPECT_EQ(record.guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  request_.set_mode(v1::ACTION_MODE_ASYNC);
  EXPECT_EQ(Submission().record.job().kind(), "action.async");
}

// Stored with the job: another value would turn every repeated request after
// an upgrade into REQUEST_ID_REUSED.
TEST_F(SubmissionBuilderTest, FingerprintStaysTheSameForEver) {
  request_.set_parameters_json(R"({"a":1})");
  EXPECT_EQ(Fingerprint(), "498d7f6e8b3e0ba180e5ca55c55f5b52a0fa0577111bff241f4d9ec8a31fb8c9");
  request_.set_mode(v1::ACTION_MODE_DIRECT);
  EXPECT_EQ(Fingerprint(), "be181844b54bb1dc8baf1f32876f209bfd77f70452986875522df8d7dc1a1bac");
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

using OptionsChange = std::function<void(v1::SubmitOptions*)>;

struct BadOptions {
  const char* field;
  const char* what;
  OptionsChange spoil;
};

TEST_F(SubmissionBuilderTest, EveryLimitOfTheOptionsIsAllowed) {
  const std::vector<OptionsChange> changes = {
      [](auto*) {},
      [](auto* o) { o->set_request_id(std::string(128, '~')); },
      [](auto* o) { o->set_request_id("with a blank!"); },
      [](auto* o) { *o->mutable_execution_timeout() = ToProto(absl::Seconds(1)); },
      [](auto* o) { *o->mutable_execution_timeout() = ToProto(absl::Hours(24 * 30)); },
      [](auto* o) { *o->mutable_retention() = ToProto(absl::ZeroDuration()); },
      [](auto* o) { *o->mutable_retention() = ToProto(absl::Hours(24 * 366)); },
      [](auto* o) { o->mutable_wait(); },
      [](auto* o) { *o->mutable_wait() = ToProto(absl::Seconds(60)); },
      [](auto* o) { o->set_submit_guarantee(v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE); },
      [](auto* o) { o->mutable_poll(); },
      [](auto* o) {
        *o->mutable_poll()->mutable_initial_interval() = ToProto(absl::Milliseconds(100));
        *o->mutable_poll()->mutable_max_interval() = ToProto(absl::Milliseconds(100));
      },
      [](auto* o) { *o->mutable_poll()->mutable_initial_interval() = ToProto(absl::Hours(1)); },
      [](auto* o) { o->mutable_poll()->set_max_attempts(INT32_MAX); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    request_.clear_options();
    changes[i](request_.mutable_options());
    EXPECT_THAT(Build(), IsOk()) << "case " << i;
  }
}

TEST_F(SubmissionBuilderTest, EachBadOptionIsNamed) {
  const std::vector<BadOptions> cases = {
      {"options.request_id", "too long", [](auto* o) { o->set_request_id(std::string(129, 'a')); }},
      {"options.request_id", "control character", [](auto* o) { o->set_request_id("a\tb"); }},
      {"options.request_id", "not ASCII", [](auto* o) { o->set_request_id("ä"); }},
      {"options.request_id", "DEL", [](auto* o) { o->set_request_id("\x7f"); }},
      {"options.labels", "empty key", [](auto* o) { (*o->mutable_labels())[""] = ""; }},
      {"options.execution_timeout", "zero", [](auto* o) { o->mutable_execution_timeout(); }},
      {"options.execution_timeout", "too short",
       [](auto* o) { *o->mutable_execution_timeout() = ToProto(absl::Milliseconds(999)); }},
      {"options.execution_timeout", "too long",
       [](auto* o) {
         *o->mutable_execution_timeout() = ToProto(absl::Hours(24 * 30) + absl::Nanoseconds(1));
       }},
      {"options.retention", "negative",
       [](auto* o) { *o->mutable_retention() = ToProto(-absl::Nanoseconds(1)); }},
      {"options.retention", "too long",
       [](auto* o) { *o->mutable_retention() = ToProto(absl::Hours(24 * 367)); }},
      {"options.wait", "negative", [](auto* o) { o->mutable_wait()->set_seconds(-1); }},
      {"options.wait", "too long", [](auto* o) { o->mutable_wait()->set_seconds(61); }},
      {"options.wait", "signs differ",
       [](auto* o) {
         o->mutable_wait()->set_seconds(1);
         o->mutable_wait()->set_nanos(-1);
       }},
      {"options.submit_guarantee", "no such value",
       [](auto* o) { o->set_submit_guarantee(static_cast<v1::SubmitGuarantee>(3)); }},
      {"options.poll.initial_interval", "too short",
       [](auto* o) {
         *o->mutable_poll()->mutable_initial_interval() = ToProto(absl::Milliseconds(99));
       }},
      {"options.poll.initial_interval", "too long",
       [](auto* o) { o->mutable_poll()->mutable_initial_interval()->set_seconds(3601); }},
      {"options.poll.max_interval", "zero",
       [](auto* o) { o->mutable_poll()->mutable_max_interval(); }},
      {"options.poll.max_interval", "below the initial one",
       [](auto* o) {
         o->mutable_poll()->mutable_initial_interval()->set_seconds(2);
         o->mutable_poll()->mutable_max_interval()->set_seconds(1);
       }},
      {"options.poll.max_attempts", "negative",
       [](auto* o) { o->mutable_poll()->set_max_attempts(-1); }},
  };
  for (const BadOptions& bad : cases) {
    request_.clear_options();
    bad.spoil(request_.mutable_options());
    const absl::Status status = Build().status();
    ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << bad.field << " " << bad.what;
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), bad.field) << bad.what;
  }
}

}  // namespace
}  // namespace gcjobs
