#include "server/genesys/action_timeouts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/backoff_policy.h"
#include "common/errors.h"
#include "common/failpoint.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/genesys/error_mapping.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// How long each call waits for the request budget: somebody waits for the
// answer.
constexpr absl::Duration kMaxPermitWait = absl::Seconds(25);

// Two writers that met once should not meet again, and someone waits.
constexpr RetryPolicy kConflictRetries = {{absl::Milliseconds(200), absl::Seconds(2), 2.0},
                                          /*max_retries=*/5};

constexpr absl::string_view kListName = "list data actions";
constexpr int kMaxPageSize = 100;

int PageSize(const ActionTimeouts::ListQuery& query) {
  return std::clamp(query.page_size, 1, kMaxPageSize);
}

int PageNumber(const ActionTimeouts::ListQuery& query) { return std::max(query.page_number, 1); }

bool ContainsIgnoringCase(absl::string_view text, absl::string_view part) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(part));
}

std::optional<int64_t> IntOf(const std::optional<JsonValue>& value) {
  return value ? value->AsInt64() : std::nullopt;
}

// What was asked for, and what the answer says of itself.
struct Paging {
  int asked_page = 0;
  int asked_size = 0;
  int64_t entities = 0;
  bool has_next_uri = false;
  std::optional<int64_t> page;
  std::optional<int64_t> size;
  std::optional<int64_t> page_count;
  std::optional<int64_t> total;
};

// `pageCount` alone is not to be trusted, so one sign of the end is not enough
// while the page is full; going on costs one empty page, stopping would lose
// actions. But a server that does not turn the page must not be asked for ever.
bool HasNextPage(const Paging& paging) {
  if (paging.entities == 0) return false;
  if (paging.page.value_or(paging.asked_page) != paging.asked_page) return false;
  if (paging.has_next_uri) return true;
  if (paging.page_count && *paging.page_count > paging.asked_page) return true;
  // A server may make its pages smaller than it was asked to.
  const int64_t answered_size = paging.size.value_or(paging.asked_size);
  const int64_t page_size =
      answered_size > 0 ? std::min<int64_t>(answered_size, paging.asked_size) : paging.asked_size;
  const int64_t seen = (paging.asked_page - 1) * page_size + paging.entities;
  if (paging.total && *paging.total > seen) return true;
  return paging.entities >= page_size && !(paging.page_count && paging.total);
}

ApiRequest BuildListRequest(const ActionTimeouts::ListQuery& query) {
  ApiRequest request;
  request.method = "GET";
  const std::string paging =
      absl::StrCat("pageSize=", PageSize(query), "&pageNumber=", PageNumber(query));
  if (query.flow_id.empty()) {
    request.target = absl::StrCat("/api/v2/integrations/actions?", paging, "&includeConfig=true");
    if (!query.name.empty()) {
      absl::StrAppend(&request.target, "&name=", PercentEncode(query.name));
    }
  } else {
    request.target = absl::StrCat("/api/v2/flows/dataactions?flowId=", PercentEncode(query.flow_id),
                                  "&", paging, "&expand=definition");
  }
  return request;
}

absl::StatusOr<ActionTimeouts::ListPage> ParseListPage(const ActionTimeouts::ListQuery& query,
                                                       const HttpResponse& response) {
  const auto found =
      FindJson(response.body,
               {{"entities"}, {"nextUri"}, {"pageNumber"}, {"pageSize"}, {"pageCount"}, {"total"}});
  if (!found.ok()) return BadResponse(kListName, found.status().message(), response);
  const auto& [entities, next_uri, page_number, page_size, page_count, total] = *found;
  if (!entities || !entities->Is(JsonValue::Type::kArray)) {
    return BadResponse(kListName, "there is no array `entities`", response);
  }
  Paging paging;
  paging.asked_page = PageNumber(query);
  paging.asked_size = PageSize(query);
  paging.entities = static_cast<int64_t>(entities->size());
  paging.has_next_uri = !StringOf(next_uri).empty();
  paging.page = IntOf(page_number);
  paging.size = IntOf(page_size);
  paging.page_count = IntOf(page_count);
  paging.total = IntOf(total);
  ActionTimeouts::ListPage page;
  for (const JsonValue& element : entities->Elements()) {
    std::optional<v1::Action> action = CodecOf(query.flow_id).ParseEntity(element);
    if (!action || !ContainsIgnoringCase(action->name(), query.name)) continue;
    action->set_flow_id(query.flow_id);
    page.actions.push_back(*std::move(action));
  }
  if (HasNextPage(paging)) page.next_page_number = paging.asked_page + 1;
  return page;
}

