#ifndef GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_
#define GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_

#include <CLI/CLI.hpp>

#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

#include "client/commands/command.h"
#include "client/commands/follow_job.h"
#include "client/commands/submit_options.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

// What a command that submits does with the job.
struct OutcomeFlags {
  bool validate_only = false;
  bool watch = false;
  bool result_only = false;
  std::string reconnect_for = kDefaultReconnectFor;

  // Whether --result-only is offered: only where results come with the job.
  enum class ResultOnly { kNo, kYes };
  void AddTo(CLI::App* command, ResultOnly result_only_offered);
};

// Submits a job by `submit` and shows, follows or prints what comes of it as
// `flags` say. `options`: as sent.
absl::StatusOr<ExitCode> SubmitAndShow(const Session& session, const OutcomeFlags& flags,
                                       const v1::SubmitOptions& options,
                                       absl::FunctionRef<absl::StatusOr<v1::Job>()> submit);

// The same for any request that JobClient::Submit takes: puts the options that
// the flags say into it.
template <typename Request>
absl::StatusOr<ExitCode> SubmitRequest(const Session& session, const SubmitOptionFlags& options,
                                       const OutcomeFlags& outcome, Request request) {
  absl::StatusOr<v1::SubmitOptions> chosen = options.ToOptions(session);
  if (!chosen.ok()) return chosen.status();
  chosen->set_validate_only(outcome.validate_only);
  *request.mutable_options() = *std::move(chosen);
  return SubmitAndShow(session, outcome, request.options(),
                       [&] { return session.client.Submit(request); });
}

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_SUBMISSION_H_
