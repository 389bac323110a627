#include "server/genesys/timeout_update.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/backoff_policy.h"
#include "common/failpoint.h"
#include "common/time_conversion.h"
#include "server/genesys/api_call.h"
#include "server/genesys/error_mapping.h"

namespace gcjobs {
namespace {

constexpr int kMaxConflictRetries = 5;

// Two writers that met once should not meet again, and someone waits.
constexpr BackoffPolicy kConflictBackoff = {absl::Milliseconds(200), absl::Seconds(2), 2.0};

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

}  // namespace

void TimeoutUpdate::Start(GenesysClient* client, EventLoop* loop, ActionTimeouts::Update update,
                          Done done) {
  // No make_shared: the constructor is private.
  const std::shared_ptr<TimeoutUpdate> chain(
      new TimeoutUpdate(client, loop, std::move(update), std::move(done)));
  const absl::Status range = chain->codec_.CheckRange(chain->action_, chain->update_.timeout);
  if (!range.ok()) {
    loop->Post([chain, range] { chain->Finish(range); });
    return;
  }
  chain->Read();
}

TimeoutUpdate::TimeoutUpdate(GenesysClient* client, EventLoop* loop, ActionTimeouts::Update update,
                             Done done)
    : client_(client),
      loop_(loop),
      action_{update.action_id, update.flow_id},
      update_(std::move(update)),
      codec_(CodecOf(action_.flow_id)),
      done_(std::move(done)) {}

void TimeoutUpdate::Read() {
  CallApi(client_, codec_.BuildRead(action_), kMaxPermitWait,
          [self = shared_from_this()](ApiReply reply) { self->OnRead(std::move(reply)); });
}

void TimeoutUpdate::OnRead(ApiReply reply) {
  if (!reply.status.ok()) return Finish(reply.status);
  absl::StatusOr<ActionRecord> record = codec_.ParseRead(reply.response);
  if (!record.ok()) return Finish(record.status());
  record_ = *std::move(record);
  const absl::Status status = CheckRecord();
  if (!status.ok()) return Finish(status);
  GCJOBS_FAILPOINT("timeout.after_read");
  if (record_.timeout != update_.timeout) return Write();
  v1::ActionTimeout unchanged = Describe(record_);
  unchanged.set_verified(true);
  Finish(std::move(unchanged));
}

absl::Status TimeoutUpdate::CheckRecord() const {
  const absl::Status range = codec_.CheckRangeOf(record_, action_, update_.timeout);
  if (!range.ok()) return range;
  if (!update_.expected_version || record_.version == update_.expected_version) {
    return absl::OkStatus();
  }
  const std::string expected = absl::StrCat(*update_.expected_version);
  const std::string found = record_.version ? absl::StrCat(*record_.version) : "none";
  return MakeGenesysError(
      absl::StatusCode::kAborted, kReasonVersionConflict,
      absl::StrCat("action ", action_.action_id, ": version ", found, ", expected ", expected),
      {{"action_id", action_.action_id}, {"version", found}, {"expected_version", expected}});
}

void TimeoutUpdate::Write() {
  absl::StatusOr<ApiRequest> request = codec_.BuildWrite(action_, record_, update_.timeout);
  if (!request.ok()) return Finish(request.status());
  CallApi(client_, *std::move(request), kMaxPermitWait,
          [self = shared_from_this()](ApiReply reply) { self->OnWritten(std::move(reply)); });
}

void TimeoutUpdate::OnWritten(ApiReply reply) {
  GCJOBS_FAILPOINT("timeout.after_write");
  if (IsConflict(reply.status)) return OnConflict(std::move(reply.status));
  if (reply.status.ok() || IsOutcomeUnknown(reply)) return ReadBack(std::move(reply.status));
  Finish(std::move(reply.status));
}

void TimeoutUpdate::OnConflict(absl::Status status) {
  if (update_.expected_version || conflicts_ == kMaxConflictRetries) {
    return Finish(std::move(status));
  }
  ++conflicts_;
  loop_->RunAfter(kConflictBackoff.Delay(conflicts_, random_),
                  [self = shared_from_this()] { self->Read(); });
}

void TimeoutUpdate::ReadBack(absl::Status write_status) {
  CallApi(client_, codec_.BuildRead(action_), kMaxPermitWait,
          [self = shared_from_this(), write_status = std::move(write_status)](
              const ApiReply& reply) { self->OnReadBack(write_status, reply); });
}

void TimeoutUpdate::OnReadBack(const absl::Status& write_status, const ApiReply& reply) {
  absl::StatusOr<ActionRecord> record =
      reply.status.ok() ? codec_.ParseRead(reply.response) : reply.status;
  const bool is_set = record.ok() && record->timeout == update_.timeout;
  if (!is_set && !write_status.ok()) return Finish(write_status);
  if (!record.ok()) {
    // Written, as the upstream said, but not seen: the version is not known.
    record = record_;
    record->timeout = update_.timeout;
    record->version.reset();
  }
  v1::ActionTimeout result = Describe(*record);
  result.set_verified(is_set);
  Finish(std::move(result));
}

void TimeoutUpdate::Finish(absl::StatusOr<v1::ActionTimeout> result) {
  std::exchange(done_, nullptr)(std::move(result));
}

v1::ActionTimeout TimeoutUpdate::Describe(const ActionRecord& record) const {
  v1::ActionTimeout timeout = DescribeAction(action_, record);
  if (record_.timeout) *timeout.mutable_previous_timeout() = ToProto(*record_.timeout);
  return timeout;
}

}  // namespace gcjobs
