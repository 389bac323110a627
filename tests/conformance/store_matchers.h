#ifndef GCJOBS_TESTS_CONFORMANCE_STORE_MATCHERS_H_
#define GCJOBS_TESTS_CONFORMANCE_STORE_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/error_info.h"
#include "server/store/write.h"

namespace gcjobs::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// A Status or StatusOr that is OK.
MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg);
  return arg.ok();
}

// A Status or StatusOr with this code and reason.
MATCHER_P2(IsError, code, reason, "") {
  *result_listener << StatusOf(arg) << " reason " << GetReason(StatusOf(arg));
  return StatusOf(arg).code() == code && GetReason(StatusOf(arg)) == reason;
}

// The answer to a Commit, or an outcome: the write was made.
MATCHER(IsCommitted, "") {
  const absl::StatusOr<CommitOutcome> answer = arg;
  *result_listener << (answer.ok() ? Describe(*answer) : answer.status().ToString());
  return answer.ok() && std::holds_alternative<Committed>(*answer);
}

// The same: the write was refused for this reason.
MATCHER_P(IsRefused, refusal, "") {
  const absl::StatusOr<CommitOutcome> answer = arg;
  *result_listener << (answer.ok() ? Describe(*answer) : answer.status().ToString());
  return answer.ok() && Describe(*answer) == Describe(refusal);
}

// One value of a status's error metadata, or "".
inline std::string Metadata(const absl::Status& status, const std::string& key) {
  const auto info = GetErrorInfo(status);
  if (!info || info->metadata().count(key) == 0) return "";
  return info->metadata().at(key);
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_CONFORMANCE_STORE_MATCHERS_H_
