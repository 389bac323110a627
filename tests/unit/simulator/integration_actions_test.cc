#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/action_catalog.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

constexpr char kActions[] = "/api/v2/integrations/actions";

std::string Lookup() { return absl::StrCat(kActions, "/", sim::WellKnownActionId(1)); }

TEST(IntegrationActionsTest, APageBehindTheEndIsEmpty) {
  SimHarness sim;
  const sim::RawObject listing =
      SimHarness::Json(sim.Call("GET", absl::StrCat(kActions, "?pageNumber=99")));
  EXPECT_EQ(*listing.Find("entities"), "[]");
  EXPECT_FALSE(listing.Has("nextUri"));
  EXPECT_TRUE(listing.Has("previousUri"));
}

TEST(IntegrationActionsTest, RejectsBadPages) {
  SimHarness sim;
  for (const char* query : {"pageSize=0", "pageSize=101", "pageSize=x", "pageNumber=0"}) {
    EXPECT_EQ(sim.Call("GET", absl::StrCat(kActions, "?", query)).response.status, 400) << query;
  }
}

TEST(IntegrationActionsTest, IdsArePercentDecoded) {
  SimHarness sim;
  EXPECT_EQ(sim.Call("GET", absl::StrCat(kActions, "/static%5FcreateCallback")).response.status,
            200);
  EXPECT_EQ(sim.Call("GET", absl::StrCat(kActions, "/static%2FcreateCallback")).response.status,
            404);
}

TEST(IntegrationActionsTest, PatchKeepsTheTextOfWhatItWasSent) {
  SimHarness sim;
  const std::string config = R"({"timeoutSeconds": 42, "x": [1.10, 12345678901234567890] })";
  const sim::Reply reply =
      sim.Call("PATCH", Lookup(), absl::StrCat(R"({"version":1,"config":)", config, "}"));
  EXPECT_EQ(reply.response.status, 200);
  const sim::RawObject stored =
      sim.Control("GET", absl::StrCat("/__sim/actions/", sim::WellKnownActionId(1)));
  EXPECT_EQ(*stored.Find("config"), config);
  EXPECT_THAT(stored.GetInt("version"), Optional(2));
  EXPECT_THAT(stored.GetString("name"), Optional(std::string("Look Up Customer")));
  EXPECT_EQ(SimHarness::Json(reply).ToString(), stored.ToString());
}

TEST(IntegrationActionsTest, BadPatchesChangeNothing) {
  SimHarness sim;
  for (const std::string& body :
       {std::string("{"), std::string("{}"), std::string(R"({"version":"1"})"),
        std::string(R"({"version":1,"config":{"timeoutSeconds":0}})"),
        std::string(R"({"version":1,"config":{"timeoutSeconds":61}})"),
        std::string(R"({"version":1,"config":{"timeoutSeconds":1.5}})"),
        std::string(R"({"version":1,"config":[]})"), std::string(R"({"version":1,"category":1})"),
        absl::StrCat(R"({"version":1,"name":")", std::string(257, 'x'), R"("})")}) {
    EXPECT_EQ(sim.Call("PATCH", Lookup(), body).response.status, 400) << body;
  }
  EXPECT_THAT(SimHarness::Json(sim.Call("GET", Lookup())).GetInt("version"), Optional(1));
  EXPECT_EQ(sim.Call("PATCH", absl::StrCat(kActions, "/none"), R"({"version":1})").response.status,
            404);
}

TEST(ActionCatalogTest, TheSeedMakesTheActions) {
  const auto ids = [](uint64_t seed) {
    std::vector<std::string> all;
    for (const auto& document : sim::ActionCatalog(seed).documents().All()) {
      all.push_back(document.id);
    }
    return all;
  };
  EXPECT_EQ(ids(5), ids(5));
  EXPECT_NE(ids(5), ids(6));
  EXPECT_EQ(ids(5)[0], ids(6)[0]);  // the well-known ones
}

TEST(ActionCatalogTest, IdsAreUniqueAndOfBothKinds) {
  std::set<std::string> ids;
  int built_in = 0;
  for (const auto& document : sim::ActionCatalog(1).documents().All()) {
    EXPECT_TRUE(ids.insert(document.id).second);
    built_in += absl::StartsWith(document.id, "static_") ? 1 : 0;
    EXPECT_TRUE(absl::StartsWith(document.id, "static_") ||
                absl::StartsWith(document.id, "custom_-_"));
  }
  EXPECT_GE(ids.size(), 36u);
  EXPECT_GE(built_in, 3);
}

TEST(ActionCatalogTest, OneActionCanHaveALawOfItsOwn) {
  sim::ActionCatalog actions(1);
  const sim::DurationLaw law = *sim::DurationLaw::Parse("constant:7");
  EXPECT_TRUE(actions.SetDurations("Look Up Customer", law).ok());
  EXPECT_EQ(actions.BehaviourOf(sim::WellKnownActionId(1)).durations->spec(), "constant:7");
  EXPECT_TRUE(actions.SetDurations("static_createCallback", law).ok());
  EXPECT_EQ(actions.SetDurations("nobody", law).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace gcjobs::testing
