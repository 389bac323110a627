#include "client/commands/job_result.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "client/output.h"
#include "client/text.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

absl::Status NoInlineResult(const v1::Job& job) {
  if (job.has_results()) {
    return WithHint(absl::FailedPreconditionError(
                        absl::StrCat("job ", job.id(), ": its results come in pages")),
                    absl::StrCat("gcjobs results ", job.id()));
  }
  if (job.result_bytes() > 0) {
    return WithHint(absl::FailedPreconditionError(
                        absl::StrCat("job ", job.id(), ": the result of ", job.result_bytes(),
                                     " bytes is larger than the server keeps")),
                    "the server's cap on inline results can be raised for later jobs");
  }
  return absl::FailedPreconditionError(absl::StrCat("job ", job.id(), " has no result"));
}

}  // namespace

absl::StatusOr<ExitCode> PrintResult(const Session& session, const v1::Job& job) {
  if (!IsTerminal(job.state())) {
    return WithHint(absl::FailedPreconditionError(absl::StrCat(
                        "job ", job.id(), " is ", ShortName(job.state()), ": no result yet")),
                    absl::StrCat("gcjobs watch ", job.id(), " waits for its end"));
  }
  if (job.state() != v1::JOB_STATE_SUCCEEDED) {
    NoteFailure(session, job);
    return ExitCodeForState(job.state());
  }
  if (job.result_json().empty()) return NoInlineResult(job);
  *session.io.out << job.result_json() << "\n" << std::flush;
  return ExitCode::kDone;
}

void NoteFailure(const Session& session, const v1::Job& job) {
  if (!IsTerminal(job.state()) || job.state() == v1::JOB_STATE_SUCCEEDED) return;
  const std::string error = DescribeError(job);
  Note(session, absl::StrCat("job ", job.id(), " ", absl::AsciiStrToLower(ShortName(job.state())),
                             error.empty() ? "" : absl::StrCat(": ", error)));
  const std::string answer = DescribeAnswer(job);
  if (!answer.empty() && session.options.output == OutputFormat::kTable) {
    *session.io.err << answer << std::flush;
  }
  if (job.state() == v1::JOB_STATE_OUTCOME_UNKNOWN) {
    Note(session, "hint: it may or may not have run; look in Genesys Cloud before repeating it");
  }
}

}  // namespace gcjobs
