#include "server/genesys/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "common/json.h"
#include "server/genesys/kinds/kind_file.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PermissionsTest, ACallIsFoundAsItIsSent) {
  const auto facts = FindCallFacts("POST /api/v2/integrations/actions/custom_-_1%2F2/execute");
  ASSERT_TRUE(facts.has_value());
  EXPECT_THAT(facts->permissions,
              ElementsAre("integrations:action:execute", "bridge:actions:execute"));
  EXPECT_FALSE(facts->needs_all);
  EXPECT_EQ(facts->scope, "integrations:action:execute");
  EXPECT_EQ(facts->about, "action");
  EXPECT_EQ(PermissionPhrase(*facts), "integrations:action:execute or bridge:actions:execute");
}

TEST(PermissionsTest, NamesOfIdsDoNotMatter) {
  const auto facts =
      FindCallFacts("GET /api/v2/analytics/conversations/details/jobs/{upstream_id}");
  ASSERT_TRUE(facts.has_value());
  EXPECT_EQ(facts->about, "job");
}

TEST(PermissionsTest, AWordOfThePathWinsOverAnId) {
  EXPECT_EQ(FindCallFacts("GET /api/v2/integrations/actions/categories")->about, "");
  EXPECT_EQ(FindCallFacts("GET /api/v2/integrations/actions/custom_-_1")->about, "action");
}

TEST(PermissionsTest, SomeCallsNeedAllOfTheirs) {
  const auto facts = FindCallFacts("POST /api/v2/outbound/contactlists/17/export");
  ASSERT_TRUE(facts.has_value());
  EXPECT_TRUE(facts->needs_all);
  EXPECT_EQ(PermissionPhrase(*facts), "outbound:contact:view and outbound:contactList:view");
  EXPECT_EQ(facts->about, "contact list");
}

TEST(PermissionsTest, WhereOnlyGuidesNameAScopeThatIsIt) {
  const auto facts = FindCallFacts("PUT /api/v2/flows/17/dataactions/4");
  ASSERT_TRUE(facts.has_value());
  EXPECT_THAT(facts->permissions, IsEmpty());
  EXPECT_EQ(PermissionPhrase(*facts), "flow:flow:write");
  EXPECT_EQ(facts->about, "flow or data action");
  EXPECT_EQ(FindCallFacts("GET /api/v2/flows/dataactions")->about, "flow");
}

TEST(PermissionsTest, OfOtherCallsNothingIsKnown) {
  EXPECT_FALSE(FindCallFacts("GET /api/v2/nothing/of/that/sort").has_value());
  EXPECT_FALSE(FindCallFacts("TRACE /api/v2/integrations/actions").has_value());
  EXPECT_FALSE(FindCallFacts("").has_value());
}

TEST(PermissionsTest, AllFactsAreWellFormed) {
  const auto found = FindJson(BuiltInPermissions(), {{"calls"}});
  ASSERT_TRUE(found.ok());
  int count = 0;
  (*found)[0]->ForEachMember([&](absl::string_view name, const JsonValue&) {
    const std::string call = JsonUnquote(name);
    const auto facts = FindCallFacts(call);
    ASSERT_TRUE(facts.has_value()) << call;
    EXPECT_NE(PermissionPhrase(*facts), "") << call;
    for (const std::string& permission : facts->permissions) {
      EXPECT_EQ(std::count(permission.begin(), permission.end(), ':'), 2) << call;
    }
    ++count;
  });
  EXPECT_GT(count, 400);
}

// What starts work and asks for permission: what a 403 is most often about.
TEST(PermissionsTest, EachBuiltInKindKnowsWhatItsSubmissionNeeds) {
  const auto kinds = ParseKindFile("job_kinds.json", BuiltInKindFile());
  ASSERT_TRUE(kinds.ok());
  for (const KindSpec& kind : *kinds) {
    const std::string call = kind.submit.method + " " + kind.submit.path;
    EXPECT_TRUE(FindCallFacts(call).has_value()) << kind.name << ": " << call;
  }
}

}  // namespace
}  // namespace gcjobs
