#ifndef GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_
#define GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_

#include <CLI/CLI.hpp>

#include <string>

#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/parameters.h"

namespace gcjobs {

// A JSON text from `--NAME JSON` or `--NAME-file FILE` (`-` = stdin), sent byte
// for byte.
class JsonInput {
 public:
  // `name`: without dashes. `hint`: what a good text looks like.
  JsonInput(std::string name, JsonShape shape, std::string hint);

  void AddTo(CLI::App* command, const std::string& description);

  // Whether either option was given.
  bool IsSet() const { return !text_.empty() || !file_.empty(); }

  // The text, "" when not set. Errors: UsageError for both options at once, a
  // file that cannot be read, text that is not JSON of the right shape.
  absl::StatusOr<std::string> Read(const Session& session) const;

 private:
  absl::StatusOr<std::string> ReadSource(const Session& session) const;

  const std::string option_;       // --NAME
  const std::string file_option_;  // --NAME-file
  const JsonShape shape_;
  const std::string hint_;
  std::string text_;
  std::string file_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_
