#ifndef GCJOBS_SERVER_RPC_ORG_NAMES_H_
#define GCJOBS_SERVER_RPC_ORG_NAMES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// The organisations that are configured. Immutable, thread-safe.
class OrgNames {
 public:
  // `default_org` is one of `names`, or empty when there is none: then every
  // request must name its own.
  OrgNames(const std::vector<std::string>& names, std::string default_org);

  // The organisation that a request means: `org`, or the default one when it
  // is empty. INVALID_ARGUMENT/UNKNOWN_ORG (metadata `org`) when there is no
  // such organisation.
  absl::StatusOr<std::string> Resolve(absl::string_view org) const;

  // UNKNOWN_ORG unless `org` is configured.
  absl::Status Check(absl::string_view org) const;

 private:
  const absl::flat_hash_set<std::string> names_;
  const std::string default_org_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_ORG_NAMES_H_
