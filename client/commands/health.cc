#include <memory>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  # 0 when the server takes requests, 1 when it does not, 3 when it is not there\n"
    "  gcjobs health && gcjobs submit action custom_-_1a2b\n"
    "\n"
    "  gcjobs health --service gcjobs.v1.JobService";

using grpc::health::v1::HealthCheckResponse;

absl::StatusOr<ExitCode> RunHealth(const Session& session, const std::string& service) {
  const absl::StatusOr<HealthCheckResponse> response = session.client.CheckHealth(service);
  if (!response.ok()) return response.status();
  const std::string status = HealthCheckResponse::ServingStatus_Name(response->status());
  Print(session, *response, absl::StrCat(status, "\n"));
  return response->status() == HealthCheckResponse::SERVING ? ExitCode::kDone : ExitCode::kFailed;
}

}  // namespace

void AddHealth(CLI::App& parent, SelectedCommand* selected) {
  const auto service = std::make_shared<std::string>();
  CLI::App* command =
      AddCommand(parent, "health", "Ask whether the server takes requests", kExamples);
  command->add_option("--service", *service, "One service (default: the whole server)")
      ->option_text("NAME");
  command->callback([service, selected] {
    selected->run = [service](const Session& session) { return RunHealth(session, *service); };
  });
}

}  // namespace gcjobs
