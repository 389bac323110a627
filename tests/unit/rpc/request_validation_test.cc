#include "server/rpc/request_validation.h"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "common/utf8.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using ::testing::HasSubstr;

std::string FieldOf(const absl::Status& status) {
  const auto info = GetErrorInfo(status);
  return info && info->metadata().contains("field") ? info->metadata().at("field") : "";
}

auto IsInvalidRequest() { return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"); }

google::protobuf::Duration MakeDuration(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

TEST(RequestValidationTest, ActionIdHas1To256Bytes) {
  EXPECT_THAT(ValidateActionId("a"), IsOk());
  EXPECT_THAT(ValidateActionId(std::string(256, 'a')), IsOk());
  EXPECT_THAT(ValidateActionId(""), IsInvalidRequest());
  EXPECT_THAT(ValidateActionId(std::string(257, 'a')), IsInvalidRequest());
  EXPECT_EQ(FieldOf(ValidateActionId("")), "action_id");
}

TEST(RequestValidationTest, PathSegmentsCannotLeadElsewhere) {
  for (const char* text : {"...", ".a", "a/b", "..%2f", "\xC3\xA9"}) {
    EXPECT_THAT(ValidatePathSegment("f", text), IsOk()) << text;
  }
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string(257, 'a')}) {
    EXPECT_THAT(ValidatePathSegment("f", text), IsInvalidRequest()) << text;
    EXPECT_EQ(FieldOf(ValidatePathSegment("f", text)), "f") << text;
  }
}

TEST(RequestValidationTest, JobIdHas1To64Bytes) {
  EXPECT_THAT(ValidateJobId(std::string(64, 'a')), IsOk());
  EXPECT_THAT(ValidateJobId(""), IsInvalidRequest());
  EXPECT_THAT(ValidateJobId(std::string(65, 'a')), IsInvalidRequest());
  EXPECT_EQ(FieldOf(ValidateJobId("")), "job_id");
}

TEST(RequestValidationTest, ErrorSaysWhatWasWrongAndWhatIsAllowed) {
  EXPECT_EQ(ValidateJobId(std::string(65, 'a')).message(),
            "job_id: must have at most 64 bytes, but has 65");
}

TEST(RequestValidationTest, LabelsAreBounded) {
  Labels labels;
  for (int i = 0; i < 64; ++i) labels[std::to_string(i)] = "";
  labels.erase("0");
  labels[std::string(256, 'k')] = std::string(256, 'v');
  EXPECT_THAT(ValidateLabels("labels", labels), IsOk());
  labels["one more"] = "";
  EXPECT_THAT(ValidateLabels("labels", labels), IsInvalidRequest());
}

TEST(RequestValidationTest, LabelKeysAndValuesAreBounded) {
  Labels empty_key, long_key, long_value;
  empty_key[""] = "v";
  long_key[std::string(257, 'k')] = "v";
  long_value["k"] = std::string(257, 'v');
  for (const Labels& labels : {empty_key, long_key, long_value}) {
    const absl::Status status = ValidateLabels("options.labels", labels);
    EXPECT_THAT(status, IsInvalidRequest());
    EXPECT_EQ(FieldOf(status), "options.labels");
  }
}

TEST(RequestValidationTest, DurationIncludesItsLimits) {
  const auto validate = [](const google::protobuf::Duration& duration) {
    return ValidateDuration("wait", duration, absl::Milliseconds(100), absl::Seconds(60));
  };
  EXPECT_THAT(validate(MakeDuration(0, 100000000)), IsOk());
  EXPECT_THAT(validate(MakeDuration(60, 0)), IsOk());
  EXPECT_THAT(validate(MakeDuration(0, 99999999)), IsInvalidRequest());
  EXPECT_THAT(validate(MakeDuration(60, 1)), IsInvalidRequest());
  EXPECT_THAT(validate(MakeDuration(-1, 0)), IsInvalidRequest());
  EXPECT_EQ(validate(MakeDuration(90, 0)).message(), "wait: must be 100ms to 1m, but is 1m30s");
}

