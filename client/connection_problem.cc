#include "client/connection_problem.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "client/text.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kNotConnected = "failed to connect to all addresses";
constexpr absl::string_view kNoSuchHost = "DNS resolution failed";
// What TLS files that fit no connection come to: OpenSSL's reason is lost.
constexpr absl::string_view kNoAddress = "empty address list";

std::string AuthorityHint(const GlobalOptions& options) {
  if (options.ca_file.empty()) {
    return "if an authority of your own signed it, name that with --ca-file FILE";
  }
  return absl::StrCat("--ca-file ", options.ca_file,
                      " must have the authority that signed it, and the certificate must not have "
                      "expired");
}

std::string ClosedAtOnceHint(const GlobalOptions& options) {
  if (!options.tls) return "if the server requires TLS, use --tls or --ca-file FILE";
  if (options.cert_file.empty()) {
    return "if the server requires a client certificate, use --cert FILE and --key FILE";
  }
  return absl::StrCat("the server may not accept the certificate of --cert ", options.cert_file);
}

std::string TlsFilesHint(const GlobalOptions& options) {
  if (options.cert_file.empty()) {
    return absl::StrCat("check that --ca-file ", options.ca_file,
                        " has certificates in the PEM format");
  }
  return absl::StrCat("check that --cert ", options.cert_file, " and --key ", options.key_file,
                      " belong together, and that all files are in the PEM format");
}

// The end of gRPC's message is the reason.
absl::string_view ReasonOf(absl::string_view message) {
  constexpr absl::string_view kAttempt = "Failed to connect to remote host: ";
  const size_t attempt = message.find(kAttempt);
  if (attempt != absl::string_view::npos) message.remove_prefix(attempt + kAttempt.size());
  return message;
}

// The reason and what to do.
ConnectionProblem Diagnose(absl::string_view message, const GlobalOptions& options) {
  const auto has = [message](absl::string_view part) { return absl::StrContains(message, part); };
  if (has("certificate verify failed")) {
    return {"its certificate is not trusted", AuthorityHint(options)};
  }
  if (has("is not in peer certificate")) {
    return {"its certificate is for another name",
            "name the server with --server as its certificate does"};
  }
  if (has("wrong version number")) {
    return {"it does not speak TLS", "leave out --tls, --ca-file, --cert and --key"};
  }
  if (has(kNotConnected) && has("Socket closed")) {
    return {"it closed the connection at once", ClosedAtOnceHint(options)};
  }
  if (has(kNoAddress) && options.tls) {
    return {"the TLS files cannot be used", TlsFilesHint(options)};
  }
  if (has(kNoSuchHost)) {
    return {"there is no host of that name", "--server and GCJOBS_SERVER take HOST:PORT"};
  }
  return {std::string(ReasonOf(message)),
          "start gcjobsd there, or name another server with --server or GCJOBS_SERVER"};
}

}  // namespace

ConnectionProblem DescribeConnectionProblem(const absl::Status& status,
                                            const GlobalOptions& options) {
  if (absl::IsDeadlineExceeded(status)) {
    return {absl::StrCat("gcjobsd at ", options.server, " did not answer in time (",
                         FormatSeconds(options.timeout), ")"),
            "--timeout gives it more time; gcjobs health tells whether it is there"};
  }
  ConnectionProblem problem = Diagnose(status.message(), options);
  problem.message = absl::StrCat("cannot reach gcjobsd at ", options.server, ": ", problem.message);
  return problem;
}

bool WasNeverConnected(const absl::Status& status) {
  if (!absl::IsUnavailable(status)) return false;
  for (const absl::string_view words : {kNotConnected, kNoSuchHost, kNoAddress}) {
    if (absl::StartsWith(status.message(), words)) return true;
  }
  return false;
}

}  // namespace gcjobs
