#include <google/protobuf/empty.pb.h>

#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs delete 0190a8c2-7d1e-7cc3-98c4-dc0c0c07398f\n"
    "\n"
    "Only a job that has ended can be deleted (gcjobs cancel ends it). Deleting a\n"
    "job that no longer exists is not an error. When its retention is over, a job is\n"
    "deleted by itself.";

absl::StatusOr<ExitCode> RunDelete(const Session& session, const std::string& job_id) {
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
