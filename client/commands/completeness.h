#ifndef GCJOBS_CLIENT_COMMANDS_COMPLETENESS_H_
#define GCJOBS_CLIENT_COMMANDS_COMPLETENESS_H_

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

#include "absl/time/time.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// Genesys Cloud's analytics jobs run on data that arrive hours late: a query
// about what is not there yet succeeds all the same, with less.
class CompletenessFlags {
 public:
  void AddTo(CLI::App* command);

  bool is_required() const { return require_; }

  // The exit code of a command that has the results of `job`. Says on stderr when
  // they are incomplete; then, or when that cannot be told, --require-complete
  // makes it kIncomplete. `available_until`: as the result pages say, if any do.
  ExitCode Check(const Session& session, const v1::Job& job,
                 std::optional<absl::Time> available_until = std::nullopt) const;

  // The same for a job that is only known by its id. It is not asked for when
  // there is nothing to compare.
  absl::StatusOr<ExitCode> Check(const Session& session, const std::string& job_id,
                                 std::optional<absl::Time> available_until) const;

 private:
  bool require_ = false;
};

// Tells that results are not byte for byte what Genesys Cloud sent, if so.
void NoteBytesReplaced(const Session& session, bool bytes_replaced);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_COMPLETENESS_H_
