#include "server/genesys/kinds/job_kind.h"

#include <algorithm>
#include <utility>

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

// Lower case, without what separates words: `In_Progress`, `in-progress` and
// `InProgress` are one status.
std::string Fold(absl::string_view status) {
  std::string folded;
  for (const char c : status) {
    if (c != '-' && c != '_' && c != ' ') {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return folded;
}

}  // namespace

JobKindRegistry::JobKindRegistry(std::vector<std::unique_ptr<JobKind>> kinds) {
  for (std::unique_ptr<JobKind>& kind : kinds) {
    const std::string name = kind->name();
    kinds_.emplace(name, std::move(kind));
  }
}

const JobKind* JobKindRegistry::Find(absl::string_view name) const {
  const auto kind = kinds_.find(name);
  return kind == kinds_.end() ? nullptr : kind->second.get();
}

std::vector<v1::JobKind> JobKindRegistry::List() const {
  std::vector<v1::JobKind> descriptions;
  for (const auto& [name, kind] : kinds_) descriptions.push_back(kind->description());
  std::sort(descriptions.begin(), descriptions.end(),
            [](const v1::JobKind& a, const v1::JobKind& b) { return a.kind() < b.kind(); });
  return descriptions;
}

std::optional<v1::JobState> StateOfUpstreamStatus(absl::string_view status) {
  const std::string folded = Fold(status);
  const auto* const meaning =
      std::find_if(std::begin(kMeanings), std::end(kMeanings),
                   [&](const StatusMeaning& candidate) { return candidate.status == folded; });
  if (meaning == std::end(kMeanings)) return std::nullopt;
  return meaning->state;
}

}  // namespace gcjobs
