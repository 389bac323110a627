#ifndef GCJOBS_CLIENT_COMMANDS_JOB_FILTER_H_
#define GCJOBS_CLIENT_COMMANDS_JOB_FILTER_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// The options of `list` and `watch` that say which jobs.
struct JobFilterOptions {
  std::vector<std::string> states;
  std::vector<std::string> kinds;
  std::string action_id;
  std::vector<std::string> labels;
  std::string created_after;
  std::string created_before;

  void AddTo(CLI::App* command);

  // Whether any was given.
  bool IsSet() const;

  // With the organisation of --org. Errors: UsageError.
  absl::StatusOr<v1::JobFilter> ToFilter(const Session& session) const;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_JOB_FILTER_H_
