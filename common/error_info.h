#ifndef GCJOBS_COMMON_ERROR_INFO_H_
#define GCJOBS_COMMON_ERROR_INFO_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"

namespace gcjobs {

// Errors are absl::Status everywhere. What clients rely on (reason, domain,
// metadata, retry delay, remedy) travels as payloads of the Status under the type URLs of
// google.rpc messages, and becomes `details` on the wire (status_conversion.h).
// The errors themselves are in errors.h.

inline constexpr absl::string_view kDomainGcjobs = "gcjobs";
inline constexpr absl::string_view kDomainGenesys = "genesys.cloud";

// The ErrorInfo of a status, if it has one.
std::optional<google::rpc::ErrorInfo> GetErrorInfo(const absl::Status& status);

// The ErrorInfo's reason, or "".
std::string GetReason(const absl::Status& status);

// Replaces the ErrorInfo; bytes that are not UTF-8 become U+FFFD.
// REQUIRES: !status->ok().
void SetErrorInfo(absl::Status* status, const google::rpc::ErrorInfo& info);

// Adds one metadata entry to the ErrorInfo (which is made when missing).
// REQUIRES: !status->ok().
void AddErrorMetadata(absl::Status* status, absl::string_view key, absl::string_view value);

// Adds a google.rpc.RetryInfo. REQUIRES: !status->ok().
void SetRetryDelay(absl::Status* status, absl::Duration delay);

// The RetryInfo's delay, if there is one.
std::optional<absl::Duration> GetRetryDelay(const absl::Status& status);

// Why the error happens and what to do, for a person: the google.rpc.
// LocalizedMessage. Setting it replaces what the catalogue says, for a case that
// needs words of its own; whole sentences. REQUIRES: !status->ok().
void SetRemedy(absl::Status* status, absl::string_view text);
std::string GetRemedy(const absl::Status& status);  // or ""

// A page about the error: the google.rpc.Help. REQUIRES: !status->ok().
void SetHelp(absl::Status* status, absl::string_view description, absl::string_view url);
std::string GetHelpUrl(const absl::Status& status);  // or ""

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_ERROR_INFO_H_
