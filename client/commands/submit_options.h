#ifndef GCJOBS_CLIENT_COMMANDS_SUBMIT_OPTIONS_H_
#define GCJOBS_CLIENT_COMMANDS_SUBMIT_OPTIONS_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// The options that every command that submits a job has: what becomes a
// v1::SubmitOptions.
struct SubmitOptionFlags {
  std::vector<std::string> labels;
  std::string request_id;
  std::string wait;
  std::string execution_timeout;
  std::string retention;
  std::string guarantee;
  std::string poll_initial;
  std::string poll_max;
  int poll_attempts = 0;

  // `default_guarantee`: what the kind of work does unless told otherwise, for
  // the help, such as `at-most-once`.
  void AddTo(CLI::App* command, const std::string& default_guarantee);

  // With the organisation of --org and, unless one was given, a new request_id.
  // Errors: UsageError.
  absl::StatusOr<v1::SubmitOptions> ToOptions(const Session& session) const;
};

// A request_id that no other submission has.
std::string NewRequestId(const Session& session);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_SUBMIT_OPTIONS_H_
