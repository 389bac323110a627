#ifndef GCJOBS_SERVER_RPC_PAGE_TOKEN_H_
#define GCJOBS_SERVER_RPC_PAGE_TOKEN_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/rpc/request_limits.h"

namespace gcjobs {

// Page tokens: where a listing goes on, bound to what is listed.
//
// A token is base64url of: a version byte, 16 bytes of SHA-256 over version,
// scope and position, and the position. That shows when a token was changed or
// belongs to another listing. It does not keep anybody from making one on
// purpose, which gains nothing: a position only says where to begin among what
// the caller may list anyway.

// `scope` is all that the listing depends on, in bytes; `position` is where to
// go on, and can be read by whoever has the token.
std::string EncodePageToken(absl::string_view scope, absl::string_view position);

// The position of a token of that scope. INVALID_ARGUMENT/INVALID_PAGE_TOKEN
// for all others, and for tokens of more than `max_bytes`.
absl::StatusOr<std::string> DecodePageToken(absl::string_view scope, absl::string_view token,
                                            size_t max_bytes = kMaxPageTokenBytes);

// The error for tokens whose position makes no sense.
absl::Status InvalidPageToken();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_PAGE_TOKEN_H_
