#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "client/cli_error.h"
#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/parse.h"
#include "client/text.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/action_service.grpc.pb.h"

namespace gcjobs {
namespace {

constexpr char kGroupExamples[] =
    "Examples:\n"
    "  gcjobs action timeout get custom_-_1a2b\n"
    "  gcjobs action timeout set custom_-_1a2b 30s";

constexpr char kGetExamples[] =
    "Examples:\n"
    "  # an integration action\n"
    "  gcjobs action timeout get custom_-_1a2b\n"
    "\n"
    "  # a flow's data action; one by its name\n"
    "  gcjobs action timeout get ACTION --flow FLOW\n"
    "  gcjobs action timeout get --action-name 'Get Order Status' --flow FLOW\n"
    "\n"
    "  # with FLOW_ID and DATA_ACTION_ID from a file of variables\n"
    "  gcjobs action timeout get --env-file .env";

constexpr char kSetExamples[] =
    "Examples:\n"
    "  # an integration action: 1s to 60s, whole seconds\n"
    "  gcjobs action timeout set custom_-_1a2b 30s\n"
    "\n"
    "  # a flow's data action: 1s to 30s; type rest accepts milliseconds\n"
    "  gcjobs action timeout set ACTION 2500ms --flow FLOW\n"
    "\n"
    "  # by name; with FLOW_ID and DATA_ACTION_ID from a file of variables\n"
    "  gcjobs action timeout set --action-name 'Look Up Customer' 10s\n"
    "  gcjobs action timeout set 10s --env-file .env\n"
    "\n"
    "  # only if it has not changed since version 7 was read\n"
    "  gcjobs action timeout set custom_-_1a2b 30s --expected-version 7\n"
    "\n"
    "Everything else about the action stays as it is, even if someone else changes\n"
    "it at the same time. The new limit is read back and reported.";

struct Flags {
  std::string action_id;
  std::string action_name;
  std::string flow_id;
  std::string timeout;
  std::optional<int64_t> expected_version;
};

// Which action a command is about: as the command line says, or else the
// environment.
struct Target {
  std::string action_id;
  std::string action_name;
  std::string flow_id;
};

// Genesys Cloud's spelling of the ids of integration actions.
bool IsIntegrationActionId(absl::string_view id) {
  return absl::StartsWith(id, "custom_") || absl::StartsWith(id, "static_");
}

absl::StatusOr<Target> ResolveTarget(const Session& session, const Flags& flags) {
  constexpr absl::string_view kWays =
      "give the action's id, or --action-name NAME, or set DATA_ACTION_ID or GENESYS_ACTION_ID";
  if (!flags.action_id.empty() && !flags.action_name.empty()) {
    return UsageError("ACTION and --action-name cannot be used together", kWays);
  }
  Target target = {flags.action_id, flags.action_name, flags.flow_id};
  const auto variable = [&](const char* name) { return session.io.env(name).value_or(""); };
  if (target.action_id.empty() && target.action_name.empty()) {
    target.action_id = variable("DATA_ACTION_ID");
    if (target.action_id.empty()) target.action_id = variable("GENESYS_ACTION_ID");
    if (target.action_id.empty()) return UsageError("ACTION is missing", kWays);
  }
  // An integration action belongs to no flow.
  if (target.flow_id.empty() && !IsIntegrationActionId(target.action_id)) {
    target.flow_id = variable("FLOW_ID");
  }
  return target;
}

template <typename Request>
absl::StatusOr<Request> MakeRequest(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const Target target, ResolveTarget(session, flags));
  Request request;
  request.set_action_id(target.action_id);
  request.set_action_name(target.action_name);
  request.set_flow_id(target.flow_id);
  request.set_org(session.options.org);
  return request;
}

std::string LimitText(bool is_set, const google::protobuf::Duration& limit) {
  return is_set ? FormatSeconds(FromProto(limit)) : "not set (Genesys Cloud's default)";
}

// Of a limit that is not set: what holds instead.
std::string CurrentLimitText(const v1::ActionTimeout& action) {
  if (action.has_timeout() || !action.has_effective_timeout()) {
    return LimitText(action.has_timeout(), action.timeout());
  }
  return absl::StrCat("not set: ", FormatSeconds(FromProto(action.effective_timeout())),
                      " (the default)");
}

void NoteNotes(const Session& session, const v1::ActionTimeout& action) {
  for (const std::string& note : action.notes()) Note(session, absl::StrCat("note: ", note));
}

std::string Describe(const v1::ActionTimeout& action, const std::string& limit,
                     const std::string& verified) {
  return FieldLines({{"Action", action.action_id()},
                     {"Flow", action.flow_id()},
                     {"Name", action.name()},
                     {"Type", action.type()},
                     {"Timeout", limit},
                     {"Version", absl::StrCat(action.version())},
                     {"Verified", verified}});
}

absl::StatusOr<ExitCode> RunGet(const Session& session, const Flags& flags) {
  ASSIGN_OR_RETURN(const auto request, MakeRequest<v1::GetActionTimeoutRequest>(session, flags));
  ASSIGN_OR_RETURN(const v1::ActionTimeout action,
                   session.client.Call(&v1::ActionService::Stub::GetActionTimeout, request));
  Print(session, action, Describe(action, CurrentLimitText(action), ""));
  NoteNotes(session, action);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> RunSet(const Session& session, Flags flags) {
  // A single argument is the limit: the action is named otherwise.
  if (flags.timeout.empty()) std::swap(flags.timeout, flags.action_id);
  if (flags.timeout.empty()) {
    return UsageError("TIMEOUT is missing", "gcjobs action timeout set --help has the details");
  }
  ASSIGN_OR_RETURN(const absl::Duration timeout, ParseDuration("TIMEOUT", flags.timeout));
  ASSIGN_OR_RETURN(auto request, MakeRequest<v1::UpdateActionTimeoutRequest>(session, flags));
  *request.mutable_timeout() = ToProto(timeout);
  if (flags.expected_version.has_value()) request.set_expected_version(*flags.expected_version);
  // When an answer is lost the limit may be set all the same: a second try would
  // find it as the `previous_timeout`, and another version than was expected.
  const Retry retry = flags.expected_version.has_value() ? Retry::kNever : Retry::kWhenTold;
  ASSIGN_OR_RETURN(
      const v1::ActionTimeout action,
      session.client.Call(&v1::ActionService::Stub::UpdateActionTimeout, request, {retry}));

  const std::string change =
      absl::StrCat(LimitText(action.has_previous_timeout(), action.previous_timeout()), " -> ",
                   LimitText(action.has_timeout(), action.timeout()));
  Print(session, action, Describe(action, change, action.verified() ? "yes" : "no"));
  if (!action.verified()) {
    Note(session, absl::StrCat("note: the limit was written but did not show when read back; check "
                               "again with gcjobs action timeout get ",
                               action.action_id()));
  }
  NoteNotes(session, action);
  return ExitCode::kDone;
}

void AddTarget(CLI::App* command, Flags* flags) {
  command->add_option("ACTION", flags->action_id,
                      "The data action's id (default: DATA_ACTION_ID, or GENESYS_ACTION_ID)");
  command
      ->add_option("--flow", flags->flow_id,
                   "The flow that the data action belongs to (default: FLOW_ID, unless the id is "
                   "an integration action's)")
      ->option_text("FLOW_ID");
  command
      ->add_option("--action-name", flags->action_name,
                   "The action's name instead, exactly as Genesys Cloud spells it")
      ->option_text("NAME");
}

void AddTimeoutGet(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = AddCommand(parent, "get", "Show an action's time limit", kGetExamples);
  AddTarget(command, flags.get());
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunGet(session, *flags); };
  });
}

void AddTimeoutSet(CLI::App& parent, SelectedCommand* selected) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      AddCommand(parent, "set", "Set an action's time limit and read it back", kSetExamples);
  AddTarget(command, flags.get());
  command->add_option("TIMEOUT", flags->timeout, "The new limit: 10s, 2500ms");
  command
      ->add_option_function<int64_t>(
          "--expected-version", [flags](int64_t version) { flags->expected_version = version; },
          "Write only if the action has this version; no retry on a conflict")
      ->option_text("N")
      ->check(AtLeast(0));
  command->callback([flags, selected] {
    selected->run = [flags](const Session& session) { return RunSet(session, *flags); };
  });
}

}  // namespace

void AddActionTimeout(CLI::App& parent, SelectedCommand* selected) {
  CLI::App* timeout = AddCommandGroup(parent, "timeout", "An action's time limit", kGroupExamples);
  AddTimeoutGet(*timeout, selected);
  AddTimeoutSet(*timeout, selected);
}

}  // namespace gcjobs
