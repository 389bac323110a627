#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/simulator/flow_action_catalog.h"
#include "tests/unit/simulator/sim_harness.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Optional;

constexpr char kObject[] = "/api/v2/flows/flow-demo/dataactions/fda-rest-object";
constexpr char kString[] = "/api/v2/flows/flow-demo/dataactions/fda-rest-string";

TEST(FlowActionsTest, ListsTheActionsOfAFlow) {
  SimHarness sim;
  const sim::Reply plain = sim.Call("GET", "/api/v2/flows/dataactions?flowId=flow-demo");
  EXPECT_THAT(SimHarness::Json(plain).GetInt("total"), Optional(4));
  EXPECT_THAT(plain.response.body, Not(HasSubstr("definition")));
  const sim::Reply whole =
      sim.Call("GET", "/api/v2/flows/dataactions?flowId=flow-demo&expand=definition");
  EXPECT_THAT(whole.response.body, HasSubstr(R"("definition":{)"));
  EXPECT_THAT(whole.response.body, HasSubstr(R"("definition":"{)"));
}

TEST(FlowActionsTest, ListsAllFlowsInPages) {
  SimHarness sim;
  const sim::RawObject listing =
      SimHarness::Json(sim.Call("GET", "/api/v2/flows/dataactions?pageSize=30&pageNumber=2"));
  EXPECT_THAT(listing.GetInt("total"), Optional(40));
  EXPECT_THAT(listing.GetInt("pageCount"), Optional(2));
  EXPECT_FALSE(listing.Has("nextUri"));
}

TEST(FlowActionsTest, DefinitionsHoldWhatCarelessClientsLose) {
  SimHarness sim;
  const sim::RawObject action = SimHarness::Json(sim.Call("GET", kObject));
  EXPECT_THAT(*action.Find("definition"), HasSubstr("[1.10, 1e3, 12345678901234567890, -0.0]"));
  EXPECT_THAT(action.GetObject("definition")->GetObject("options")->GetInt("timeout"),
              Optional(5000));
}

TEST(FlowActionsTest, AnActionIsFoundInItsOwnFlowAlone) {
  SimHarness sim;
  EXPECT_EQ(sim.Call("GET", "/api/v2/flows/other/dataactions/fda-lambda").response.status, 404);
  EXPECT_EQ(sim.Call("PUT", "/api/v2/flows/other/dataactions/fda-lambda", "{}").response.status,
            404);
}

TEST(FlowActionsTest, PutStoresExactlyWhatItWasSent) {
  SimHarness sim;
  const std::string sent =
      R"({"x":[1.10, 1e3],"version":1,"name":"n","type":"rest","definition":{"options":{"timeout": 7000} ,"y":1.0}})";
  EXPECT_EQ(sim.Call("PUT", kObject, sent).response.status, 200);
  EXPECT_EQ(
      sim.Call("GET", kObject).response.body,
      R"({"x":[1.10, 1e3],"version":2,"name":"n","type":"rest","definition":{"options":{"timeout": 7000} ,"y":1.0}})");
}

TEST(FlowActionsTest, WhatWasReadCanBePutBackUnchanged) {
  SimHarness sim;
  const std::string read = sim.Call("GET", kString).response.body;
  EXPECT_EQ(sim.Call("PUT", kString, read).response.status, 200);
  EXPECT_EQ(SimHarness::Json(sim.Call("GET", kString)).SetInt("version", 1).ToString(), read);
}

TEST(FlowActionsTest, AStaleVersionIsAConflict) {
  SimHarness sim;
  const std::string read = sim.Call("GET", kObject).response.body;
  sim.Call("PUT", kObject, read);
  EXPECT_EQ(sim.Call("PUT", kObject, read).response.status, 409);
}

TEST(FlowActionsTest, BadPutsAreRefused) {
  SimHarness sim;
  for (
      const char* body :
      {"[]", R"({"name":"n","type":"rest"})", R"({"version":1,"type":"rest"})",
       R"({"version":1,"name":"n","id":"other"})",
       R"({"version":1,"name":"n","type":"rest","definition":{"options":{"timeout":999}}})",
       R"({"version":1,"name":"n","type":"rest","definition":"{\"options\":{\"timeout\":30001}}"})",
       R"({"version":1,"name":"n","type":"rest","definition":"no json"})",
       R"({"version":1,"name":"n","type":"lambda","executionTimeout":31})",
       R"({"version":1,"name":"n","type":"lambda","executionTimeout":"5"})"}) {
    EXPECT_EQ(sim.Call("PUT", kObject, body).response.status, 400) << body;
  }
}

TEST(FlowActionsTest, TimeoutsInRangeArePut) {
  SimHarness sim;
  int version = 0;
  for (const char* rest : {R"("type":"rest","definition":{"options":{"timeout":1000}})",
                           R"("type":"rest","definition":"{\"options\":{\"timeout\":30000}}")",
                           R"("type":"rest","definition":{})", R"("type":"rest")",
                           R"("type":"lambda","executionTimeout":30)"}) {
    const std::string body =
        absl::StrCat(R"({"version":)", ++version, R"(,"name":"n",)", rest, "}");
    EXPECT_EQ(sim.Call("PUT", kObject, body).response.status, 200) << body;
  }
}

TEST(FlowActionCatalogTest, EveryStoredTimeoutIsValid) {
  for (const auto& document : sim::FlowActionCatalog(3).documents().All()) {
    EXPECT_TRUE(sim::CheckFlowActionTimeout(document.json).ok()) << document.id;
  }
}

}  // namespace
}  // namespace gcjobs::testing
