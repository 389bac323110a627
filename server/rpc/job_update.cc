#include "server/rpc/job_update.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kTimeout = "execution_timeout";
constexpr absl::string_view kPoll = "poll";
constexpr absl::string_view kInitialInterval = "poll.initial_interval";
constexpr absl::string_view kMaxInterval = "poll.max_interval";
constexpr absl::string_view kMaxAttempts = "poll.max_attempts";
constexpr absl::string_view kLabels = "labels";
// A label's key may hold anything, dots too.
constexpr absl::string_view kOneLabel = "labels.";

bool IsKnown(absl::string_view path) {
  for (const absl::string_view known :
       {kTimeout, kPoll, kInitialInterval, kMaxInterval, kMaxAttempts, kLabels}) {
    if (path == known) return true;
  }
  return absl::StartsWith(path, kOneLabel) && path.size() > kOneLabel.size();
}

// What is to be changed, as paths that are known.
absl::StatusOr<std::vector<std::string>> PathsOf(const v1::UpdateJobRequest& request) {
  std::vector<std::string> paths;
  const auto add = [&paths](absl::string_view path) { paths.emplace_back(path); };
  const auto& mask = request.update_mask().paths();
  if (mask.empty()) {
    if (request.has_execution_timeout()) add(kTimeout);
    if (request.has_poll()) add(kPoll);
    if (!request.labels().empty()) add(kLabels);
    if (!paths.empty()) return paths;
    return InvalidField("update_mask",
                        "nothing is to be changed: set execution_timeout, poll or labels");
  }
  for (const std::string& path : mask) {
    if (path == "*") {
      for (const absl::string_view each : {kTimeout, kPoll, kLabels}) add(each);
    } else if (IsKnown(path)) {
      add(path);
    } else {
      return InvalidField("update_mask",
                          absl::StrCat("can name execution_timeout, poll, labels and what is in "
                                       "them, but names ",
                                       Quote(path)));
    }
  }
  return paths;
}

void ChangeLabel(const Labels& from, const std::string& key, Labels* to) {
  const auto found = from.find(key);
  if (found == from.end()) {
    to->erase(key);
  } else {
    (*to)[key] = found->second;
  }
}

void ChangePoll(const v1::PollPolicy& from, absl::string_view path, v1::Job* job) {
  v1::PollPolicy& to = *job->mutable_poll();
  if (path == kPoll) {
    to = from;
  } else if (path == kInitialInterval) {
    to.clear_initial_interval();
    if (from.has_initial_interval()) *to.mutable_initial_interval() = from.initial_interval();
  } else if (path == kMaxInterval) {
    to.clear_max_interval();
    if (from.has_max_interval()) *to.mutable_max_interval() = from.max_interval();
  } else {
    to.set_max_attempts(from.max_attempts());
  }
  // Without any of its fields it is the same as none.
  if (to.ByteSizeLong() == 0) job->clear_poll();
}

absl::Status Change(const v1::UpdateJobRequest& request, const std::vector<std::string>& paths,
                    absl::Duration default_timeout, v1::Job* job) {
  for (const absl::string_view path : paths) {
    if (path == kTimeout) {
      *job->mutable_execution_timeout() =
          request.has_execution_timeout() ? request.execution_timeout() : ToProto(default_timeout);
    } else if (path == kLabels) {
      *job->mutable_labels() = request.labels();
    } else if (absl::StartsWith(path, kOneLabel)) {
      const std::string key(absl::StripPrefix(path, kOneLabel));
      ChangeLabel(request.labels(), key, job->mutable_labels());
    } else {
      ChangePoll(request.poll(), path, job);
    }
  }
  // Each part is in order; the whole has to be too.
  RETURN_IF_ERROR(ValidatePollPolicy("poll", job->poll()));
  return ValidateLabels("labels", job->labels());
}

}  // namespace

absl::StatusOr<JobEngine::JobChange> BuildJobChange(const v1::UpdateJobRequest& request,
                                                    absl::Duration default_timeout) {
  ASSIGN_OR_RETURN(std::vector<std::string> paths, PathsOf(request));
  if (request.has_execution_timeout()) {
    RETURN_IF_ERROR(ValidateExecutionTimeout("execution_timeout", request.execution_timeout()));
  }
  RETURN_IF_ERROR(ValidatePollPolicy("poll", request.poll()));
  RETURN_IF_ERROR(ValidateLabels("labels", request.labels()));
  return [request, paths = std::move(paths), default_timeout](v1::Job* job) {
    return Change(request, paths, default_timeout, job);
  };
}

}  // namespace gcjobs
