#ifndef GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_
#define GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/commands/command.h"
#include "client/watch_printer.h"

namespace gcjobs {

// --result-only: prints `result_json` byte for byte and a newline.
// Errors: a job that has not ended (FAILED_PRECONDITION); a result that is not
// in the job (FAILED_PRECONDITION, with what to do). A job that ended badly is
// reported on stderr and returns its exit code.
absl::StatusOr<ExitCode> PrintResult(const Session& session, const v1::Job& job);

// Tells on stderr why a job did not succeed; nothing for one that did or that
// is still on its way.
void NoteFailure(const Session& session, const v1::Job& job);

// The default of --reconnect-for.
inline constexpr char kDefaultReconnectFor[] = "10m";

// Watches a job to its end and returns it as it then is; events are shown or
// not. After an interrupt a line on stderr says how to resume, except for kLine,
// whose command says so itself.
absl::StatusOr<v1::Job> FollowJob(const Session& session, const std::string& job_id, int64_t after,
                                  absl::Duration reconnect_for, WatchPrinter::Events events);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_
