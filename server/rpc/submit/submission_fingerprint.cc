#include "server/rpc/submit/submission_fingerprint.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "gcjobs/v1/job.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

std::string DigestOfAction(const NewJob& job, v1::ActionMode mode) {
  return FieldHash()
      .Add(job.kind)
      .Add(job.org)
      .Add(job.action_id)
      .Add(v1::ActionMode_Name(mode))
      .Add(job.submission.body())
      .Digest();
}

std::string DigestOfOther(const NewJob& job) {
  FieldHash hash;
  hash.Add(job.kind).Add(job.org).Add(job.submission.body());
  hash.Add(absl::StrCat(job.results_page_size));
  const std::map<std::string, std::string> sorted(job.path_parameters.begin(),
                                                  job.path_parameters.end());
  for (const auto& [name, value] : sorted) hash.Add(name).Add(value);
  return hash.Digest();
}

}  // namespace

std::string FingerprintOf(const NewJob& job) {
  if (job.kind == kAsyncActionKind) {
    return absl::BytesToHexString(DigestOfAction(job, v1::ACTION_MODE_ASYNC));
  }
  if (job.kind == kDirectActionKind) {
    return absl::BytesToHexString(DigestOfAction(job, v1::ACTION_MODE_DIRECT));
  }
  return absl::BytesToHexString(DigestOfOther(job));
}

}  // namespace gcjobs
