#ifndef GCJOBS_CLIENT_CLI_ERROR_H_
#define GCJOBS_CLIENT_CLI_ERROR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// An error of the command line, found before anything is sent: INVALID_ARGUMENT,
// hence ExitCode::kUsage. `hint` says what to write instead; may be empty.
absl::Status UsageError(absl::string_view message, absl::string_view hint = "");

// `text` is not one of `words`: the hint says which is meant, or all of them. The
// message is `--state: unknown state "runing"`.
absl::Status UnknownWordError(absl::string_view option, absl::string_view thing,
                              absl::string_view text, const std::vector<std::string>& words);

// `status` with a hint for whoever reads it; keeps a hint that is there.
// REQUIRES: !status.ok().
absl::Status WithHint(absl::Status status, absl::string_view hint);

// The hint that the status carries, or "".
std::string GetHint(const absl::Status& status);

// The error of a command that Ctrl-C has ended, ExitCode::kInterrupted, with the
// hint of `status`, if it has one.
absl::Status Interrupted(const absl::Status& status);

// Notes on the error of a call that no attempt of it can have arrived at the
// server. REQUIRES: !status->ok().
void MarkNotArrived(absl::Status* status);

// Whether a call that ended so may have done its work all the same: no answer
// came, and some attempt may have arrived.
bool MayHaveArrived(const absl::Status& status);

// What made a stream break that will be resumed, as the start of a sentence:
// `rate limited by Genesys Cloud`, `connection lost`.
std::string WhatBroke(const absl::Status& status);

// The exit code of the process. Scripts rely on these numbers.
enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kUnreachable = 3,
  kRefused = 4,
  kNotFound = 5,
  kOutcomeUnknown = 6,
  kIncomplete = 7,
  kInterrupted = 130,  // 128 + SIGINT, as shells say it
};

// The table of exit codes, as `gcjobs --help` prints it.
inline constexpr absl::string_view kExitCodeHelp =
    "Exit codes:\n"
    "    0  done\n"
    "    1  the job failed or was cancelled, or the call failed for another reason\n"
    "    2  usage: a bad option or argument, or a value that the server rejects\n"
    "    3  gcjobsd cannot be reached or does not answer in time\n"
    "    4  refused: token, permission, or gcjobsd's Genesys Cloud credentials\n"
    "    5  not found\n"
    "    6  outcome unknown: the work may or may not have run\n"
    "    7  the results are incomplete (with --require-complete)\n"
    "  130  interrupted";

// For a command whose answer is the job itself (submit, watch): a job that is
// still on its way is kDone, since it is in the server's hands.
ExitCode ExitCodeForState(v1::JobState state);

// For a call that failed. REQUIRES: !status.ok().
ExitCode ExitCodeForStatus(const absl::Status& status);

// Whether the error comes from the way to the server (nobody listens, the
// connection broke, no answer in time, the server shuts down) rather than from
// an answer about the request.
bool IsUnreachable(const absl::Status& status);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CLI_ERROR_H_
