#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "client/job_view.h"
#include "client/text.h"
#include "common/status_macros.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  gcjobs admin renew-token\n"
    "  gcjobs admin renew-token --org sales\n"
    "\n"
    "Genesys Cloud decides what a token may do when it issues it: after a change of\n"
    "the OAuth client's roles the server needs a new one.";

absl::StatusOr<ExitCode> RunRenewToken(const Session& session) {
  v1::RenewTokenRequest request;
  request.set_org(session.options.org);
  ASSIGN_OR_RETURN(const v1::RenewTokenResponse response,
                   session.client.Call(&v1::JobService::Stub::RenewToken, request));
  const std::string expires =
      response.has_expire_time()
          ? DescribeTime(response.expire_time(), session.io.clock->Now(), session.io.time_zone)
          : "";
  Print(session, response, FieldLines({{"Organisation", response.org()}, {"Expires", expires}}));
  return ExitCode::kDone;
}

}  // namespace

void AddRenewToken(CLI::App& parent, SelectedCommand* selected) {
  CLI::App* command = AddCommand(parent, "renew-token",
                                 "Have the server get a new token from Genesys Cloud", kExamples);
  command->callback([selected] { selected->run = RunRenewToken; });
}

}  // namespace gcjobs
