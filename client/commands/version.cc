#include <grpcpp/grpcpp.h>

#include "absl/strings/str_cat.h"

#include "client/commands/command.h"

namespace gcjobs {
namespace {

constexpr char kExamples[] = "Examples:\n  gcjobs version\n  gcjobs version --output json";

absl::StatusOr<ExitCode> RunVersion(const Session& session) {
  const std::string grpc_version = grpc::Version();
  *session.io.out << (session.options.output == OutputFormat::kJson
                          ? absl::StrCat("{\"version\":\"", GCJOBS_VERSION, "\",\"grpc\":\"",
                                         grpc_version, "\"}\n")
                          : absl::StrCat("gcjobs ", GCJOBS_VERSION, " (gRPC ", grpc_version, ")\n"))
                  << std::flush;
  return ExitCode::kDone;
}

}  // namespace

void AddVersion(CLI::App& parent, SelectedCommand* selected) {
  CLI::App* command = AddCommand(parent, "version", "Show this program's version", kExamples);
  command->callback([selected] { selected->run = RunVersion; });
}

}  // namespace gcjobs
