#include "tests/simulator/integration_actions_api.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/simulator/action_catalog.h"
#include "tests/simulator/listing.h"

namespace gcjobs::sim {
namespace {

constexpr size_t kMaxNameLength = 256;
constexpr size_t kMaxIds = 50;

bool IsTrue(const QueryParams& query, const std::string& name) {
  return FindParam(query, name) == "true";
}

// Whether the csv parameter `expand` names it.
bool Expands(const QueryParams& query, absl::string_view name) {
  const std::string expand = FindParam(query, "expand").value_or("");
  const std::vector<absl::string_view> names = absl::StrSplit(expand, ',');
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The flattened schemas stand in members of their own. The catalog's have
// nothing to flatten.
RawObject WithFlattenedSchemas(const RawObject& contract) {
  RawObject flattened;
  for (const std::string& side : contract.Keys()) {
    const RawObject schemas = contract.GetObject(side).value_or(RawObject());
    RawObject renamed;
    for (const std::string& key : schemas.Keys()) {
      renamed.Set(absl::StrCat(key, "Flattened"), *schemas.Find(key));
    }
    flattened.Set(side, renamed.ToString());
  }
  return flattened;
}

// What a reader gets to see of a stored action.
RawObject View(RawObject json, const QueryParams& query) {
  if (!IsTrue(query, "includeConfig")) json.Erase("config");
  if (!Expands(query, "contract")) {
    json.Erase("contract");
  } else if (IsTrue(query, "flatten")) {
    const RawObject contract = json.GetObject("contract").value_or(RawObject());
    json.Set("contract", WithFlattenedSchemas(contract).ToString());
  }
  return json;
}

bool ContainsIgnoringCase(const std::string& text, const std::string& part) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(part));
}

// The list's filters, each absent unless the query has it.
struct Filter {
  std::optional<std::string> name;      // part of the name, in any case
  std::optional<std::string> category;  // whole
  std::optional<std::string> secure;    // "true" or "false"
  std::set<std::string> ids;            // empty: all

  bool Matches(const RawObject& json) const {
    if (name.has_value() && !ContainsIgnoringCase(json.GetString("name").value_or(""), *name)) {
      return false;
    }
    if (category.has_value() && json.GetString("category") != category) return false;
    if (secure.has_value() && json.GetBool("secure").value_or(false) != (*secure == "true")) {
      return false;
    }
    return ids.empty() || ids.count(json.GetString("id").value_or("")) > 0;
  }
};

absl::StatusOr<Filter> ParseFilter(const QueryParams& query) {
  Filter filter;
  filter.name = FindParam(query, "name");
  filter.category = FindParam(query, "category");
  filter.secure = FindParam(query, "secure");
  if (const std::optional<std::string> ids = FindParam(query, "ids"); ids.has_value()) {
    filter.ids = absl::StrSplit(*ids, ',', absl::SkipEmpty());
  }
  if (filter.ids.size() > kMaxIds) {
    return absl::InvalidArgumentError(absl::StrCat("At most ", kMaxIds, " ids are allowed."));
  }
  return filter;
}

// By a string member of the root, as sortBy and sortOrder say; else as they are.
void Sort(const QueryParams& query, std::vector<RawObject>* actions) {
  const std::optional<std::string> key = FindParam(query, "sortBy");
  if (!key.has_value()) return;
  std::stable_sort(actions->begin(), actions->end(), [&](const auto& a, const auto& b) {
    return a.GetString(*key).value_or("") < b.GetString(*key).value_or("");
  });
  if (absl::EqualsIgnoreCase(FindParam(query, "sortOrder").value_or("asc"), "desc")) {
    std::reverse(actions->begin(), actions->end());
  }
}

absl::Status CheckName(const RawObject& update) {
  if (!update.Has("name")) return absl::OkStatus();
  const std::optional<std::string> name = update.GetString("name");
  if (name.has_value() && !name->empty() && name->size() <= kMaxNameLength) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("name must be a string of 1 to ", kMaxNameLength, " characters."));
}

