#include "server/watch/watch_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

// Another replica is there at once, a restarted server soon.
constexpr absl::Duration kDrainingRetryDelay = absl::Seconds(1);
// Other streams have to end first.
constexpr absl::Duration kFullRetryDelay = absl::Seconds(5);

absl::Status Retryable(absl::Status status, absl::Duration delay) {
  SetRetryDelay(&status, delay);
  return status;
}

}  // namespace

absl::Status RevisionInFutureError(Revision after, Revision head) {
  const std::string after_text = absl::StrCat(after);
  const std::string head_text = absl::StrCat(head);
  return MakeError(
      absl::StatusCode::kInvalidArgument, "REVISION_IN_FUTURE",
      absl::StrCat("cannot watch after revision ", after_text, ": the newest one is ", head_text),
      {{"after_revision", after_text}, {"head_revision", head_text}});
}

absl::Status WatchDrainingError() {
  return Retryable(MakeError(absl::StatusCode::kUnavailable, "SERVER_DRAINING",
                             "the server is draining; watch again after the last revision seen"),
                   kDrainingRetryDelay);
}

absl::Status TooManyWatchesError(size_t limit) {
  const std::string limit_text = absl::StrCat(limit);
  return Retryable(
      MakeError(absl::StatusCode::kResourceExhausted, "TOO_MANY_WATCHES",
                absl::StrCat("all ", limit_text, " watch streams of this server are in use"),
                {{"limit", limit_text}}),
      kFullRetryDelay);
}

absl::Status ReadsBusyError() {
  return Retryable(MakeError(absl::StatusCode::kResourceExhausted, "SERVER_BUSY",
                             "too many reads of the store are waiting; watch again after the last "
                             "revision seen"),
                   kFullRetryDelay);
}

}  // namespace gcjobs
