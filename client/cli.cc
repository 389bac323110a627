#include "client/cli.h"

#include <CLI/CLI.hpp>

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/error_report.h"
#include "client/global_options.h"
#include "client/help.h"
#include "client/parse_failure.h"
#include "client/rpc_client.h"
#include "common/env_file.h"

namespace gcjobs {
namespace {

constexpr char kDescription[] =
    "Run Genesys Cloud work as durable jobs on a gcjobsd server and follow it.";

constexpr absl::string_view kExamples =
    "Examples:\n"
    "  # run a data action and follow it to its end\n"
    "  gcjobs submit action custom_-_1a2b --param customerId=42 --watch\n"
    "\n"
    "  # submit now, check later, fetch the result exactly as Genesys Cloud sent it\n"
    "  gcjobs submit action custom_-_1a2b --params-file order.json\n"
    "  gcjobs watch JOB\n"
    "  gcjobs get JOB --result-only > result.json\n"
    "\n"
    "  # yesterday's conversations into a file; after Ctrl-C or a crash, run it again\n"
    "  # and it resumes\n"
    "  gcjobs export --out day.ndjson --from 2026-01-01 --to 2026-01-02\n"
    "\n"
    "  # everything that happens, as JSON lines\n"
    "  gcjobs watch --output json\n"
    "\n"
    "  # raise an action's time limit\n"
    "  gcjobs action timeout set custom_-_1a2b 30s\n"
    "\n"
    "gcjobs COMMAND --help has the details of a command.\n"
    "\n";

constexpr absl::string_view kEnvironment =
    "\n\nEnvironment, and variables of --env-file:\n"
    "  GCJOBS_SERVER      the server, when --server is not given\n"
    "  GCJOBS_TOKEN       the token, when neither --token nor --token-file is given\n"
    "  GENESYS_ACTION_ID  the action, for submit action and action timeout\n"
    "  DATA_ACTION_ID     a flow's data action, for action timeout\n"
    "  FLOW_ID            its flow\n"
    "  NO_COLOR           no colours if set and not empty (in the environment)";

void AddConnectionOptions(CLI::App& app, GlobalOptions* options) {
  app.add_option("--server", options->server,
                 "The gcjobsd server (default 127.0.0.1:50051, or GCJOBS_SERVER)")
      ->option_text("HOST:PORT");
  app.add_flag("--tls", options->tls, "Use TLS; implied by --ca-file, --cert and --key");
  app.add_option("--ca-file", options->ca_file,
                 "PEM file with the certificate authorities to trust")
      ->option_text("FILE");
  app.add_option("--cert", options->cert_file,
                 "PEM file with the client certificate, for mutual TLS")
      ->option_text("FILE");
  app.add_option("--key", options->key_file, "PEM file with the private key of --cert")
      ->option_text("FILE");
  app.add_option("--token", options->token,
                 "Bearer token; other users of this machine can see it, so prefer --token-file")
      ->option_text("TOKEN");
  app.add_option("--token-file", options->token_file, "File that contains the token")
      ->option_text("FILE");
  app.add_flag("--insecure", options->insecure,
               "Allow sending a token unencrypted to another machine");
}

void AddGlobalOptions(CLI::App& app, GlobalOptions* options) {
  AddConnectionOptions(app, options);
  app.add_option("--org", options->org,
                 "Organisation to work in (default: the server's default); list and watch show "
                 "only its jobs")
      ->option_text("NAME");
  app.add_option("--env-file", options->env_file,
                 "File of NAME=value lines (.env): variables that the environment does not have")
      ->option_text("FILE");
  app.add_option("--timeout", options->timeout_text,
                 "Time limit for a call including its retries (default 30s); streams have none")
      ->option_text("DURATION");
  app.add_option("-o,--output", options->output_text, "table (default) or json")
      ->option_text("FORMAT");
  app.add_flag("-v,--verbose", options->verbose, "Show an error's code, reason and metadata");
}

void AddCommands(CLI::App& app, SelectedCommand* selected) {
  CLI::App* submit = AddCommandGroup(
      app, "submit", "Submit work",
      "Examples:\n  gcjobs submit action custom_-_1a2b --param customerId=42 --watch\n"
      "  gcjobs submit job KIND --body-file body.json --watch");
  AddSubmitAction(*submit, selected);
  AddSubmitJob(*submit, selected);
  CLI::App* query =
      AddCommandGroup(app, "query", "Conversation queries",
                      "Examples:\n  gcjobs query submit --last 24h --watch\n  gcjobs query views");
  AddQuerySubmit(*query, selected);
  AddQueryViews(*query, selected);
  AddExport(app, selected);
  AddWatch(app, selected);
  AddGet(app, selected);
  AddExplain(app, selected);
  AddResults(app, selected);
  AddList(app, selected);
  AddUpdate(app, selected);
  AddCancel(app, selected);
  AddDelete(app, selected);
  CLI::App* action = AddCommandGroup(
      app, "action", "Data actions and their time limits",
      "Examples:\n  gcjobs action list --name order\n  gcjobs action timeout get custom_-_1a2b");
  AddActionList(*action, selected);
  AddActionTimeout(*action, selected);
  AddKinds(app, selected);
  CLI::App* admin =
      AddCommandGroup(app, "admin", "What operators do", "Examples:\n  gcjobs admin renew-token");
  AddRenewToken(*admin, selected);
  AddHealth(app, selected);
  AddVersion(app, selected);
}

// The command that the parser had come to, for `COMMAND --help`.
const CLI::App* DeepestCommand(const CLI::App* app) {
  const std::vector<CLI::App*> chosen = app->get_subcommands();
  return chosen.empty() ? app : DeepestCommand(chosen.front());
}

// The words of a failed parse give no options; --output json counts all the same.
OutputFormat FormatAmong(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool is_option = arguments[i] == "-o" || arguments[i] == "--output";
    if (arguments[i] == "--output=json" || arguments[i] == "-ojson") return OutputFormat::kJson;
    if (is_option && i + 1 < arguments.size() && arguments[i + 1] == "json") {
      return OutputFormat::kJson;
    }
  }
  return OutputFormat::kTable;
}

ExitCode Report(const absl::Status& status, const GlobalOptions& options, const CliIo& io) {
  const absl::Status told = io.interrupt->IsSet() ? Interrupted(status) : status;
  *io.err << RenderError(told, options) << std::flush;
  return ExitCodeForStatus(told);
}

// `io` with the variables of --env-file, where the environment does not have
// them.
absl::StatusOr<CliIo> WithEnvFileOf(const GlobalOptions& options, CliIo io) {
  if (options.env_file.empty()) return io;
  absl::StatusOr<Environment> env = WithEnvFile(io.env, options.env_file);
  if (!env.ok()) return UsageError(absl::StrCat("--env-file: ", env.status().message()));
  io.env = *std::move(env);
  return io;
}

ExitCode RunCommand(const SelectedCommand& selected, const std::vector<std::string>& arguments,
                    GlobalOptions* options, const CliIo& given) {
  const absl::StatusOr<CliIo> io_or = WithEnvFileOf(*options, given);
  if (!io_or.ok()) return Report(io_or.status(), *options, given);
  const CliIo& io = *io_or;
  if (absl::Status status = options->Resolve(io); !status.ok()) return Report(status, *options, io);
  const absl::StatusOr<std::unique_ptr<RpcClient>> client = RpcClient::Create(*options, io);
  if (!client.ok()) return Report(client.status(), *options, io);
  (*client)->set_on_retry([&](const absl::Status& status) {
    if (options->output == OutputFormat::kJson) return;
    *io.err << "gcjobs: " << ErrorText(status, *options)
            << "; trying again until --timeout expires\n"
            << std::flush;
  });
  const absl::StatusOr<ExitCode> code = selected.run(Session{io, *options, arguments, **client});
  if (!io.out->good()) return ExitCode::kDone;  // nobody reads any more
  return code.ok() ? *code : Report(code.status(), *options, io);
}

}  // namespace

int RunCli(const std::vector<std::string>& arguments, const CliIo& io) {
  GlobalOptions options;
  SelectedCommand selected;
  CLI::App app(kDescription, "gcjobs");
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Show this help");
  app.set_version_flag("--version", std::string("gcjobs " GCJOBS_VERSION), "Show the version");
  app.require_subcommand(1);
  app.footer(absl::StrCat(kExamples, kExitCodeHelp, kEnvironment));
  AddGlobalOptions(app, &options);
  AddCommands(app, &selected);

  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes it
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    *io.out << DeepestCommand(&app)->help() << std::flush;
    return static_cast<int>(ExitCode::kDone);
  } catch (const CLI::CallForVersion& version) {
    *io.out << version.what() << "\n" << std::flush;
    return static_cast<int>(ExitCode::kDone);
  } catch (const CLI::ParseError& error) {
    options.output = FormatAmong(arguments);
    return static_cast<int>(Report(DescribeParseFailure(app, arguments, error), options, io));
  }
  return static_cast<int>(RunCommand(selected, arguments, &options, io));
}

}  // namespace gcjobs