absl::Status CheckConfig(const RawObject& update) {
  if (!update.Has("config")) return absl::OkStatus();
  const std::optional<RawObject> config = update.GetObject("config");
  if (!config.has_value()) return absl::InvalidArgumentError("config must be an object.");
  if (!config->Has("timeoutSeconds")) return absl::OkStatus();
  if (IsActionTimeout(config->GetInt("timeoutSeconds").value_or(0))) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Value [", *config->Find("timeoutSeconds"),
                   "] is not valid for field [config.timeoutSeconds]. Allowable values are: 1 to "
                   "60"));
}

absl::Status CheckUpdate(const RawObject& update) {
  if (!update.GetInt("version").has_value()) {
    return absl::InvalidArgumentError("version is required and must be a whole number.");
  }
  if (update.Has("category") && !update.GetString("category").has_value()) {
    return absl::InvalidArgumentError("category must be a string.");
  }
  absl::Status status = CheckName(update);
  status.Update(CheckConfig(update));
  return status;
}

}  // namespace

void IntegrationActionsApi::AddRoutes(Router* router) {
  constexpr char kList[] = "/api/v2/integrations/actions";
  constexpr char kOne[] = "/api/v2/integrations/actions/{actionId}";
  router->Add({"GET", kList, "list_actions", RouteClass::kRead,
               [this](Call* call) { return List(*call); }});
  router->Add(
      {"GET", kOne, "get_action", RouteClass::kRead, [this](Call* call) { return Get(*call); }});
  router->Add({"PATCH", kOne, "patch_action", RouteClass::kWrite,
               [this](Call* call) { return Patch(*call); }});
}

ApiResponse IntegrationActionsApi::List(const Call& call) const {
  const absl::StatusOr<Page> page = ParsePage(call.query);
  const absl::StatusOr<Filter> filter = ParseFilter(call.query);
  for (const absl::Status& status : {page.status(), filter.status()}) {
    if (!status.ok()) return ToResponse(ErrorOfStatus(status, conflict_style_), call.context_id);
  }
  std::vector<RawObject> actions;
  for (DocumentStore::Document& document : actions_->All()) {
    if (filter->Matches(document.json)) actions.push_back(std::move(document.json));
  }
  Sort(call.query, &actions);
  std::vector<std::string> entities;
  for (RawObject& action : actions) {
    entities.push_back(View(std::move(action), call.query).ToString());
  }
  ApiResponse response;
  response.body = ListingJson(entities, *page, "/api/v2/integrations/actions", call.query);
  return response;
}

ApiResponse IntegrationActionsApi::Get(const Call& call) const {
  const auto document = actions_->Find(call.path.at("actionId"));
  if (!document.has_value()) return ToResponse(NotFound(), call.context_id);
  ApiResponse response;
  response.body = View(document->json, call.query).ToString();
  return response;
}

ApiResponse IntegrationActionsApi::Patch(const Call& call) {
  const absl::StatusOr<RawObject> update = RawObject::Parse(call.request->body);
  const absl::Status valid = update.ok() ? CheckUpdate(*update) : update.status();
  if (!valid.ok()) return ToResponse(ErrorOfStatus(valid, conflict_style_), call.context_id);
  const absl::StatusOr<RawObject> updated =
      actions_->Update(call.path.at("actionId"), *update->GetInt("version"), [&](RawObject action) {
        for (const char* key : {"category", "name", "config"}) {
          if (update->Has(key)) action.Set(key, *update->Find(key));
        }
        return action;
      });
  if (!updated.ok()) {
    return ToResponse(ErrorOfStatus(updated.status(), conflict_style_), call.context_id);
  }
  ApiResponse response;
  response.body = updated->ToString();
  return response;
}

}  // namespace gcjobs::sim
