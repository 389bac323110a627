#include "server/rpc/submit/struct_json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

#include "common/error_info.h"
#include "server/rpc/request_limits.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;
using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::HasSubstr;

constexpr size_t kPlenty = 1 << 20;

Struct WithNumber(double number) {
  Struct object;
  (*object.mutable_fields())["n"].set_number_value(number);
  return object;
}

std::string NumberText(double number) {
  const auto json = StructToJson("p", WithNumber(number), kPlenty);
  return json.ok() ? json->substr(5, json->size() - 6) : json.status().ToString();
}

// {"a":{"a":...{}}}, `depth` objects.
Struct NestedObjects(int depth) {
  Struct object;
  if (depth > 1) {
    *(*object.mutable_fields())["a"].mutable_struct_value() = NestedObjects(depth - 1);
  }
  return object;
}

TEST(StructJsonTest, EmptyStruct) {
  EXPECT_THAT(StructToJson("p", Struct(), kPlenty), IsOkAndHolds("{}"));
}

TEST(StructJsonTest, KeysAreSortedByTheirBytes) {
  Struct object;
  for (const char* key : {"b", "a", "B", "\xc3\xa4", "aa", ""}) {
    (*object.mutable_fields())[key].set_bool_value(true);
  }
  EXPECT_THAT(StructToJson("p", object, kPlenty),
              IsOkAndHolds(R"({"":true,"B":true,"a":true,"aa":true,"b":true,"ä":true})"));
}

TEST(StructJsonTest, EveryKindOfValue) {
  Struct object;
  auto& fields = *object.mutable_fields();
  fields["null"].set_null_value(google::protobuf::NULL_VALUE);
  fields["bool"].set_bool_value(false);
  fields["text"].set_string_value("a\"\\\n\x01/ä");
  fields["list"].mutable_list_value()->add_values()->set_number_value(1);
  *fields["list"].mutable_list_value()->add_values()->mutable_struct_value() = WithNumber(2);
  fields["none"].mutable_list_value();
  EXPECT_THAT(StructToJson("p", object, kPlenty),
              IsOkAndHolds(R"({"bool":false,"list":[1,{"n":2}],"none":[],"null":null,)"
                           R"("text":"a\"\\\n\u0001/ä"})"));
}

TEST(StructJsonTest, IntegersUpTo2To53ArePlain) {
  EXPECT_EQ(NumberText(0), "0");
  EXPECT_EQ(NumberText(-0.0), "0");
  EXPECT_EQ(NumberText(1), "1");
  EXPECT_EQ(NumberText(-7), "-7");
  EXPECT_EQ(NumberText(1e15), "1000000000000000");
  EXPECT_EQ(NumberText(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(NumberText(-9007199254740992.0), "-9007199254740992");
}

TEST(StructJsonTest, OtherNumbersAreTheShortestThatReadBackTheSame) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(-1.5), "-1.5");
  EXPECT_EQ(NumberText(1e22), "1e+22");
  EXPECT_EQ(NumberText(5e-324), "5e-324");
  for (const double number :
       {1.0 / 3, 1e300, 123456.789e-20, 9007199254740994.0, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(std::stod(NumberText(number)), number);
  }
}

TEST(StructJsonTest, NanAndInfinityAreRefusedWithTheirPlace) {
  Struct object;
  auto* items = (*object.mutable_fields())["items"].mutable_list_value();
  items->add_values()->set_number_value(1);
  *items->add_values()->mutable_struct_value() = WithNumber(std::nan(""));
  const auto status = StructToJson("parameters", object, kPlenty).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("parameters.items[1].n: is nan"));

  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(NumberText(infinity), HasSubstr("p.n: is inf"));
  EXPECT_THAT(NumberText(-infinity), HasSubstr("p.n: is -inf"));
}

TEST(StructJsonTest, ValueThatHoldsNothingIsRefused) {
  Struct object;
  (*object.mutable_fields())["gap"];
  const auto status = StructToJson("p", object, kPlenty).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("p.gap"));
}

TEST(StructJsonTest, DepthIsBounded) {
  EXPECT_THAT(StructToJson("p", NestedObjects(kMaxJsonDepth), kPlenty), IsOk());
  EXPECT_THAT(StructToJson("p", NestedObjects(kMaxJsonDepth + 1), kPlenty),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST(StructJsonTest, ListsCountAsLevels) {
  Struct object;
  Value* innermost = &(*object.mutable_fields())["a"];
  for (int level = 2; level <= kMaxJsonDepth; ++level) {
    innermost = innermost->mutable_list_value()->add_values();
  }
  innermost->set_bool_value(true);
  EXPECT_THAT(StructToJson("p", object, kPlenty), IsOk());
  innermost->mutable_list_value();
  EXPECT_THAT(StructToJson("p", object, kPlenty),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST(StructJsonTest, SizeIsBounded) {
  Struct object;
  (*object.mutable_fields())["a"].set_string_value(std::string(92, 'x'));  // 100 bytes of JSON
  EXPECT_THAT(StructToJson("p", object, 100), IsOk());
  EXPECT_THAT(StructToJson("p", object, 99),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

// Errors travel in trailers, which are small.
TEST(StructJsonTest, ErrorForHugeKeysIsSmall) {
  Struct object = WithNumber(std::nan(""));
  for (int level = 0; level < 20; ++level) {
    Struct outer;
    *(*outer.mutable_fields())[std::string(10000, 'k')].mutable_struct_value() = object;
    object = outer;
  }
  EXPECT_LT(StructToJson("p", object, kPlenty).status().message().size(), 400);
}

}  // namespace
}  // namespace gcjobs
