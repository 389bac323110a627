#ifndef GCJOBS_SERVER_RPC_QUOTE_H_
#define GCJOBS_SERVER_RPC_QUOTE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs {

// What a client sent, made fit for an error. Errors travel in HTTP/2 trailers,
// which clients cap at 8 KiB by default: a megabyte quoted there would hide
// the error behind one of gRPC's own.

// At most the first `max_bytes`, cut between characters; `...` behind a cut.
std::string Excerpt(absl::string_view text, size_t max_bytes = 64);

// The excerpt in double quotes, control characters escaped.
std::string Quote(absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_QUOTE_H_
