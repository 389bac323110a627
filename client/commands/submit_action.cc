#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/commands/json_input.h"
#include "client/commands/submission.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # submit and follow to the end; the exit code says how it ended\n"
    "  gcjobs submit action custom_-_1a2b --param customerId=42 --watch\n"
    "\n"
    "  # values: JSON is sent as is (1.10 stays 1.10), other text becomes a string;\n"
    "  # := accepts only JSON, here a string of digits\n"
    "  gcjobs submit action ACTION --param amount=1.10 --param 'zip:=\"01234\"'\n"
    "\n"
    "  # a whole JSON object, sent byte for byte, from a file or stdin\n"
    "  gcjobs submit action ACTION --params-file order.json\n"
    "  make-order | gcjobs submit action ACTION --params-file -\n"
    "\n"
    "  # just the result, for a script\n"
    "  gcjobs submit action ACTION --param id=42 --result-only | jq .total\n"
    "\n"
    "  # by the action's name; by its id from a file of variables\n"
    "  gcjobs submit action --action-name 'Look Up Customer' --watch\n"
    "  gcjobs submit action --env-file .env --watch\n"
    "\n"
    "  # safe to run again: the same id gives the same job\n"
    "  gcjobs submit action ACTION --request-id order-4711";

struct Flags {
  std::string action_id;
  std::string action_name;
  std::vector<std::string> params;
  JsonInput json{"params", JsonShape::kObject,
                 "an action's parameters are an object, such as {\"customerId\": \"42\"}"};
  std::string mode;
  SubmitOptionFlags options;
  OutcomeFlags outcome;
};

// Empty: none were given.
absl::StatusOr<std::string> ReadParameters(const Session& session, const Flags& flags) {
  if (flags.params.empty()) return flags.json.Read(session);
  if (flags.json.IsSet()) {
    return UsageError("--param, --params and --params-file cannot be used together");
  }
  return ParametersFromOptions(flags.params);
}

absl::Status SetAction(const Session& session, const Flags& flags,
                       v1::SubmitActionRequest* request) {
  constexpr absl::string_view kWays =
      "give the action's id, or --action-name NAME, or set GENESYS_ACTION_ID";
  if (!flags.action_id.empty() && !flags.action_name.empty()) {
    return UsageError("ACTION_ID and --action-name cannot be used together", kWays);
  }
  if (!flags.action_name.empty()) {
    request->set_action_name(flags.action_name);
    return absl::OkStatus();
  }
  request->set_action_id(flags.action_id.empty() ? session.io.env("GENESYS_ACTION_ID").value_or("")
                                                 : flags.action_id);
  if (request->action_id().empty()) return UsageError("ACTION_ID is missing", kWays);
  return absl::OkStatus();
}

absl::StatusOr<v1::SubmitActionRequest> MakeRequest(const Session& session, const Flags& flags) {
  v1::SubmitActionRequest request;
  RETURN_IF_ERROR(SetAction(session, flags, &request));
  if (flags.mode == "async") request.set_mode(v1::ACTION_MODE_ASYNC);
  if (flags.mode == "direct") request.set_mode(v1::ACTION_MODE_DIRECT);
  ASSIGN_OR_RETURN(std::string parameters, ReadParameters(session, flags));
  if (!parameters.empty()) request.set_parameters_json(std::move(parameters));
  return request;
}

absl::StatusOr<ExitCode> RunSubmit(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(v1::SubmitActionRequest request, MakeRequest(session, flags));
  Repetition repetition;
  repetition.reads_stdin = flags.json.ReadsStdin();
  return SubmitRequest(session, flags.options, flags.outcome, repetition, std::move(request));
}

void AddInputOptions(CLI::App* command, Flags* flags) {
  command->add_option("ACTION_ID", flags->action_id,
                      "The data action's id (default: GENESYS_ACTION_ID)");
  command
      ->add_option("--action-name", flags->action_name,
                   "Its name instead, exactly as Genesys Cloud spells it")
      ->option_text("NAME");
  AddRepeatable(command, "--param", flags->params,
                "A parameter; VALUE is sent as is if it is a JSON number, true, false, null, "
                "object or array, and otherwise as a string; KEY:=JSON accepts only JSON")
      ->option_text("KEY=VALUE");
  flags->json.AddTo(command, "All parameters as a JSON object; sent as is");
  command
      ->add_option("--mode", flags->mode,
                   "async: Genesys Cloud accepts the work and gcjobsd polls for the result; "
                   "direct: gcjobsd waits for the answer (default: the server's)")
      ->option_text("async|direct")
      ->check(OneOf({"async", "direct"}));
}

}  // namespace

void AddSubmitAction(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "action", "Run a data action as a durable job", kExamples);
  AddInputOptions(command, flags.get());
  flags->options.AddTo(command, "at-most-once");
  flags->outcome.AddTo(command, OutcomeFlags::ResultOnly::kYes);
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunSubmit(session, *flags); };
  });
}

}  // namespace gcjobs
