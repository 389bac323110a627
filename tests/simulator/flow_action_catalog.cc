#include "tests/simulator/flow_action_catalog.h"

#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {
namespace {

constexpr absl::string_view kVerbs[] = {"Get", "Set", "Check"};
constexpr absl::string_view kObjects[] = {"Balance", "Appointment", "Entitlement", "Locale"};
constexpr int kFlows = 3;

std::string OptionsJson(int timeout_seconds) {
  return absl::StrCat(R"("options": {"timeout": )", timeout_seconds * 1000,
                      R"(, "x-backoff": 1.50, "retries": 0}, )");
}

// Spaces, number spellings and members that no schema knows: all to be kept.
std::string Definition(const std::string& options) {
  return absl::StrCat(
      R"({"url": "https://backend.example.com/v2/{path}?q=\u00e9", "method": "GET", )", options,
      R"("x-weights": [1.10, 1e3, 12345678901234567890, -0.0], )",
      R"("x-unknown": {"b": null, "a": {"nested": [ ]}}})");
}

absl::Status CheckRange(const RawObject& object, absl::string_view key, int64_t low, int64_t high) {
  if (!object.Has(key)) return absl::OkStatus();
  const std::optional<int64_t> value = object.GetInt(key);
  if (value.has_value() && *value >= low && *value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Value [", *object.Find(key),
                                                 "] is not valid for field [", key,
                                                 "]. Allowable values are: ", low, " to ", high));
}

// The definition, whether it is an object or a string that holds one.
absl::StatusOr<RawObject> DefinitionOf(const RawObject& document) {
  const std::string* const json = document.Find("definition");
  if (json == nullptr || *json == "null") return RawObject();
  const std::optional<std::string> text = ParseJsonString(*json);
  return RawObject::Parse(text.has_value() ? *text : *json);
}

}  // namespace

FlowActionCatalog::FlowActionCatalog(uint64_t seed) {
  AddAction("flow-demo", "fda-rest-object", "Get Order Status", Form::kObject, 5);
  AddAction("flow-demo", "fda-rest-string", "Get Loyalty Points", Form::kString, 8);
  AddAction("flow-demo", "fda-rest-no-timeout", "Get Store Hours", Form::kNoTimeout, 0);
  AddAction("flow-demo", "fda-lambda", "Rate Conversation", Form::kLambda, 10);
  AddOrdinary(seed);
}

void FlowActionCatalog::AddOrdinary(uint64_t seed) {
  constexpr Form kForms[] = {Form::kObject, Form::kString, Form::kLambda};
  DeterministicRandom random(seed, "flow actions", 0);
  for (int flow = 0; flow < kFlows; ++flow) {
    const std::string flow_id = random.Guid();
    for (const absl::string_view verb : kVerbs) {
      for (const absl::string_view object : kObjects) {
        const Form form = kForms[random.Below(std::size(kForms))];
        const int timeout_seconds = static_cast<int>(1 + random.Below(30));
        AddAction(flow_id, random.Guid(), absl::StrCat(verb, " ", object), form, timeout_seconds);
      }
    }
  }
}

void FlowActionCatalog::AddAction(absl::string_view flow_id, absl::string_view id,
                                  absl::string_view name, Form form, int timeout_seconds) {
  RawObject json;
  json.SetString("id", id)
      .SetString("name", name)
      .SetString("type", form == Form::kLambda ? "lambda" : "rest")
      .SetInt("version", 1)
      .SetString("description", absl::StrCat(name, " of the flow's caller"))
      .Set("x-cost", "0.10");
  switch (form) {
    case Form::kObject:
      json.Set("definition", Definition(OptionsJson(timeout_seconds)));
      break;
    case Form::kString:
      json.SetString("definition", Definition(OptionsJson(timeout_seconds)));
      break;
    case Form::kNoTimeout:
      json.Set("definition", Definition(""));
      break;
    case Form::kLambda:
      json.SetInt("executionTimeout", timeout_seconds)
          .Set("definition", R"({"handler": "index.handler", "memory": 1.28e2})");
      break;
  }
  json.SetString("selfUri", absl::StrCat("/api/v2/flows/", flow_id, "/dataactions/", id));
  documents_.Add({std::string(id), std::string(flow_id), std::move(json)});
}

absl::Status CheckFlowActionTimeout(const RawObject& document) {
  if (document.GetString("type") != "rest") return CheckRange(document, "executionTimeout", 1, 30);
  const absl::StatusOr<RawObject> definition = DefinitionOf(document);
  if (!definition.ok()) return definition.status();
  const std::optional<RawObject> options = definition->GetObject("options");
  if (!options.has_value()) return absl::OkStatus();
  return CheckRange(*options, "timeout", 1000, 30000);
}

}  // namespace gcjobs::sim
