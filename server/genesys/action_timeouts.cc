#include "server/genesys/action_timeouts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/backoff_policy.h"
#include "common/errors.h"
#include "common/failpoint.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/genesys/action_listing.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// How long each call waits for the request budget: somebody waits for the
// answer.
constexpr absl::Duration kMaxPermitWait = absl::Seconds(25);

// Two writers that met once should not meet again, and someone waits.
constexpr RetryPolicy kConflictRetries = {{absl::Milliseconds(200), absl::Seconds(2), 2.0},
                                          /*max_retries=*/5};

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

Task<absl::StatusOr<v1::ActionTimeout>> ActionTimeouts::Get(ActionChoice choice) {
  CO_ASSIGN_OR_RETURN(const ActionRef action, co_await Resolve(std::move(choice)));
  CO_ASSIGN_OR_RETURN(const ActionRecord record, co_await Read(action));
  co_return DescribeAction(action, record);
}

// Reads the action, writes it back with the new limit, and reads it again, since
// an answer of success is no proof that the limit is set, and no answer is no
// proof that it is not.
Task<absl::StatusOr<v1::ActionTimeout>> ActionTimeouts::Set(Update update) {
  CO_ASSIGN_OR_RETURN(const ActionRef action, co_await Resolve(update.action));
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

Task<absl::StatusOr<ActionRef>> ActionTimeouts::Resolve(ActionChoice choice) {
  ActionRef action{std::move(choice.action_id), std::move(choice.flow_id)};
  if (choice.action_name.empty()) co_return action;
  CO_ASSIGN_OR_RETURN(v1::Action found,
                      co_await FindActionByName(client_, choice.action_name, action.flow_id));
  action.action_id = std::move(*found.mutable_id());
  co_return action;
}

Task<absl::StatusOr<ActionRecord>> ActionTimeouts::Read(ActionRef action) {
  const ActionCodec& codec = CodecOf(action.flow_id);
  const ApiReply reply = co_await client_->Call(codec.BuildRead(action), kMaxPermitWait);
  CO_RETURN_IF_ERROR(reply.status);
  co_return codec.ParseRead(reply.response);
}

}  // namespace gcjobs
