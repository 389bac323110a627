#include "server/rpc/action_service.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/task.h"
#include "common/time_conversion.h"
#include "server/rpc/page_token.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/sha256.h"
#include "server/rpc/unary_call.h"

namespace gcjobs {
namespace {

using Timeout = absl::StatusOr<v1::ActionTimeout>;

// Upstream gives no more at a time.
constexpr int kMaxUpstreamPageSize = 100;

// It becomes a segment of a path, too.
absl::Status CheckFlowId(absl::string_view flow_id) {
  if (flow_id.empty()) return absl::OkStatus();
  return ValidatePathSegment("flow_id", flow_id);
}

// What a page token is bound to. The page size belongs to it: upstream's page
// numbers count in its unit.
std::string ScopeOf(const ActionTimeouts::ListQuery& query, absl::string_view org) {
  return FieldHash()
      .Add("ListActions")
      .Add(org)
      .Add(query.name)
      .Add(query.flow_id)
      .Add(absl::StrCat(query.page_size))
      .Digest();
}

absl::StatusOr<ActionTimeouts::ListQuery> BuildQuery(const v1::ListActionsRequest& request,
                                                     absl::string_view org) {
  RETURN_IF_ERROR(ValidateText("name", request.name(), kMaxActionNameBytes, Presence::kOptional));
  RETURN_IF_ERROR(CheckFlowId(request.flow_id()));
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));

  ActionTimeouts::ListQuery query;
  query.name = request.name();
  query.flow_id = request.flow_id();
  query.page_size = std::min(page_size, kMaxUpstreamPageSize);
  if (request.page_token().empty()) return query;
  ASSIGN_OR_RETURN(const std::string position,
                   DecodePageToken(ScopeOf(query, org), request.page_token()));
  if (!absl::SimpleAtoi(position, &query.page_number) || query.page_number < 1) {
    return InvalidPageToken();
  }
  return query;
}

Task<> AnswerList(CallPtr<v1::ListActionsResponse> call, ActionTimeouts* actions,
                  ActionTimeouts::ListQuery query, std::string org) {
  absl::StatusOr<ActionTimeouts::ListPage> page = co_await actions->List(query);
  if (!page.ok()) {
    call->Refuse(page.status());
    co_return;
  }
  v1::ListActionsResponse response;
  for (v1::Action& action : page->actions) *response.add_actions() = std::move(action);
  if (page->next_page_number) {
    response.set_next_page_token(
        EncodePageToken(ScopeOf(query, org), absl::StrCat(*page->next_page_number)));
  }
  call->Answer(std::move(response));
}

// A limit that no action can have is refused here already; the exact range
// depends on the action, and ActionTimeouts checks it.
absl::Status CheckTimeout(const v1::UpdateActionTimeoutRequest& request) {
  if (!request.has_timeout()) return InvalidField("timeout", "must be set");
  if (!IsValid(request.timeout())) {
    // Any range would do: it is the form that is wrong.
    return ValidateDuration("timeout", request.timeout(), absl::ZeroDuration(),
                            absl::InfiniteDuration());
  }
  const absl::Duration timeout = FromProto(request.timeout());
  if (timeout > absl::ZeroDuration()) return absl::OkStatus();
  const std::string text = absl::FormatDuration(timeout);
  return MakeError(errors::kTimeoutOutOfRange,
                   absl::StrCat("timeout: must be positive, but is ", text), {{"timeout", text}});
}

absl::StatusOr<ActionTimeouts::Update> BuildUpdate(const v1::UpdateActionTimeoutRequest& request) {
  RETURN_IF_ERROR(ValidateActionId(request.action_id()));
  RETURN_IF_ERROR(CheckFlowId(request.flow_id()));
  RETURN_IF_ERROR(CheckTimeout(request));
  if (request.has_expected_version() && request.expected_version() < 0) {
    return InvalidField("expected_version",
                        absl::StrCat("must not be negative, but is ", request.expected_version()));
  }

  ActionTimeouts::Update update;
  update.action_id = request.action_id();
  update.flow_id = request.flow_id();
  update.timeout = FromProto(request.timeout());
  if (request.has_expected_version()) update.expected_version = request.expected_version();
  return update;
}

}  // namespace

grpc::ServerUnaryReactor* ActionService::ListActions(grpc::CallbackServerContext* context,
                                                     const v1::ListActionsRequest* request,
                                                     v1::ListActionsResponse* response) {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](CallPtr<v1::ListActionsResponse> call, absl::string_view) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
        ASSIGN_OR_RETURN(const ActionTimeouts::ListQuery query, BuildQuery(*request, org));
        deps_.loop->Post([call = std::move(call), org, query, actions = deps_.actions.at(org)] {
          Spawn(AnswerList(call, actions, query, org));
        });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ActionService::GetActionTimeout(
    grpc::CallbackServerContext* context, const v1::GetActionTimeoutRequest* request,
    v1::ActionTimeout* response) {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](CallPtr<v1::ActionTimeout> call, absl::string_view) -> absl::Status {
        RETURN_IF_ERROR(ValidateActionId(request->action_id()));
        RETURN_IF_ERROR(CheckFlowId(request->flow_id()));
        ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
        deps_.loop->Post([call = std::move(call), actions = deps_.actions.at(org),
                          action_id = request->action_id(), flow_id = request->flow_id()] {
          Spawn<Timeout>(actions->Get(action_id, flow_id), FinishWith(call));
        });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ActionService::UpdateActionTimeout(
    grpc::CallbackServerContext* context, const v1::UpdateActionTimeoutRequest* request,
    v1::ActionTimeout* response) {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](CallPtr<v1::ActionTimeout> call, absl::string_view) -> absl::Status {
        ASSIGN_OR_RETURN(const ActionTimeouts::Update update, BuildUpdate(*request));
        ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
        deps_.loop->Post([call = std::move(call), actions = deps_.actions.at(org), update] {
          Spawn<Timeout>(actions->Set(update), FinishWith(call));
        });
        return absl::OkStatus();
      });
}

}  // namespace gcjobs
