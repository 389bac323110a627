#include "tests/simulator/flow_actions_api.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/simulator/flow_action_catalog.h"
#include "tests/simulator/listing.h"

namespace gcjobs::sim {
namespace {

absl::Status CheckReplacement(const RawObject& replacement, const std::string& id) {
  if (!replacement.GetInt("version").has_value()) {
    return absl::InvalidArgumentError("version is required and must be a whole number.");
  }
  if (replacement.Has("id") && replacement.GetString("id") != id) {
    return absl::InvalidArgumentError("id is not the id of the path.");
  }
  if (replacement.GetString("name").value_or("").empty()) {
    return absl::InvalidArgumentError("name is required.");
  }
  return CheckFlowActionTimeout(replacement);
}

}  // namespace

void FlowActionsApi::AddRoutes(Router* router) {
  constexpr char kOne[] = "/api/v2/flows/{flowId}/dataactions/{dataActionId}";
  router->Add({"GET", "/api/v2/flows/dataactions", "list_flow_actions", RouteClass::kRead,
               [this](Call* call) { return List(*call); }});
  router->Add({"GET", kOne, "get_flow_action", RouteClass::kRead,
               [this](Call* call) { return Get(*call); }});
  router->Add({"PUT", kOne, "put_flow_action", RouteClass::kWrite,
               [this](Call* call) { return Put(*call); }});
}

std::optional<DocumentStore::Document> FlowActionsApi::FindAction(const Call& call) const {
  std::optional<DocumentStore::Document> document = actions_->Find(call.path.at("dataActionId"));
  if (document.has_value() && document->group != call.path.at("flowId")) return std::nullopt;
  return document;
}

ApiResponse FlowActionsApi::List(const Call& call) const {
  const absl::StatusOr<Page> page = ParsePage(call.query);
  if (!page.ok()) {
    return ToResponse(ErrorOfStatus(page.status(), conflict_style_), call.context_id);
  }
  const std::optional<std::string> flow_id = FindParam(call.query, "flowId");
  const bool whole = FindParam(call.query, "expand") == "definition";
  std::vector<std::string> entities;
  for (DocumentStore::Document& document : actions_->All()) {
    if (flow_id.has_value() && document.group != *flow_id) continue;
    if (!whole) document.json.Erase("definition");
    entities.push_back(document.json.ToString());
  }
  ApiResponse response;
  response.body = ListingJson(entities, *page, "/api/v2/flows/dataactions", call.query);
  return response;
}

ApiResponse FlowActionsApi::Get(const Call& call) const {
  const std::optional<DocumentStore::Document> document = FindAction(call);
  if (!document.has_value()) return ToResponse(NotFound(), call.context_id);
  ApiResponse response;
  response.body = document->json.ToString();
  return response;
}

ApiResponse FlowActionsApi::Put(const Call& call) {
  const std::optional<DocumentStore::Document> document = FindAction(call);
  if (!document.has_value()) return ToResponse(NotFound(), call.context_id);
  absl::StatusOr<RawObject> replacement = RawObject::Parse(call.request->body);
  const absl::Status valid =
      replacement.ok() ? CheckReplacement(*replacement, document->id) : replacement.status();
  if (!valid.ok()) return ToResponse(ErrorOfStatus(valid, conflict_style_), call.context_id);
  const absl::StatusOr<RawObject> stored =
      actions_->Update(document->id, *replacement->GetInt("version"),
                       [&](const RawObject& /*old*/) { return *std::move(replacement); });
  if (!stored.ok()) {
    return ToResponse(ErrorOfStatus(stored.status(), conflict_style_), call.context_id);
  }
  ApiResponse response;
  response.body = stored->ToString();
  return response;
}

}  // namespace gcjobs::sim