TEST(RequestValidationTest, MalformedDurationIsRefusedWhateverItsValue) {
  for (const auto& duration :
       {MakeDuration(1, -1), MakeDuration(-1, 1), MakeDuration(0, 1000000000),
        MakeDuration(0, -1000000000), MakeDuration(315576000001, 0), MakeDuration(INT64_MIN, 0)}) {
    const absl::Status status =
        ValidateDuration("wait", duration, -absl::InfiniteDuration(), absl::InfiniteDuration());
    EXPECT_THAT(status, IsInvalidRequest());
    EXPECT_THAT(std::string(status.message()), HasSubstr("is not a valid Duration"));
  }
}

TEST(RequestValidationTest, PageSizeHasADefaultAndACap) {
  EXPECT_THAT(PageSize(0), IsOkAndHolds(50));
  EXPECT_THAT(PageSize(1), IsOkAndHolds(1));
  EXPECT_THAT(PageSize(1000), IsOkAndHolds(1000));
  EXPECT_THAT(PageSize(INT32_MAX), IsOkAndHolds(1000));
  EXPECT_THAT(PageSize(-1), IsInvalidRequest());
}

TEST(RequestValidationTest, JsonFieldIsOneObjectWithinItsLimits) {
  const auto validate = [](const std::string& text) {
    return ParseJsonObject("parameters_json", text, 200).status();
  };
  const auto nested = [](int depth) {
    std::string text = "1";
    for (int i = 0; i < depth; ++i) text = "{\"a\":" + text + "}";
    return text;
  };
  EXPECT_THAT(validate(R"( {"n":123456789012345678901234567890.10} )"), IsOk());
  EXPECT_THAT(ParseJsonObject("f", nested(200), 2000).status(), IsOk());
  EXPECT_THAT(validate("{\"a\":\"" + std::string(192, 'x') + "\"}"), IsOk());
  EXPECT_THAT(validate("{\"a\":\"" + std::string(193, 'x') + "\"}"), IsInvalidRequest());
  for (const char* text : {"", " ", "[]", "1", "\"{}\"", "null", "{", "{}{}", "{} x", "{a:1}",
                           "{\"a\":NaN}", "{\"a\":Infinity}", "{'a':1}", "{\"a\":1,}"}) {
    EXPECT_THAT(validate(text), IsInvalidRequest()) << text;
    EXPECT_EQ(FieldOf(validate(text)), "parameters_json") << text;
  }
}

TEST(RequestValidationTest, JsonContainerIsAnObjectOrAnArray) {
  const auto validate = [](const std::string& text) {
    return ParseJsonContainer("body", text, 20).status();
  };
  EXPECT_THAT(validate(R"( {"a":1.10} )"), IsOk());
  EXPECT_THAT(validate("[1,2]"), IsOk());
  for (const std::string& text :
       {std::string(), std::string("1"), std::string("null"), std::string("\"{}\""),
        std::string("[1"), std::string("{}[]"), "[" + std::string(19, ' ') + "]"}) {
    EXPECT_THAT(validate(text), IsInvalidRequest()) << text;
    EXPECT_EQ(FieldOf(validate(text)), "body") << text;
  }
}

TEST(RequestValidationTest, TimestampsKeepTheirRange) {
  google::protobuf::Timestamp time;
  EXPECT_THAT(ValidateTimestamp("at", time), IsOk());
  time.set_nanos(1000000000);
  EXPECT_THAT(ValidateTimestamp("at", time), IsInvalidRequest());
  EXPECT_EQ(FieldOf(ValidateTimestamp("at", time)), "at");
}

class FilterValidationTest : public ::testing::Test {
 protected:
  absl::Status Validate() { return ValidateFilter(filter_, orgs_); }

  const OrgNames orgs_{{"main", "test"}, "main"};
  v1::JobFilter filter_;
};

