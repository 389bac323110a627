#ifndef GCJOBS_CLIENT_COMMANDS_EXPORT_REQUEST_H_
#define GCJOBS_CLIENT_COMMANDS_EXPORT_REQUEST_H_

#include <CLI/CLI.hpp>

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/commands/command.h"
#include "client/commands/job_input.h"
#include "client/commands/query_options.h"
#include "client/commands/submit_options.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// What `export` submits: a conversation query, or a job of any kind.
using ExportRequest = std::variant<v1::SubmitConversationQueryRequest, v1::SubmitJobRequest>;

// The options that say what to export.
struct ExportRequestFlags {
  QueryFlags query;
  std::string kind;
  JobInputFlags job;
  SubmitOptionFlags options;

  void AddTo(CLI::App* command);

  // `now`: what relative times count from. Errors: UsageError.
  absl::StatusOr<ExportRequest> ToRequest(const Session& session, absl::Time now) const;

  // Whether another `now` may give another request. If not, ToRequest must be
  // called once only: it may have read all of stdin.
  bool DependsOnTime() const { return kind.empty() && query.DependsOnTime(); }
};

const v1::SubmitOptions& OptionsOf(const ExportRequest& request);
v1::SubmitOptions* MutableOptionsOf(ExportRequest* request);

// A digest (hex) of all that decides what comes of the request: the same for
// two requests that differ in `request_id` and `wait` only.
std::string DigestOf(const ExportRequest& request);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_EXPORT_REQUEST_H_
