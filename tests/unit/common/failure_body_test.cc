#include "common/failure_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status_conversion.h"

namespace gcjobs {
namespace {

TEST(FailureBodyTest, KeepsTheAnswerByteForByte) {
  const std::string bytes("{\"n\":1.10}\0\xFF", 12);
  const v1::FailureBody body = MakeFailureBody(422, "application/json", bytes);
  EXPECT_EQ(body.http_status(), 422);
  EXPECT_EQ(body.content_type(), "application/json");
  EXPECT_EQ(body.body(), bytes);
  EXPECT_FALSE(body.truncated());
}

TEST(FailureBodyTest, ALongBodyIsCutBetweenCharacters) {
  const std::string whole(kMaxFailureBodyBytes, 'x');
  EXPECT_FALSE(MakeFailureBody(400, "", whole).truncated());
  std::string longer = whole;
  longer.replace(longer.size() - 1, 1, "\xC3\xA9");  // it would be cut in two
  const v1::FailureBody cut = MakeFailureBody(400, "", longer);
  EXPECT_TRUE(cut.truncated());
  EXPECT_EQ(cut.body(), std::string(kMaxFailureBodyBytes - 1, 'x'));
}

TEST(FailureBodyTest, AStrangeContentTypeStaysReadable) {
  const v1::FailureBody body = MakeFailureBody(400, std::string(1000, '\xFF'), "x");
  std::string replaced;
  for (int i = 0; i < 256; ++i) replaced += "\xEF\xBF\xBD";
  EXPECT_EQ(body.content_type(), replaced);
}

TEST(FailureBodyTest, TrimmingMarksWhatItCuts) {
  v1::FailureBody body = MakeFailureBody(400, "", "abcdef");
  TrimFailureBody(6, &body);
  EXPECT_FALSE(body.truncated());
  TrimFailureBody(5, &body);
  EXPECT_EQ(body.body(), "abcde");
  EXPECT_TRUE(body.truncated());
}

TEST(FailureBodyTest, TravelsWithAStatusAsADetail) {
  absl::Status status = absl::InvalidArgumentError("no");
  EXPECT_FALSE(GetFailureBody(status).has_value());
  SetFailureBody(&status, MakeFailureBody(400, "text/plain", "sorry"));
  EXPECT_EQ(GetFailureBody(status)->body(), "sorry");
  const google::rpc::Status proto = ToProto(status);
  v1::FailureBody detail;
  ASSERT_EQ(proto.details_size(), 1);
  ASSERT_TRUE(proto.details(0).UnpackTo(&detail));
  EXPECT_EQ(detail.http_status(), 400);
}

}  // namespace
}  // namespace gcjobs
