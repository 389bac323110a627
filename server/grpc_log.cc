#include "server/grpc_log.h"

#include <grpc/support/log.h>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/log.h"

namespace gcjobs {
namespace {

void LogLine(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kDebug;
  Log(level, "grpc", {{"message", args->message}, {"file", args->file}, {"line", args->line}});
  // The process ends as soon as this returns.
  if (absl::StartsWith(args->message, "assertion failed")) FlushLog(absl::Seconds(1));
}

}  // namespace

void LogGrpcLines() {
  gpr_set_log_function(LogLine);
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_INFO);
}

}  // namespace gcjobs
