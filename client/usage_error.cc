#include "client/usage_error.h"

#include "absl/strings/cord.h"
#include "absl/types/optional.h"

namespace gcjobs {
namespace {

// Never leaves the process.
constexpr absl::string_view kHintUrl = "gcjobs.client/hint";

}  // namespace

absl::Status UsageError(absl::string_view message, absl::string_view hint) {
  return WithHint(absl::InvalidArgumentError(message), hint);
}

absl::Status WithHint(absl::Status status, absl::string_view hint) {
  if (!hint.empty() && GetHint(status).empty()) status.SetPayload(kHintUrl, absl::Cord(hint));
  return status;
}

std::string GetHint(const absl::Status& status) {
  const absl::optional<absl::Cord> hint = status.GetPayload(kHintUrl);
  return hint.has_value() ? std::string(*hint) : "";
}

}  // namespace gcjobs
