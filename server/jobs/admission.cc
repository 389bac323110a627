#include "server/jobs/admission.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/errors.h"

namespace gcjobs {
namespace {

// A full intake drains at the pace of the request budget: a few a second.
constexpr absl::Duration kRetryDelay = absl::Seconds(5);

}  // namespace

Admission::Ticket::~Ticket() {
  if (admission_ == nullptr) return;
  Intake& intake = admission_->intakes_[org_];
  --intake.jobs;
  intake.bytes -= bytes_;
}

absl::StatusOr<Admission::Ticket> Admission::Admit(const std::string& org, size_t bytes) {
  const Intake& intake = intakes_[org];
  if (intake.jobs < options_.max_queued_jobs && intake.bytes + bytes <= options_.max_queued_bytes) {
    return Readmit(org, bytes);
  }
  metrics_->IntakeRefused().Increment();
  const std::string jobs = absl::StrCat(intake.jobs);
  const std::string held = absl::StrCat(intake.bytes);
  return MakeRetryableError(
      errors::kIntakeFull, kRetryDelay,
      absl::StrCat("organisation ", org, " has ", jobs, " jobs (", held,
                   " bytes) that wait to be submitted; no more are taken now"),
      {{"org", org}, {"queued_jobs", jobs}, {"queued_bytes", held}});
}

Admission::Ticket Admission::Readmit(const std::string& org, size_t bytes) {
  Intake& intake = intakes_[org];
  ++intake.jobs;
  intake.bytes += bytes;
  return Ticket(this, org, bytes);
}

}  // namespace gcjobs
