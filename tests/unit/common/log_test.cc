#include "common/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <limits>

namespace gcjobs {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixMicros(1700000000123456);

std::string Text(std::initializer_list<LogField> fields) {
  return FormatLogLine(LogFormat::kText, kNow, LogLevel::kInfo, "tick", fields);
}

std::string Json(std::initializer_list<LogField> fields) {
  return FormatLogLine(LogFormat::kJson, kNow, LogLevel::kInfo, "tick", fields);
}

// What a JSON reader finds under "f"; fails when the line is no JSON.
rapidjson::Document ReadField(const LogField& field) {
  rapidjson::Document line;
  line.Parse(Json({field}).c_str());
  EXPECT_FALSE(line.HasParseError()) << Json({field});
  rapidjson::Document value;
  if (line.IsObject() && line.HasMember("f")) value.CopyFrom(line["f"], value.GetAllocator());
  return value;
}

TEST(LogFormatTest, ATextLineHasTimeLevelEventAndFields) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kNow, LogLevel::kWarning, "job_transition",
                          {{"job_id", "17"}, {"attempt", 2}, {"final", true}}),
            "2023-11-14T22:13:20.123456Z warning job_transition job_id=17 attempt=2 final=true");
}

TEST(LogFormatTest, AJsonLineHasTheSame) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kNow, LogLevel::kError, "job_transition",
                          {{"job_id", "17"}, {"attempt", 2}, {"final", false}}),
            R"({"time":"2023-11-14T22:13:20.123456Z","level":"error","event":"job_transition",)"
            R"("job_id":"17","attempt":2,"final":false})");
}

TEST(LogFormatTest, ALineWithoutFieldsEndsWithItsEvent) {
  EXPECT_THAT(Text({}), EndsWith(" info tick"));
  EXPECT_THAT(Json({}), EndsWith(R"("event":"tick"})"));
}

TEST(LogFormatTest, ATextValueThatIsNoSingleWordIsQuoted) {
  EXPECT_THAT(Text({{"f", "two words"}}), EndsWith(R"( f="two words")"));
  EXPECT_THAT(Text({{"f", "a=b"}}), EndsWith(R"( f="a=b")"));
  EXPECT_THAT(Text({{"f", "say \"hi\""}}), EndsWith(R"( f="say \"hi\"")"));
  EXPECT_THAT(Text({{"f", ""}}), EndsWith(R"( f="")"));
  EXPECT_THAT(Text({{"f", "C:\\x"}}), EndsWith(R"( f=C:\x)"));
}

TEST(LogFormatTest, AValueCannotForgeASecondLine) {
  const std::string forged = "x\n2023-11-14T22:13:20Z error forged\r\x1B[31m";
  EXPECT_EQ(Text({{"f", forged}}).find_first_of("\n\r\x1B"), std::string::npos);
  EXPECT_EQ(Json({{"f", forged}}).find_first_of("\n\r\x1B"), std::string::npos);
}

TEST(LogFormatTest, AJsonReaderGetsTheTextBack) {
  const std::string text = std::string("q\" b\\ n\n t\t nul\0 \xE2\x82\xAC", 20);
  const rapidjson::Document value = ReadField({"f", text});
  ASSERT_TRUE(value.IsString());
  EXPECT_EQ(std::string(value.GetString(), value.GetStringLength()), text);
}

TEST(LogFormatTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_THAT(Text({{"f", "a\xFFz"}}), EndsWith(" f=a\xEF\xBF\xBDz"));
  EXPECT_THAT(Json({{"f", "a\xFFz"}}), EndsWith("\"f\":\"a\xEF\xBF\xBDz\"}"));
}

TEST(LogFormatTest, KeysAreEscapedInJson) {
  EXPECT_THAT(Json({{"a\"b", 1}}), HasSubstr(R"("a\"b":1)"));
}

TEST(LogFormatTest, IntegersKeepAllTheirDigits) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  const uint64_t most = std::numeric_limits<uint64_t>::max();
  EXPECT_THAT(Text({{"f", least}}), EndsWith(" f=-9223372036854775808"));
  EXPECT_THAT(Json({{"f", most}}), EndsWith(R"("f":18446744073709551615})"));
}

TEST(LogFormatTest, ADurationIsANumberOfSeconds) {
  EXPECT_THAT(Text({{"f", absl::Milliseconds(1500)}}), EndsWith(" f=1.5"));
  EXPECT_THAT(Json({{"f", absl::ZeroDuration()}}), EndsWith(R"("f":0})"));
  EXPECT_DOUBLE_EQ(ReadField({"f", absl::Microseconds(-1)}).GetDouble(), -1e-6);
  EXPECT_DOUBLE_EQ(ReadField({"f", absl::Milliseconds(123456789)}).GetDouble(), 123456.789);
}

TEST(LogFormatTest, AnInfiniteDurationIsNullInJson) {
  for (const absl::Duration& infinite : {absl::InfiniteDuration(), -absl::InfiniteDuration()}) {
    EXPECT_TRUE(ReadField({"f", infinite}).IsNull());
    EXPECT_THAT(Text({{"f", infinite}}), EndsWith("inf"));
  }
}

TEST(LogFormatTest, AStatusShowsCodeAndMessage) {
  EXPECT_THAT(Text({{"f", absl::NotFoundError("no job")}}), EndsWith(R"( f="NOT_FOUND: no job")"));
  EXPECT_THAT(Json({{"f", absl::OkStatus()}}), EndsWith(R"("f":"OK: "})"));
}

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { ConfigureLog(LogLevel::kInfo, LogFormat::kText); }

  template <typename Body>
  static std::string CaptureStderr(const Body& body) {
    ::testing::internal::CaptureStderr();
    body();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesOneLineToStderrAsItIs) {
  const std::string written = CaptureStderr([] {
    Log(LogLevel::kInfo, "tick", {{"f", "{} %s %v"}});
  });
  EXPECT_THAT(written, EndsWith(" info tick f=\"{} %s %v\"\n"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  ConfigureLog(LogLevel::kWarning, LogFormat::kText);
  const std::string written = CaptureStderr([] {
    Log(LogLevel::kInfo, "quiet");
    Log(LogLevel::kWarning, "loud");
  });
  EXPECT_THAT(written, EndsWith(" warning loud\n"));
  EXPECT_EQ(written.find("quiet"), std::string::npos);
}

TEST_F(LogTest, WritesJsonWhenAsked) {
  ConfigureLog(LogLevel::kDebug, LogFormat::kJson);
  const std::string written = CaptureStderr([] { Log(LogLevel::kDebug, "tick", {{"n", 1}}); });
  EXPECT_THAT(written, EndsWith("\"level\":\"debug\",\"event\":\"tick\",\"n\":1}\n"));
}

}  // namespace
}  // namespace gcjobs
