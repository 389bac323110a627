#include "server/rpc/submit/submit_options.h"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::StatusIs;

using Change = std::function<void(v1::SubmitOptions*)>;

struct BadOptions {
  const char* field;
  const char* what;
  Change spoil;
};

TEST(SubmitOptionsTest, EveryLimitIsAllowed) {
  const std::vector<Change> changes = {
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
    v1::SubmitOptions options;
    changes[i](&options);
    EXPECT_THAT(ValidateSubmitOptions(options), IsOk()) << "case " << i;
  }
}

TEST(SubmitOptionsTest, EachBadFieldIsNamed) {
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
    v1::SubmitOptions options;
    bad.spoil(&options);
    const absl::Status status = ValidateSubmitOptions(options);
    ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"))
        << bad.field << " " << bad.what;
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), bad.field) << bad.what;
  }
}

}  // namespace
}  // namespace gcjobs
