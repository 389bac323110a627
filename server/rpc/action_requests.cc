#include "server/rpc/action_requests.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/rpc/page_token.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

constexpr int kMaxUpstreamPageSize = 100;

absl::Status ValidateFlowId(absl::string_view flow_id) {
  return ValidateText("flow_id", flow_id, kMaxFlowIdBytes, Presence::kOptional);
}

// The page size is part of it: upstream's page numbers count in its unit.
std::string Scope(const ActionBackend::ListQuery& query, absl::string_view org) {
  return FieldHash()
      .Add("ListActions")
      .Add(org)
      .Add(query.name)
      .Add(query.flow_id)
      .Add(absl::StrCat(query.page_size))
      .Digest();
}

absl::StatusOr<int> PageNumber(absl::string_view scope, absl::string_view token) {
  if (token.empty()) return 1;
  const absl::StatusOr<std::string> position = DecodePageToken(scope, token);
  if (!position.ok()) return position.status();
  int number = 0;
  if (!absl::SimpleAtoi(*position, &number) || number < 1) return InvalidPageToken();
  return number;
}

absl::Status ValidateTimeout(const v1::UpdateActionTimeoutRequest& request) {
  if (!request.has_timeout()) return InvalidField("timeout", "must be set");
  if (!IsValid(request.timeout())) {
    // Any range does: the form is what is wrong.
    return ValidateDuration("timeout", request.timeout(), absl::ZeroDuration(),
                            absl::InfiniteDuration());
  }
  const absl::Duration timeout = FromProto(request.timeout());
  if (timeout > absl::ZeroDuration()) return absl::OkStatus();
  const std::string text = absl::FormatDuration(timeout);
  return MakeError(absl::StatusCode::kInvalidArgument, "TIMEOUT_OUT_OF_RANGE",
                   absl::StrCat("timeout: is ", text, ", it must be positive"),
                   {{"timeout", text}});
}

absl::Status ValidateExpectedVersion(const v1::UpdateActionTimeoutRequest& request) {
  if (!request.has_expected_version() || request.expected_version() >= 0) {
    return absl::OkStatus();
  }
  return InvalidField("expected_version", absl::StrCat("is ", request.expected_version(),
                                                       ", versions are not negative"));
}

}  // namespace

absl::StatusOr<ActionBackend::ListQuery> BuildActionQuery(const v1::ListActionsRequest& request,
                                                          absl::string_view org) {
  absl::Status status =
      ValidateText("name", request.name(), kMaxActionNameBytes, Presence::kOptional);
  if (status.ok()) status = ValidateFlowId(request.flow_id());
  if (!status.ok()) return status;
  const absl::StatusOr<int> page_size = PageSize(request.page_size());
  if (!page_size.ok()) return page_size.status();

  ActionBackend::ListQuery query;
  query.name = request.name();
  query.flow_id = request.flow_id();
  query.page_size = std::min(*page_size, kMaxUpstreamPageSize);
  const absl::StatusOr<int> page_number = PageNumber(Scope(query, org), request.page_token());
  if (!page_number.ok()) return page_number.status();
  query.page_number = *page_number;
  return query;
}

v1::ListActionsResponse MakeListActionsResponse(const ActionBackend::ListQuery& query,
                                                absl::string_view org,
                                                ActionBackend::ListPage page) {
  v1::ListActionsResponse response;
  for (v1::Action& action : page.actions) *response.add_actions() = std::move(action);
  if (page.next_page_number) {
    response.set_next_page_token(
        EncodePageToken(Scope(query, org), absl::StrCat(*page.next_page_number)));
  }
  return response;
}

absl::Status ValidateGetActionTimeout(const v1::GetActionTimeoutRequest& request) {
  const absl::Status status = ValidateActionId(request.action_id());
  return status.ok() ? ValidateFlowId(request.flow_id()) : status;
}

absl::StatusOr<ActionBackend::Update> BuildTimeoutUpdate(
    const v1::UpdateActionTimeoutRequest& request) {
  absl::Status status = ValidateActionId(request.action_id());
  if (status.ok()) status = ValidateFlowId(request.flow_id());
  if (status.ok()) status = ValidateTimeout(request);
  if (status.ok()) status = ValidateExpectedVersion(request);
  if (!status.ok()) return status;

  ActionBackend::Update update;
  update.action_id = request.action_id();
  update.flow_id = request.flow_id();
  update.timeout = FromProto(request.timeout());
  if (request.has_expected_version()) update.expected_version = request.expected_version();
  return update;
}

}  // namespace gcjobs
