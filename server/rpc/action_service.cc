#include "server/rpc/action_service.h"

#include <utility>

#include "server/rpc/action_requests.h"

namespace gcjobs {

grpc::ServerUnaryReactor* ActionService::ListActions(grpc::CallbackServerContext* context,
                                                     const v1::ListActionsRequest* request,
                                                     v1::ListActionsResponse* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::ListActionsResponse> call, absl::string_view) {
                      return BeginList(*request, std::move(call));
                    });
}

absl::Status ActionService::BeginList(const v1::ListActionsRequest& request,
                                      CallPtr<v1::ListActionsResponse> call) const {
  const absl::StatusOr<std::string> org = options_.orgs.Resolve(request.org());
  if (!org.ok()) return org.status();
  const absl::StatusOr<ActionBackend::ListQuery> query = BuildActionQuery(request, *org);
  if (!query.ok()) return query.status();
  options_.loop->Post([this, call = std::move(call), org = *org, query = *query] {
    options_.backends.at(org)->List(
        query, [call, org, query](absl::StatusOr<ActionBackend::ListPage> page) {
          if (!page.ok()) return call->Refuse(page.status());
          call->Answer(MakeListActionsResponse(query, org, *std::move(page)));
        });
  });
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ActionService::GetActionTimeout(
    grpc::CallbackServerContext* context, const v1::GetActionTimeoutRequest* request,
    v1::ActionTimeout* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::ActionTimeout> call, absl::string_view) {
                      return BeginGet(*request, std::move(call));
                    });
}

absl::Status ActionService::BeginGet(const v1::GetActionTimeoutRequest& request,
                                     CallPtr<v1::ActionTimeout> call) const {
  const absl::Status valid = ValidateGetActionTimeout(request);
  if (!valid.ok()) return valid;
  const absl::StatusOr<std::string> org = options_.orgs.Resolve(request.org());
  if (!org.ok()) return org.status();
  options_.loop->Post([this, call = std::move(call), org = *org, action_id = request.action_id(),
                       flow_id = request.flow_id()] {
    options_.backends.at(org)->Get(action_id, flow_id, FinishWith(call));
  });
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ActionService::UpdateActionTimeout(
    grpc::CallbackServerContext* context, const v1::UpdateActionTimeoutRequest* request,
    v1::ActionTimeout* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::ActionTimeout> call, absl::string_view) {
                      return BeginUpdate(*request, std::move(call));
                    });
}

absl::Status ActionService::BeginUpdate(const v1::UpdateActionTimeoutRequest& request,
                                        CallPtr<v1::ActionTimeout> call) const {
  const absl::StatusOr<ActionBackend::Update> update = BuildTimeoutUpdate(request);
  if (!update.ok()) return update.status();
  const absl::StatusOr<std::string> org = options_.orgs.Resolve(request.org());
  if (!org.ok()) return org.status();
  options_.loop->Post([this, call = std::move(call), org = *org, update = *update] {
    options_.backends.at(org)->Set(update, FinishWith(call));
  });
  return absl::OkStatus();
}

}  // namespace gcjobs
