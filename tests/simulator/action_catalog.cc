#include "tests/simulator/action_catalog.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {
namespace {

constexpr int kNoTimeout = 0;  // the member is absent: the platform's 60 s

constexpr absl::string_view kVerbs[] = {"Create", "Update", "Fetch", "Validate", "Score", "Notify"};
constexpr absl::string_view kObjects[] = {"Ticket", "Invoice", "Shipment", "Lead", "Contract"};
constexpr absl::string_view kCategories[] = {"Web Services Data Actions", "Salesforce Data Actions",
                                             "ServiceNow Data Actions"};
constexpr absl::string_view kStatic[] = {"getEstimatedWaitTime", "getUserRoutingStatus",
                                         "createCallback", "sendAgentlessMessage"};

// Number spellings that a JSON library rewrites: what comes back of them shows
// whether a client kept them.
constexpr absl::string_view kOddNumbers = "[1.10, 1e3, 12345678901234567890, -0.0]";

std::string Config(absl::string_view name, int timeout_seconds) {
  RawObject request;
  request
      .SetString("requestUrlTemplate",
                 "https://backend.example.com/v1/items/${input.itemId}?verbose=true")
      .SetString("requestType", "POST")
      .SetString("requestTemplate", "{\"name\": \"$esc.jsonEncode(${input.name})\"}")
      .Set("headers", R"({"Accept": "application/json", "X-Weight": "1.10"})");
  RawObject config;
  config.Set("request", request.ToString())
      .Set(
          "response",
          R"({"translationMap": {}, "translationMapDefaults": {}, "successTemplate": "${rawResult}"})");
  if (timeout_seconds != kNoTimeout) config.SetInt("timeoutSeconds", timeout_seconds);
  config.SetString("x-note", absl::StrCat("kept as it is: ", name)).Set("x-numbers", kOddNumbers);
  return config.ToString();
}

std::string Contract() {
  return R"({"input": {"inputSchema": {"type": "object", "additionalProperties": true}},)"
         R"( "output": {"successSchema": {"type": "object", "additionalProperties": true}}})";
}

ActionBehaviour Lasting(absl::string_view law) {
  ActionBehaviour behaviour;
  behaviour.durations = *DurationLaw::Parse(law);  // a constant of this file: it parses
  return behaviour;
}

ActionBehaviour Failing(ActionBehaviour behaviour, double rate, absl::string_view message) {
  behaviour.failure_rate = rate;
  behaviour.failure_message = std::string(message);
  return behaviour;
}

ActionBehaviour NeverEnding() {
  ActionBehaviour behaviour;
  behaviour.never_ends = true;
  return behaviour;
}

}  // namespace

std::string WellKnownActionId(int n) {
  return absl::StrFormat("custom_-_00000000-0000-4000-8000-%012d", n);
}

bool IsActionTimeout(int64_t seconds) { return seconds >= 1 && seconds <= 60; }

ActionCatalog::ActionCatalog(uint64_t seed) {
  AddWellKnown();
  AddOrdinary(seed);
  AddStatic();
}

void ActionCatalog::AddWellKnown() {
  struct WellKnown {
    absl::string_view name;
    int timeout_seconds;
    ActionBehaviour behaviour;
  };
  const WellKnown actions[] = {
      {"Look Up Customer", 3, Lasting("lognormal:1.5,0.3")},
      {"Charge Card (declines)", 10,
       Failing(Lasting("constant:2"), 1, "Card declined: insufficient funds.")},
      {"Rebuild Segment (slow)", 60, Lasting("lognormal:60,0.3")},
      {"Send Confirmation (instant)", 5, Lasting("constant:0")},
      {"Sync Inventory (flaky)", 20, Failing({}, 1.0 / 3, "Warehouse answered 502 Bad Gateway.")},
      {"Reconcile Ledger (never ends)", 60, NeverEnding()},
      {"Export Transcript (times out)", 2, Lasting("constant:5")},
  };
  int n = 0;
  for (const WellKnown& action : actions) {
    AddAction(WellKnownActionId(++n), action.name, "Demo Data Actions", action.timeout_seconds,
              action.behaviour);
  }
}

void ActionCatalog::AddOrdinary(uint64_t seed) {
  DeterministicRandom random(seed, "integration actions", 0);
  for (const absl::string_view verb : kVerbs) {
    for (const absl::string_view object : kObjects) {
      const absl::string_view category = kCategories[random.Below(std::size(kCategories))];
      // One in eight has no timeout set.
      const int timeout_seconds =
          random.Below(8) == 0 ? kNoTimeout : static_cast<int>(1 + random.Below(60));
      AddAction(absl::StrCat("custom_-_", random.Guid()), absl::StrCat(verb, " ", object), category,
                timeout_seconds, {});
    }
  }
}

void ActionCatalog::AddStatic() {
  for (const absl::string_view name : kStatic) {
    AddAction(absl::StrCat("static_", name), name, "Genesys Cloud Data Actions", kNoTimeout, {});
  }
}

void ActionCatalog::AddAction(absl::string_view id, absl::string_view name,
                              absl::string_view category, int timeout_seconds,
                              ActionBehaviour behaviour) {
  RawObject json;
  json.SetString("id", id)
      .SetString("name", name)
      .SetString("integrationId", DeterministicRandom(0, category, 0).Guid())
      .SetString("category", category)
      .Set("contract", Contract())
      .SetInt("version", 1)
      .SetBool("secure", false)
      .Set("config", Config(name, timeout_seconds))
      .SetString("selfUri", absl::StrCat("/api/v2/integrations/actions/", id));
  documents_.Add({std::string(id), "", std::move(json)});
  behaviours_[id] = std::move(behaviour);
}

ActionBehaviour ActionCatalog::BehaviourOf(absl::string_view id) const {
  const auto found = behaviours_.find(id);
  return found == behaviours_.end() ? ActionBehaviour() : found->second;
}

absl::Status ActionCatalog::SetDurations(absl::string_view id_or_name, const DurationLaw& law) {
  for (const DocumentStore::Document& document : documents_.All()) {
    if (document.id != id_or_name && document.json.GetString("name") != std::string(id_or_name)) {
      continue;
    }
    behaviours_[document.id].durations = law;
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("no action has the id or name '", id_or_name, "'"));
}

}  // namespace gcjobs::sim
