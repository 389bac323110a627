#ifndef GCJOBS_CLIENT_ERROR_REPORT_H_
#define GCJOBS_CLIENT_ERROR_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "client/global_options.h"

namespace gcjobs {

// What went wrong, on one line: what the server says, or why it cannot be
// reached. Not escaped. REQUIRES: !status.ok().
std::string ErrorText(const absl::Status& status, const GlobalOptions& options);

// What a person or a script is told about an error: what went wrong and what
// to do next, as the error itself says it (error_info.h: GetRemedy) unless the
// command knows better. Ends with a newline; control characters are escaped.
//
// As text: `error: …`, what Genesys Cloud answered (answer.h), `hint: …`
// and, with --verbose, code, reason and metadata. With --output json: one JSON
// object on one line, {"error":{"code","message","reason","domain","metadata",
// "answer":{"http_status","content_type","body","truncated"},"retry_delay",
// "hint","help","exit_code"}}.
//
// REQUIRES: !status.ok().
std::string RenderError(const absl::Status& status, const GlobalOptions& options);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_ERROR_REPORT_H_
