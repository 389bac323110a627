#ifndef GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_
#define GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_

#include <CLI/CLI.hpp>

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/commands/completeness.h"
#include "client/commands/follow_job.h"
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

// What a command that submits does with the job.
struct OutcomeFlags {
  bool validate_only = false;
  bool watch = false;
  bool result_only = false;
  std::string reconnect_for = kDefaultReconnectFor;
  CompletenessFlags completeness;

  // Whether --result-only is offered: only where results come with the job.
  enum class ResultOnly { kNo, kYes };
  // Where they come in pages they may be incomplete, which --require-complete is
  // about.
  void AddTo(CLI::App* command, ResultOnly result_only_offered);
};

// What else the same command needs to ask for the same job later on.
struct Repetition {
  // Options whose meaning changes with the time, such as --last, and what
  // stands in their place.
  std::vector<std::string> moving;
  std::vector<std::string> fixed;
  // Its input came from stdin.
  bool reads_stdin = false;
};

// Submits a job by `submit` and shows or follows it, or prints its result, as
// `flags` say. `options`: as sent. When the outcome of the submission is not known (Ctrl-C,
// a connection that broke, no answer in time) the error's hint is the command
// that gets the same job.
absl::StatusOr<ExitCode> SubmitAndShow(const Session& session, const OutcomeFlags& flags,
                                       const v1::SubmitOptions& options,
                                       const Repetition& repetition,
                                       absl::FunctionRef<absl::StatusOr<v1::Job>()> submit);

// The RPC that takes such a request.
inline auto SubmitMethod(const v1::SubmitActionRequest& /*request*/) {
  return &v1::JobService::Stub::SubmitAction;
}
inline auto SubmitMethod(const v1::SubmitConversationQueryRequest& /*request*/) {
  return &v1::JobService::Stub::SubmitConversationQuery;
}
inline auto SubmitMethod(const v1::SubmitJobRequest& /*request*/) {
  return &v1::JobService::Stub::SubmitJob;
}

// Sends the request with the options that the flags say, and shows the
// outcome.
template <typename Request>
absl::StatusOr<ExitCode> SubmitRequest(const Session& session, const SubmitOptionFlags& options,
                                       const OutcomeFlags& outcome, const Repetition& repetition,
                                       Request request) {
  ASSIGN_OR_RETURN(*request.mutable_options(), options.ToOptions(session));
  request.mutable_options()->set_validate_only(outcome.validate_only);
  return SubmitAndShow(session, outcome, request.options(), repetition,
                       [&] { return session.client.Submit(SubmitMethod(request), request); });
}

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_
