#ifndef GCJOBS_CLIENT_COMMANDS_RESULTS_TO_STDOUT_H_
#define GCJOBS_CLIENT_COMMANDS_RESULTS_TO_STDOUT_H_

#include <string>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/result_session.h"

namespace gcjobs {

// What a line of stdout is; with --output json a ResultPage in any case.
enum class PageFormat { kItems, kArray };

// Writes a job's results from `cursor` on (empty = all of them), flushed page by
// page. Progress goes to stderr when that is a terminal and stdout is not.
absl::StatusOr<ExitCode> ResultsToStdout(const Session& session, const std::string& job_id,
                                         const std::string& cursor, PageFormat format,
                                         ResultSession::Options options);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_RESULTS_TO_STDOUT_H_
