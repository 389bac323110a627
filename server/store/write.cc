#include "server/store/write.h"

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

struct Describer {
  std::string operator()(const Committed& committed) const {
    return absl::StrCat("committed at revision ", committed.job.job().revision());
  }
  std::string operator()(const RequestIdTaken& taken) const {
    return absl::StrCat("the request id belongs to job ", taken.job_id);
  }
  std::string operator()(const JobIdTaken&) const { return "the job id is taken"; }
  std::string operator()(const Stale& stale) const {
    return absl::StrCat("stale: the job is at revision ", stale.revision);
  }
  std::string operator()(const Missing&) const { return "the job does not exist"; }
};

}  // namespace

std::string Describe(const CommitOutcome& outcome) { return std::visit(Describer(), outcome); }

}  // namespace gcjobs
