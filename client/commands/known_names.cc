#include "client/commands/known_names.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/near_words.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

// As many as a page may have: the newest tell which labels are in use.
constexpr int kSampledJobs = 1000;

std::vector<std::string> Names(const v1::ListJobKindsResponse& known) {
  std::vector<std::string> names;
  for (const v1::JobKind& kind : known.kinds()) names.push_back(kind.kind());
  return names;
}

absl::StatusOr<v1::ListJobKindsResponse> ListKinds(const Session& session) {
  return session.client.Call(&v1::JobService::Stub::ListJobKinds, v1::ListJobKindsRequest());
}

// A kind that the server no longer runs may have left jobs behind.
bool MayHaveJobsOf(const Session& session, const std::string& kind) {
  v1::ListJobsRequest request;
  request.mutable_filter()->add_kinds(kind);
  request.set_page_size(1);
  const absl::StatusOr<v1::ListJobsResponse> found =
      session.client.Call(&v1::JobService::Stub::ListJobs, request);
  return !found.ok() || found->jobs_size() > 0;
}

}  // namespace

absl::Status NoSuchKind(const v1::ListJobKindsResponse& known, const std::string& kind) {
  return WithHint(JobKindNotFoundError(kind), DidYouMean(kind, Names(known)));
}

absl::Status WithNearKind(const Session& session, const absl::Status& status) {
  if (!HasReason(status, errors::kJobKindNotFound)) return status;
  const std::optional<google::rpc::ErrorInfo> info = GetErrorInfo(status);
  const auto kind = info->metadata().find("kind");
  const absl::StatusOr<v1::ListJobKindsResponse> known = ListKinds(session);
  if (kind == info->metadata().end() || !known.ok()) return status;
  return WithHint(status, DidYouMean(kind->second, Names(*known)));
}

absl::Status CheckKinds(const Session& session, const v1::JobFilter& filter) {
  if (filter.kinds().empty()) return absl::OkStatus();
  const absl::StatusOr<v1::ListJobKindsResponse> known = ListKinds(session);
  if (!known.ok()) return absl::OkStatus();
  const std::vector<std::string> names = Names(*known);
  for (const std::string& kind : filter.kinds()) {
    const bool is_known = std::find(names.begin(), names.end(), kind) != names.end();
    if (!is_known && !MayHaveJobsOf(session, kind)) return NoSuchKind(*known, kind);
  }
  return absl::OkStatus();
}

void NoteUnknownLabels(const Session& session, const v1::JobFilter& filter) {
  if (filter.labels().empty()) return;
  v1::ListJobsRequest request;
  *request.mutable_filter()->mutable_orgs() = filter.orgs();
  request.set_page_size(kSampledJobs);
  const absl::StatusOr<v1::ListJobsResponse> sample =
      session.client.Call(&v1::JobService::Stub::ListJobs, request);
  if (!sample.ok()) return;  // a remark can be left out
  std::set<std::string> keys;
  for (const v1::Job& job : sample->jobs()) {
    for (const auto& [key, value] : job.labels()) keys.insert(key);
  }
  const std::string jobs = sample->next_page_token().empty()
                               ? "no job"
                               : absl::StrCat("none of the newest ", kSampledJobs, " jobs");
  for (const auto& [key, value] : filter.labels()) {
    if (keys.count(key) > 0) continue;
    const std::string near = DidYouMean(key, {keys.begin(), keys.end()});
    Note(session, absl::StrCat(jobs, " has a label \"", key, "\"", near.empty() ? "" : "; ", near));
  }
}

}  // namespace gcjobs
