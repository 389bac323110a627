#include "client/global_options.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "client/cli_error.h"
#include "client/parse.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

absl::Status CheckServer(const std::string& server) {
  constexpr absl::string_view kHint = "--server takes HOST:PORT, such as 127.0.0.1:50051";
  const bool is_url = absl::StartsWith(server, "http://") || absl::StartsWith(server, "https://");
  const bool has_port = absl::StrContains(server, ':');
  if (is_url || !has_port) {
    return UsageError(absl::StrCat("\"", server, "\" is not a server address"), kHint);
  }
  return absl::OkStatus();
}

absl::Status CheckToken(const GlobalOptions& options) {
  if (options.token.empty()) return absl::OkStatus();
  if (!std::all_of(options.token.begin(), options.token.end(), absl::ascii_isgraph)) {
    return UsageError("the token contains characters that are not allowed in a token");
  }
  if (!options.tls && !options.insecure && !IsLocalAddress(options.server)) {
    return UsageError(
        absl::StrCat("the token would be sent unencrypted to ", options.server),
        "use --tls (--ca-file for your own authority), or --insecure on a network that you trust");
  }
  return absl::OkStatus();
}

absl::Status ResolveToken(const CliIo& io, GlobalOptions* options) {
  if (!options->token.empty() && !options->token_file.empty()) {
    return UsageError("--token and --token-file cannot be used together");
  }
  if (!options->token_file.empty()) {
    ASSIGN_OR_RETURN(std::string text, ReadInputFile(options->token_file));
    options->token = std::string(absl::StripAsciiWhitespace(text));
    if (options->token.empty()) {
      return UsageError(absl::StrCat("--token-file ", options->token_file, ": empty"));
    }
  }
  if (options->token.empty()) options->token = io.env("GCJOBS_TOKEN").value_or("");
  return CheckToken(*options);
}

absl::Status ResolveTls(GlobalOptions* options) {
  if (options->cert_file.empty() != options->key_file.empty()) {
    return UsageError("--cert and --key must be used together");
  }
  options->tls = options->tls || !options->ca_file.empty() || !options->cert_file.empty();
  if (options->tls && options->insecure)
    return UsageError("--tls and --insecure cannot be used together");
  return absl::OkStatus();
}

// `HOST` of `HOST:PORT` and of `[HOST]:PORT`.
std::string HostOf(absl::string_view server) {
  absl::string_view host = server.substr(0, server.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return std::string(host);
}

}  // namespace

bool IsLocalAddress(absl::string_view server) {
  if (absl::StartsWith(server, "unix:") || absl::StartsWith(server, "unix-abstract:")) return true;
  absl::ConsumePrefix(&server, "dns:///");
  const std::string host = HostOf(server);
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "::1" || host == "localhost";
}

absl::Status GlobalOptions::Resolve(const CliIo& io) {
  // The format first: it decides how errors look.
  if (output_text != "table" && output_text != "json") {
    return UnknownWordError("--output", "format", output_text, {"table", "json"});
  }
  output = output_text == "json" ? OutputFormat::kJson : OutputFormat::kTable;

  ASSIGN_OR_RETURN(const absl::Duration parsed, ParseDuration("--timeout", timeout_text));
  if (parsed == absl::ZeroDuration()) return UsageError("--timeout must be more than 0");
  timeout = parsed;

  if (server.empty()) server = io.env("GCJOBS_SERVER").value_or("");
  if (server.empty()) server = kDefaultServer;
  RETURN_IF_ERROR(CheckServer(server));
  RETURN_IF_ERROR(ResolveTls(this));
  return ResolveToken(io, this);
}

}  // namespace gcjobs
