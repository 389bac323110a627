#ifndef GCJOBS_CLIENT_COMMANDS_JOB_RESULT_H_
#define GCJOBS_CLIENT_COMMANDS_JOB_RESULT_H_

#include "absl/status/statusor.h"

#include "client/commands/command.h"

namespace gcjobs {

// --result-only: prints `result_json` byte for byte and a newline.
// Errors: a job that has not ended (FAILED_PRECONDITION); a result that did not
// come along (FAILED_PRECONDITION, with what to do). A job that ended badly is
// told on stderr and gives its exit code.
absl::StatusOr<ExitCode> PrintResult(const Session& session, const v1::Job& job);

// Tells on stderr why a job did not succeed; nothing for one that did or that
// is still on its way.
void NoteFailure(const Session& session, const v1::Job& job);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_JOB_RESULT_H_
