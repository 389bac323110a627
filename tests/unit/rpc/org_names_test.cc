#include "server/rpc/org_names.h"

#include <gmock/gmock.h>

#include "common/error_info.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::IsOkAndHolds;
using ::gcjobs::testing::StatusIs;

TEST(OrgNamesTest, EmptyMeansTheDefault) {
  const OrgNames orgs({"main", "test"}, "main");
  EXPECT_THAT(orgs.Resolve(""), IsOkAndHolds("main"));
  EXPECT_THAT(orgs.Resolve("test"), IsOkAndHolds("test"));
}

TEST(OrgNamesTest, UnknownIsRefusedByName) {
  const OrgNames orgs({"main"}, "main");
  const absl::Status status = orgs.Resolve("mian").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("org"), "mian");
  EXPECT_THAT(orgs.Check(""), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
  EXPECT_THAT(orgs.Check("main"), IsOk());
}

TEST(OrgNamesTest, WithoutDefaultEveryRequestNamesIts) {
  const OrgNames orgs({"a", "b"}, "");
  EXPECT_THAT(orgs.Resolve(""), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
  EXPECT_THAT(orgs.Resolve("b"), IsOkAndHolds("b"));
}

}  // namespace
}  // namespace gcjobs
