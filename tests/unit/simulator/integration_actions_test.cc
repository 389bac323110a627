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

TEST(IntegrationActionsTest, FollowingNextUriSeesEveryActionOnce) {
  SimHarness sim;
  std::set<std::string> pages;
  int64_t entities = 0;
  std::string uri = absl::StrCat(kActions, "?pageSize=10");
  int64_t total = 0;
  while (!uri.empty()) {
    const sim::Reply reply = sim.Call("GET", uri);
    const sim::RawObject listing = SimHarness::Json(reply);
    EXPECT_TRUE(pages.insert(*listing.Find("entities")).second);
    for (size_t at = 0; (at = reply.response.body.find("\"version\":", at)) != std::string::npos;
         ++at) {
      ++entities;
    }
    total = *listing.GetInt("total");
    uri = listing.GetString("nextUri").value_or("");
  }
  EXPECT_GE(total, 36);
  EXPECT_EQ(entities, total);
}

TEST(IntegrationActionsTest, APageBehindTheEndIsEmpty) {
  SimHarness sim;
  const sim::RawObject listing =
      SimHarness::Json(sim.Call("GET", absl::StrCat(kActions, "?pageNumber=99")));
  EXPECT_EQ(*listing.Find("entities"), "[]");
  EXPECT_FALSE(listing.Has("nextUri"));
  EXPECT_TRUE(listing.Has("previousUri"));
}

TEST(IntegrationActionsTest, FiltersByPartOfTheNameInAnyCase) {
  SimHarness sim;
  const sim::Reply reply = sim.Call("GET", absl::StrCat(kActions, "?name=UP%20cust"));
  EXPECT_THAT(SimHarness::Json(reply).GetInt("total"), Optional(1));
  EXPECT_THAT(reply.response.body, HasSubstr("Look Up Customer"));
  EXPECT_THAT(reply.response.body, HasSubstr("name=UP%20cust"));  // in its URIs
}

TEST(IntegrationActionsTest, FiltersByCategoryIdsAndSecure) {
  SimHarness sim;
  const auto total = [&](const std::string& query) {
    return SimHarness::Json(sim.Call("GET", absl::StrCat(kActions, "?", query))).GetInt("total");
  };
  EXPECT_THAT(total("category=Demo%20Data%20Actions"), Optional(7));
  EXPECT_THAT(total(absl::StrCat("ids=static_createCallback,x,", sim::WellKnownActionId(2))),
              Optional(2));
  EXPECT_THAT(total("secure=true"), Optional(0));
}

TEST(IntegrationActionsTest, SortsByAMemberOfTheRoot) {
  SimHarness sim;
  const std::string query = "?category=Demo%20Data%20Actions&pageSize=1&sortBy=name";
  EXPECT_THAT(sim.Call("GET", kActions + query).response.body, HasSubstr("Charge Card"));
  EXPECT_THAT(sim.Call("GET", kActions + query + "&sortOrder=DESC").response.body,
              HasSubstr("Sync Inventory"));
}

TEST(IntegrationActionsTest, RejectsBadPages) {
  SimHarness sim;
  for (const char* query : {"pageSize=0", "pageSize=101", "pageSize=x", "pageNumber=0"}) {
    EXPECT_EQ(sim.Call("GET", absl::StrCat(kActions, "?", query)).response.status, 400) << query;
  }
}

TEST(IntegrationActionsTest, ConfigAndContractAreShownOnRequest) {
  SimHarness sim;
  const sim::RawObject plain = SimHarness::Json(sim.Call("GET", Lookup()));
  EXPECT_FALSE(plain.Has("config"));
  EXPECT_FALSE(plain.Has("contract"));
  const sim::RawObject whole =
      SimHarness::Json(sim.Call("GET", Lookup() + "?includeConfig=true&expand=contract"));
  EXPECT_THAT(whole.GetObject("config")->GetInt("timeoutSeconds"), Optional(3));
  EXPECT_TRUE(whole.Has("contract"));
}

TEST(IntegrationActionsTest, FlattenedSchemasStandInMembersOfTheirOwn) {
  SimHarness sim;
  const sim::RawObject flat =
      SimHarness::Json(sim.Call("GET", Lookup() + "?expand=other,contract&flatten=true"));
  const sim::RawObject contract = *flat.GetObject("contract");
  EXPECT_EQ(contract.GetObject("input")->Keys(), std::vector<std::string>{"inputSchemaFlattened"});
  EXPECT_EQ(contract.GetObject("output")->Keys(),
            std::vector<std::string>{"successSchemaFlattened"});
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

TEST(IntegrationActionsTest, AStaleVersionIsAConflict) {
  SimHarness sim;
  const sim::Reply reply = sim.Call("PATCH", Lookup(), R"({"version":7,"name":"New"})");
  EXPECT_EQ(reply.response.status, 409);
  EXPECT_THAT(reply.response.body, HasSubstr(R"("code":"general.conflict")"));
  EXPECT_THAT(reply.response.body, HasSubstr("Version does not match current version."));
  EXPECT_THAT(sim.Call("GET", Lookup()).response.body, HasSubstr("Look Up Customer"));
}

TEST(IntegrationActionsTest, TheConflictCanBeA400) {
  sim::SimulatorOptions options;
  options.conflict_style = sim::ConflictStyle::k400;
  SimHarness sim(options);
  const sim::Reply reply = sim.Call("PATCH", Lookup(), R"({"version":7})");
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_THAT(reply.response.body, HasSubstr("does not match the current version"));
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
