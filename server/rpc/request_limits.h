#ifndef GCJOBS_SERVER_RPC_REQUEST_LIMITS_H_
#define GCJOBS_SERVER_RPC_REQUEST_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace gcjobs {

// What a request may hold. The protos state these numbers to clients; a change
// here is a change there.

// Ids of data actions and flows are opaque; Genesys Cloud's own have fewer than
// 100 bytes.
inline constexpr size_t kMaxActionIdBytes = 256;
// So is whatever else becomes a part of a path.
inline constexpr size_t kMaxPathSegmentBytes = kMaxActionIdBytes;
inline constexpr size_t kMaxActionNameBytes = 256;
inline constexpr size_t kMaxViewNameBytes = 256;
// Ours have 36 characters.
inline constexpr size_t kMaxJobIdBytes = 64;
inline constexpr size_t kMaxRequestIdBytes = 128;
inline constexpr size_t kMaxOrgNameBytes = 256;
inline constexpr size_t kMaxKindBytes = 256;

inline constexpr int kMaxLabels = 64;
inline constexpr size_t kMaxLabelKeyBytes = 256;
inline constexpr size_t kMaxLabelValueBytes = 256;

// Values in one field of a filter: each becomes a parameter of a query.
inline constexpr int kMaxFilterValues = 100;

inline constexpr int kDefaultPageSize = 50;
inline constexpr int kMaxPageSize = 1000;
// More than any token that the server makes.
inline constexpr size_t kMaxPageTokenBytes = 512;

inline constexpr absl::Duration kMinExecutionTimeout = absl::Seconds(1);
inline constexpr absl::Duration kMaxExecutionTimeout = absl::Hours(24 * 30);
inline constexpr absl::Duration kMaxRetention = absl::Hours(24 * 366);
inline constexpr absl::Duration kMaxWait = absl::Seconds(60);
inline constexpr absl::Duration kMinPollInterval = absl::Milliseconds(100);
inline constexpr absl::Duration kMaxPollInterval = absl::Hours(1);

// Levels of a Struct, the outermost object being the first. Genesys Cloud's
// documents stay below 15; the bound keeps recursion harmless. JSON as text is read
// without recursion, and has no such bound.
inline constexpr int kMaxJsonDepth = 50;

// The default of SubmitDefaults::max_parameters_bytes.
inline constexpr size_t kDefaultMaxParametersBytes = 4 << 20;

// The largest message that the server must accept for a request with
// `max_parameters_bytes` of JSON text: ids, 64 labels and framing need less
// than 64 KiB more. For ServerBuilder::SetMaxReceiveMessageSize.
// REQUIRES: max_parameters_bytes is at most 1 GiB.
constexpr int MaxReceiveMessageBytes(size_t max_parameters_bytes) {
  constexpr size_t kSlack = 256 << 10;
  return static_cast<int>(max_parameters_bytes + kSlack);
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_REQUEST_LIMITS_H_
