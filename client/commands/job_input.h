#ifndef GCJOBS_CLIENT_COMMANDS_JOB_INPUT_H_
#define GCJOBS_CLIENT_COMMANDS_JOB_INPUT_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/commands/json_input.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// The options that say what a job of any kind gets.
class JobInputFlags {
 public:
  void AddTo(CLI::App* command);

  // Whether any was given.
  bool IsSet() const { return body_.IsSet() || !path_.empty(); }

  // The request for a job of `kind`, but for its common options.
  // Errors: UsageError.
  absl::StatusOr<v1::SubmitJobRequest> ToRequest(const Session& session,
                                                 const std::string& kind) const;

 private:
  JsonInput body_{"body", JsonShape::kObjectOrArray, "gcjobs kinds KIND shows where it is sent to"};
  std::vector<std::string> path_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_JOB_INPUT_H_
