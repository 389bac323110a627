#include "client/commands/completeness.h"

#include "absl/strings/str_cat.h"

#include "client/job_view.h"
#include "common/time_conversion.h"

namespace gcjobs {
namespace {

std::string At(const Session& session, absl::Time time) {
  return DescribeTime(ToProto(time), session.io.clock->Now(), session.io.time_zone);
}

}  // namespace

void CompletenessFlags::AddTo(CLI::App* command) {
  command->add_flag("--require-complete", require_,
                    "Exit with 7 unless Genesys Cloud had the data of the whole interval; the "
                    "results are there all the same");
}

void NoteBytesReplaced(const Session& session, bool bytes_replaced) {
  if (!bytes_replaced) return;
  Note(session, "note: bytes that are not UTF-8 have become U+FFFD (the replacement character)");
}

ExitCode CompletenessFlags::Check(const Session& session, const v1::Job& job,
                                  std::optional<absl::Time> available_until) const {
  if (!available_until.has_value() && job.has_data_available_until()) {
    available_until = FromProto(job.data_available_until());
  }
  if (!available_until.has_value() || !job.has_data_needed_until()) {
    if (!require_) return ExitCode::kDone;
    Note(session,
         "cannot tell whether the results are complete: Genesys Cloud did not say up to "
         "when it had data");
    return ExitCode::kIncomplete;
  }
  const absl::Time needed_until = FromProto(job.data_needed_until());
  if (*available_until >= needed_until) return ExitCode::kDone;
  Note(session, absl::StrCat("the results are incomplete: Genesys Cloud had data up to ",
                             At(session, *available_until), ", and the query needs them up to ",
                             At(session, needed_until)));
  Note(session, "hint: --when-data-is-available has a query wait for its data");
  return require_ ? ExitCode::kIncomplete : ExitCode::kDone;
}

absl::StatusOr<ExitCode> CompletenessFlags::Check(const Session& session, const std::string& job_id,
                                                  std::optional<absl::Time> available_until) const {
  if (!require_ && !available_until.has_value()) return ExitCode::kDone;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  const absl::StatusOr<v1::Job> job = session.client.Call(&v1::JobService::Stub::GetJob, request);
  if (job.ok()) return Check(session, *job, available_until);
  if (require_) return job.status();
  return ExitCode::kDone;  // a remark can be left out
}

}  // namespace gcjobs
