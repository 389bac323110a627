#ifndef GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_
#define GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "client/commands/command.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// JSON text to send. Values are never rewritten: `1.10` stays `1.10` and 64-bit
// integers keep their digits.

// A data action's parameters: a JSON object from `--param` options, in their order:
//   KEY=VALUE    VALUE as it stands when it is a JSON number, true, false,
//                null, an object or an array; else as a string.
//   KEY:=JSON    VALUE must be JSON: `zip:="01234"` is a string of digits.
// Errors: INVALID_ARGUMENT (UsageError) for a missing `=`, a key given twice,
// invalid JSON after `:=`, text that is not UTF-8.
absl::StatusOr<std::string> ParametersFromOptions(const std::vector<std::string>& options);

// What a JSON text must be.
enum class JsonShape { kObject, kObjectOrArray };

// OK when `json` is one JSON value of that shape (and UTF-8); else a UsageError
// that names `source` and the place of the mistake, with `hint`.
absl::Status CheckJsonShape(absl::string_view source, absl::string_view json, JsonShape shape,
                            absl::string_view hint);

// A JSON text from `--NAME JSON` or `--NAME-file FILE` (`-` = stdin), sent byte
// for byte.
class JsonInput {
 public:
  // `name`: without dashes. `hint`: what a good text looks like.
  JsonInput(std::string name, JsonShape shape, std::string hint);

  void AddTo(CLI::App* command, const std::string& description);

  // Whether either option was given.
  bool IsSet() const { return !text_.empty() || !file_.empty(); }

  bool ReadsStdin() const { return file_ == "-"; }

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

// The options for the input of a job of any kind.
class JobInputFlags {
 public:
  void AddTo(CLI::App* command);

  // Whether any was given.
  bool IsSet() const { return body_.IsSet() || !path_.empty(); }

  bool ReadsStdin() const { return body_.ReadsStdin(); }

  // The request for a job of `kind`, without its common options.
  // Errors: UsageError.
  absl::StatusOr<v1::SubmitJobRequest> ToRequest(const Session& session,
                                                 const std::string& kind) const;

 private:
  JsonInput body_{"body", JsonShape::kObjectOrArray, "gcjobs kinds KIND shows where it is sent"};
  std::vector<std::string> path_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_JSON_INPUT_H_
