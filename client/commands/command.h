#ifndef GCJOBS_CLIENT_COMMANDS_COMMAND_H_
#define GCJOBS_CLIENT_COMMANDS_COMMAND_H_

#include <CLI/CLI.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "client/cli_error.h"
#include "client/cli_io.h"
#include "client/global_options.h"
#include "client/rpc_client.h"

namespace gcjobs {

// What a command works with, while it runs.
struct Session {
  const CliIo& io;
  const GlobalOptions& options;
  const std::vector<std::string>& arguments;  // all of the command line, as typed
  RpcClient& client;
};

// A command's work. Its error is reported and becomes the exit code.
using Run = std::function<absl::StatusOr<ExitCode>(const Session&)>;

// The command that was found on the command line.
struct SelectedCommand {
  Run run;
};

// Each registers one command below `parent`; parsing its name puts its work
// into `*selected`, which must outlive the parsing.
void AddSubmitAction(CLI::App& parent, SelectedCommand* selected);
void AddSubmitJob(CLI::App& parent, SelectedCommand* selected);
void AddQuerySubmit(CLI::App& parent, SelectedCommand* selected);
void AddQueryViews(CLI::App& parent, SelectedCommand* selected);
void AddExport(CLI::App& parent, SelectedCommand* selected);
void AddWatch(CLI::App& parent, SelectedCommand* selected);
void AddGet(CLI::App& parent, SelectedCommand* selected);
void AddExplain(CLI::App& parent, SelectedCommand* selected);
void AddResults(CLI::App& parent, SelectedCommand* selected);
void AddList(CLI::App& parent, SelectedCommand* selected);
void AddUpdate(CLI::App& parent, SelectedCommand* selected);
void AddCancel(CLI::App& parent, SelectedCommand* selected);
void AddDelete(CLI::App& parent, SelectedCommand* selected);
void AddActionList(CLI::App& parent, SelectedCommand* selected);
void AddActionTimeout(CLI::App& parent, SelectedCommand* selected);  // get and set
void AddKinds(CLI::App& parent, SelectedCommand* selected);
void AddRenewToken(CLI::App& parent, SelectedCommand* selected);
void AddHealth(CLI::App& parent, SelectedCommand* selected);
void AddVersion(CLI::App& parent, SelectedCommand* selected);

// Helpers of the commands.

// A subcommand with `examples` at the end of its help, one command per line with
// what it does above it after a `#`.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& examples);

// A command with nothing but subcommands.
CLI::App* AddCommandGroup(CLI::App& parent, const std::string& name, const std::string& description,
                          const std::string& examples);

// An option that may come again and again, each time with one value: it never
// swallows the positional behind it.
template <typename T>
CLI::Option* AddRepeatable(CLI::App* command, const std::string& name, T& values,
                           const std::string& description) {
  return command->add_option(name, values, description)->allow_extra_args(false);
}

// Checks of an option's value, with errors for people: a whole number from
// `least` to `most`, and one of `words`.
CLI::Validator InRange(int64_t least, int64_t most);
CLI::Validator AtLeast(int64_t least);
CLI::Validator OneOf(std::vector<std::string> words);

// Prints a message as JSON (--output json), or else `text`.
void Print(const Session& session, const google::protobuf::Message& message,
           const std::string& text);

// A remark for a person: to stderr, not with --output json.
void Note(const Session& session, const std::string& text);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_COMMAND_H_