// The new limit may be set: it is in the action's range, and the action is the
// version that the caller knows.
absl::Status CheckMaySet(const ActionTimeouts::Update& update, const ActionRef& action,
                         const ActionRecord& found) {
  RETURN_IF_ERROR(CodecOf(action.flow_id).CheckRangeOf(found, action, update.timeout));
  if (!update.expected_version || found.version == update.expected_version) {
    return absl::OkStatus();
  }
  const std::string expected = absl::StrCat(*update.expected_version);
  const std::string version = found.version ? absl::StrCat(*found.version) : "none";
  return MakeError(
      errors::kGenesysVersionConflict,
      absl::StrCat("action ", action.action_id, ": version ", version, ", expected ", expected),
      {{"action_id", action.action_id}, {"version", version}, {"expected_version", expected}});
}

bool IsConflict(const absl::Status& status) { return status.code() == absl::StatusCode::kAborted; }

// Whether the write may have been made all the same.
bool IsOutcomeUnknown(const ApiReply& reply) {
  switch (reply.fate) {
    case HttpResult::Fate::kNotSent:
      return false;
    case HttpResult::Fate::kBroken:
    case HttpResult::Fate::kBodyTooLarge:
      return true;
    case HttpResult::Fate::kAnswered:
      break;
  }
  const int http_status = reply.response.status;
  const bool was_put_off = http_status == 503 && reply.retry_after.has_value();
  return http_status == 408 || (http_status >= 500 && !was_put_off);
}

enum class Verified { kNo, kYes };

// What is told of an update: the action as it is `now`, and its limit `before`.
v1::ActionTimeout Tell(const ActionRef& action, const ActionRecord& before, const ActionRecord& now,
                       Verified verified) {
  v1::ActionTimeout told = DescribeAction(action, now);
  if (before.timeout) *told.mutable_previous_timeout() = ToProto(*before.timeout);
  told.set_verified(verified == Verified::kYes);
  return told;
}

}  // namespace

Task<absl::StatusOr<ActionTimeouts::ListPage>> ActionTimeouts::List(ListQuery query) {
  const ApiReply reply = co_await client_->Call(BuildListRequest(query), kMaxPermitWait);
  CO_RETURN_IF_ERROR(reply.status);
  co_return ParseListPage(query, reply.response);
}

Task<absl::StatusOr<v1::ActionTimeout>> ActionTimeouts::Get(std::string action_id,
                                                            std::string flow_id) {
  const ActionRef action{std::move(action_id), std::move(flow_id)};
  CO_ASSIGN_OR_RETURN(const ActionRecord record, co_await Read(action));
  co_return DescribeAction(action, record);
}

// Reads the action, writes it back with the new limit, and reads it again, since
// an answer of success is no proof that the limit is set, and no answer is no
// proof that it is not.
Task<absl::StatusOr<v1::ActionTimeout>> ActionTimeouts::Set(Update update) {
  const ActionRef action{update.action_id, update.flow_id};
  const ActionCodec& codec = CodecOf(action.flow_id);
  CO_RETURN_IF_ERROR(codec.CheckRange(action, update.timeout));
  for (Retries conflicts(kConflictRetries);;) {
    CO_ASSIGN_OR_RETURN(const ActionRecord found, co_await Read(action));
    CO_RETURN_IF_ERROR(CheckMaySet(update, action, found));
    GCJOBS_FAILPOINT("timeout.after_read");
    if (found.timeout == update.timeout) co_return Tell(action, found, found, Verified::kYes);

    CO_ASSIGN_OR_RETURN(ApiRequest write, codec.BuildWrite(action, found, update.timeout));
    const ApiReply written = co_await client_->Call(std::move(write), kMaxPermitWait);
    GCJOBS_FAILPOINT("timeout.after_write");
    if (IsConflict(written.status)) {
      // Another writer came between. What they changed is kept by reading it
      // again; a caller that expects a version is told.
      if (update.expected_version) co_return written.status;
      const std::optional<absl::Duration> delay = conflicts.AfterFailure(random_);
      if (!delay) co_return written.status;
      co_await Sleep(loop_, *delay);
      continue;
    }
    if (!written.status.ok() && !IsOutcomeUnknown(written)) co_return written.status;

    absl::StatusOr<ActionRecord> seen = co_await Read(action);
    if (seen.ok() && seen->timeout == update.timeout) {
      co_return Tell(action, found, *seen, Verified::kYes);
    }
    CO_RETURN_IF_ERROR(written.status);
    if (!seen.ok()) {
      // Written, as Genesys Cloud said, but not seen: the version is not known.
      seen = found;
      seen->timeout = update.timeout;
      seen->version.reset();
    }
    co_return Tell(action, found, *seen, Verified::kNo);
  }
}

Task<absl::StatusOr<ActionRecord>> ActionTimeouts::Read(ActionRef action) {
  const ActionCodec& codec = CodecOf(action.flow_id);
  const ApiReply reply = co_await client_->Call(codec.BuildRead(action), kMaxPermitWait);
  CO_RETURN_IF_ERROR(reply.status);
  co_return codec.ParseRead(reply.response);
}

}  // namespace gcjobs
