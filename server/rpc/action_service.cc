#include "server/rpc/action_service.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/task.h"
#include "common/time_conversion.h"
#include "server/genesys/action_listing.h"
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
std::string ScopeOf(const ActionQuery& query, absl::string_view org) {
  return FieldHash()
      .Add("ListActions")
      .Add(org)
      .Add(query.name)
      .Add(query.exact_name)
      .Add(v1::ActionFamily_Name(query.family))
      .Add(query.flow_id)
      .Add(absl::StrCat(query.page_size))
      .Digest();
}

absl::StatusOr<v1::ActionFamily> FamilyOf(const v1::ListActionsRequest& request) {
  switch (request.family()) {
    case v1::ACTION_FAMILY_UNSPECIFIED:
      return request.flow_id().empty() ? v1::ACTION_FAMILY_INTEGRATION : v1::ACTION_FAMILY_FLOW;
    case v1::ACTION_FAMILY_FLOW:
      return v1::ACTION_FAMILY_FLOW;
    case v1::ACTION_FAMILY_INTEGRATION:
      if (request.flow_id().empty()) return v1::ACTION_FAMILY_INTEGRATION;
      return InvalidField("family",
                          "must not be ACTION_FAMILY_INTEGRATION together with flow_id: what "
                          "belongs to a flow is of ACTION_FAMILY_FLOW");
    default:
      return InvalidField(
          "family", absl::StrCat("must be ACTION_FAMILY_INTEGRATION or ACTION_FAMILY_FLOW, but is ",
                                 static_cast<int>(request.family())));
  }
}

absl::StatusOr<ActionQuery> BuildQuery(const v1::ListActionsRequest& request,
                                       absl::string_view org) {
  RETURN_IF_ERROR(ValidateText("name", request.name(), kMaxActionNameBytes, Presence::kOptional));
  RETURN_IF_ERROR(
      ValidateText("exact_name", request.exact_name(), kMaxActionNameBytes, Presence::kOptional));
  if (!request.name().empty() && !request.exact_name().empty()) {
    return InvalidField("exact_name", "must not be set together with name");
  }
  RETURN_IF_ERROR(CheckFlowId(request.flow_id()));
  ASSIGN_OR_RETURN(const int page_size, PageSize(request.page_size()));

  ActionQuery query;
  query.name = request.name();
  query.exact_name = request.exact_name();
  ASSIGN_OR_RETURN(query.family, FamilyOf(request));
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

Task<> AnswerList(CallPtr<v1::ListActionsResponse> call, GenesysClient* client, ActionQuery query,
                  std::string org) {
  absl::StatusOr<ActionPage> page = co_await ListActions(client, query);
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

// Of either request about a time limit.
template <typename Request>
absl::StatusOr<ActionTimeouts::ActionChoice> ChoiceOf(const Request& request) {
  RETURN_IF_ERROR(ValidateActionChoice(request.action_id(), request.action_name()));
  RETURN_IF_ERROR(CheckFlowId(request.flow_id()));
  return ActionTimeouts::ActionChoice{request.action_id(), request.action_name(),
                                      request.flow_id()};
}

absl::StatusOr<ActionTimeouts::Update> BuildUpdate(const v1::UpdateActionTimeoutRequest& request) {
  ActionTimeouts::Update update;
  ASSIGN_OR_RETURN(update.action, ChoiceOf(request));
  RETURN_IF_ERROR(CheckTimeout(request));
  if (request.has_expected_version() && request.expected_version() < 0) {
    return InvalidField("expected_version",
                        absl::StrCat("must not be negative, but is ", request.expected_version()));
  }

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
        ASSIGN_OR_RETURN(const ActionQuery query, BuildQuery(*request, org));
        deps_.loop->Post([call = std::move(call), org, query, client = deps_.orgs.at(org).client] {
          Spawn(AnswerList(call, client, query, org));
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
        ASSIGN_OR_RETURN(const ActionTimeouts::ActionChoice choice, ChoiceOf(*request));
        ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
        deps_.loop->Post([call = std::move(call), timeouts = deps_.orgs.at(org).timeouts, choice] {
          Spawn<Timeout>(timeouts->Get(choice), FinishWith(call));
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
        deps_.loop->Post([call = std::move(call), timeouts = deps_.orgs.at(org).timeouts, update] {
          Spawn<Timeout>(timeouts->Set(update), FinishWith(call));
        });
        return absl::OkStatus();
      });
}

}  // namespace gcjobs
