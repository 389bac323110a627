#include <google/protobuf/empty.pb.h>

#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs delete 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "Only a job that has ended can be deleted (gcjobs cancel ends it). When its\n"
    "retention is over, a job is deleted by itself. The exit code is 5 if there is no\n"
    "such job.";

absl::StatusOr<ExitCode> RunDelete(const Session& session, const std::string& job_id) {
  // The call itself is content with a job that is not there; a person who has
  // mistyped an id is not.
  v1::GetJobRequest get;
  get.set_job_id(job_id);
  RETURN_IF_ERROR(session.client.Call(&v1::JobService::Stub::GetJob, get).status());
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  ASSIGN_OR_RETURN(const google::protobuf::Empty empty,
                   session.client.Call(&v1::JobService::Stub::DeleteJob, request));
  Print(session, empty, "");
  Note(session, absl::StrCat("job ", job_id, " deleted"));
  return ExitCode::kDone;
}

}  // namespace

void AddDelete(CLI::App& parent, SelectedCommand* selected) {
  const auto job_id = std::make_shared<std::string>();
  CLI::App* command = AddCommand(parent, "delete", "Delete a job that has ended", kExamples);
  command->add_option("JOB", *job_id, "The job's id")->required();
  command->callback([job_id, selected] {
    selected->run = [job_id](const Session& session) { return RunDelete(session, *job_id); };
  });
}

}  // namespace gcjobs
