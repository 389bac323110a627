#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"
#include "common/status_macros.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # exits with 0 if the server accepts requests, 1 if not, 3 if unreachable\n"
    "  gcjobs health && gcjobs submit action custom_-_1a2b\n"
    "\n"
    "  gcjobs health --service gcjobs.v1.JobService";

using grpc::health::v1::HealthCheckResponse;

absl::StatusOr<ExitCode> RunHealth(const Session& session, const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  // Once: who asks for the server's health wants to know that it is gone.
  ASSIGN_OR_RETURN(
      const HealthCheckResponse response,
      session.client.Call(&grpc::health::v1::Health::Stub::Check, request, {Retry::kNever}));
  const std::string status = HealthCheckResponse::ServingStatus_Name(response.status());
  Print(session, response, absl::StrCat(status, "\n"));
  return response.status() == HealthCheckResponse::SERVING ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

void AddHealth(CLI::App& parent, SelectedCommand* selected) {
  const auto service = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "health", "Check whether the server accepts requests", kExamples);
  command->add_option("--service", *service, "One service (default: the whole server)")
      ->option_text("NAME");
  command->callback([service, selected] {
    selected->run = [service](const Session& session) { return RunHealth(session, *service); };
  });
}

}  // namespace gcjobs