TEST_F(FilterValidationTest, EmptyAndFullFiltersAreGood) {
  EXPECT_THAT(Validate(), IsOk());
  filter_.add_orgs("main");
  for (int state = v1::JOB_STATE_QUEUED; state <= v1::JOB_STATE_OUTCOME_UNKNOWN; ++state) {
    filter_.add_states(static_cast<v1::JobState>(state));
  }
  filter_.add_kinds("a.kind.nobody.knows");
  filter_.set_action_id("a");
  (*filter_.mutable_labels())["k"] = "v";
  *filter_.mutable_create_time_after() = ToProto(absl::UnixEpoch());
  *filter_.mutable_create_time_before() = ToProto(absl::UnixEpoch());
  EXPECT_THAT(Validate(), IsOk());
}

TEST_F(FilterValidationTest, UnknownOrgIsRefusedAsSuch) {
  filter_.add_orgs("main");
  filter_.add_orgs("nobody");
  EXPECT_THAT(Validate(), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
}

struct BadFilter {
  const char* field;
  std::function<void(v1::JobFilter*)> spoil;
};

TEST_F(FilterValidationTest, EachBadFieldIsNamed) {
  const std::vector<BadFilter> cases = {
      {"filter.states", [](auto* f) { f->add_states(v1::JOB_STATE_UNSPECIFIED); }},
      {"filter.states", [](auto* f) { f->add_states(static_cast<v1::JobState>(8)); }},
      {"filter.states", [](auto* f) { f->add_states(static_cast<v1::JobState>(-1)); }},
      {"filter.states",
       [](auto* f) {
         for (int i = 0; i <= 100; ++i) f->add_states(v1::JOB_STATE_QUEUED);
       }},
      {"filter.orgs",
       [](auto* f) {
         for (int i = 0; i <= 100; ++i) f->add_orgs("main");
       }},
      {"filter.kinds",
       [](auto* f) {
         for (int i = 0; i <= 100; ++i) f->add_kinds("k");
       }},
      {"filter.kinds", [](auto* f) { f->add_kinds(""); }},
      {"filter.kinds", [](auto* f) { f->add_kinds(std::string(257, 'k')); }},
      {"filter.action_id", [](auto* f) { f->set_action_id(std::string(257, 'a')); }},
      {"filter.labels", [](auto* f) { (*f->mutable_labels())[""] = "v"; }},
      {"filter.create_time_after", [](auto* f) { f->mutable_create_time_after()->set_nanos(-1); }},
      {"filter.create_time_before",
       [](auto* f) { f->mutable_create_time_before()->set_seconds(INT64_MAX); }},
  };
  for (const BadFilter& bad : cases) {
    filter_.Clear();
    bad.spoil(&filter_);
    EXPECT_THAT(Validate(), IsInvalidRequest()) << bad.field;
    EXPECT_EQ(FieldOf(Validate()), bad.field);
  }
}

TEST(QuoteTest, ShortTextIsWhole) {
  EXPECT_EQ(Excerpt("custom_-_1a2b"), "custom_-_1a2b");
  EXPECT_EQ(Excerpt(std::string(64, 'a')), std::string(64, 'a'));
}

TEST(QuoteTest, LongTextIsCut) {
  EXPECT_EQ(Excerpt(std::string(1 << 20, 'a')), std::string(64, 'a') + "...");
  EXPECT_EQ(Excerpt("abcdef", 3), "abc...");
}

TEST(QuoteTest, CutsBetweenCharactersNotWithin) {
  const std::string text = std::string(63, 'a') + "\xe2\x82\xac and more";  // a euro sign
  EXPECT_EQ(Excerpt(text), std::string(63, 'a') + "...");
  EXPECT_TRUE(IsValidUtf8(Excerpt(text)));
}

TEST(QuoteTest, EscapesControlCharactersAndQuotes) {
  EXPECT_EQ(Quote("a\nb\"c\x01"), "\"a\\nb\\\"c\\001\"");
  EXPECT_EQ(Quote("\xc3\xa4"), "\"\xc3\xa4\"");
}

}  // namespace
}  // namespace gcjobs
