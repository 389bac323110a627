#include "server/genesys/kinds/upstream_status.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"

namespace gcjobs {
namespace {

struct StatusMeaning {
  absl::string_view status;  // folded
  v1::JobState state;
};

constexpr StatusMeaning kMeanings[] = {
    {"queued", v1::JOB_STATE_PENDING},      {"pending", v1::JOB_STATE_PENDING},
    {"accepted", v1::JOB_STATE_PENDING},    {"scheduled", v1::JOB_STATE_PENDING},
    {"submitted", v1::JOB_STATE_PENDING},   {"registered", v1::JOB_STATE_PENDING},
    {"running", v1::JOB_STATE_RUNNING},     {"inprogress", v1::JOB_STATE_RUNNING},
    {"processing", v1::JOB_STATE_RUNNING},  {"executing", v1::JOB_STATE_RUNNING},
    {"gathering", v1::JOB_STATE_RUNNING},   {"started", v1::JOB_STATE_RUNNING},
    {"completed", v1::JOB_STATE_SUCCEEDED}, {"complete", v1::JOB_STATE_SUCCEEDED},
    {"success", v1::JOB_STATE_SUCCEEDED},   {"succeeded", v1::JOB_STATE_SUCCEEDED},
    {"fulfilled", v1::JOB_STATE_SUCCEEDED}, {"failed", v1::JOB_STATE_FAILED},
    {"failure", v1::JOB_STATE_FAILED},      {"error", v1::JOB_STATE_FAILED},
    {"cancelled", v1::JOB_STATE_CANCELLED}, {"canceled", v1::JOB_STATE_CANCELLED},
    {"expired", v1::JOB_STATE_FAILED},
};

}  // namespace

std::string FoldUpstreamStatus(absl::string_view status) {
  std::string folded;
  for (const char c : status) {
    if (c != '-' && c != '_' && c != ' ') {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return folded;
}

std::optional<v1::JobState> StateOfUpstreamStatus(absl::string_view status) {
  const std::string folded = FoldUpstreamStatus(status);
  const auto* const meaning =
      std::find_if(std::begin(kMeanings), std::end(kMeanings),
                   [&](const StatusMeaning& candidate) { return candidate.status == folded; });
  if (meaning == std::end(kMeanings)) return std::nullopt;
  return meaning->state;
}

}  // namespace gcjobs
