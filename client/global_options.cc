#include "client/global_options.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "client/connection.h"
#include "client/file.h"
#include "client/parse.h"
#include "client/usage_error.h"

namespace gcjobs {
namespace {

absl::Status CheckServer(const std::string& server) {
  constexpr absl::string_view kHint = "--server takes HOST:PORT, such as 127.0.0.1:50051";
  const bool is_url = absl::StartsWith(server, "http://") || absl::StartsWith(server, "https://");
  const bool has_port = absl::StrContains(server, ':');
  if (is_url || !has_port) {
    return UsageError(absl::StrCat("\"", server, "\" is not a server's address"), kHint);
  }
  return absl::OkStatus();
}

absl::Status CheckToken(const GlobalOptions& options) {
  if (options.token.empty()) return absl::OkStatus();
  if (!std::all_of(options.token.begin(), options.token.end(), absl::ascii_isgraph)) {
    return UsageError("the token holds characters that a token cannot have");
  }
  if (!options.tls && !options.insecure && !IsLocalAddress(options.server)) {
    return UsageError(
        absl::StrCat("a token would travel unencrypted to ", options.server),
        "use --tls (--ca-file for an own authority); or --insecure when the network is yours");
  }
  return absl::OkStatus();
}

absl::Status ResolveToken(const CliIo& io, GlobalOptions* options) {
  if (!options->token.empty() && !options->token_file.empty()) {
    return UsageError("--token and --token-file exclude each other");
  }
  if (!options->token_file.empty()) {
    absl::StatusOr<std::string> text = ReadInputFile(options->token_file);
    if (!text.ok()) return text.status();
    options->token = std::string(absl::StripAsciiWhitespace(*text));
    if (options->token.empty()) {
      return UsageError(absl::StrCat("--token-file ", options->token_file, ": empty"));
    }
  }
  if (options->token.empty()) options->token = io.env("GCJOBS_TOKEN").value_or("");
  return CheckToken(*options);
}

absl::Status ResolveTls(GlobalOptions* options) {
  if (options->cert_file.empty() != options->key_file.empty()) {
    return UsageError("--cert and --key belong together");
  }
  options->tls = options->tls || !options->ca_file.empty() || !options->cert_file.empty();
  if (options->tls && options->insecure)
    return UsageError("--tls and --insecure exclude each other");
  return absl::OkStatus();
}

}  // namespace

absl::Status GlobalOptions::Resolve(const CliIo& io) {
  // The format first: it decides how errors look.
  if (output_text != "table" && output_text != "json") {
    return UsageError(absl::StrCat("--output: there is no format \"", output_text, "\""),
                      "table or json");
  }
  output = output_text == "json" ? OutputFormat::kJson : OutputFormat::kTable;

  const absl::StatusOr<absl::Duration> parsed = ParseDuration("--timeout", timeout_text);
  if (!parsed.ok()) return parsed.status();
  if (*parsed == absl::ZeroDuration()) return UsageError("--timeout: must be more than 0");
  timeout = *parsed;

  if (server.empty()) server = io.env("GCJOBS_SERVER").value_or("");
  if (server.empty()) server = kDefaultServer;
  if (absl::Status status = CheckServer(server); !status.ok()) return status;
  if (absl::Status status = ResolveTls(this); !status.ok()) return status;
  return ResolveToken(io, this);
}

}  // namespace gcjobs
