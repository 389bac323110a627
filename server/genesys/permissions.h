#ifndef GCJOBS_SERVER_GENESYS_PERMISSIONS_H_
#define GCJOBS_SERVER_GENESYS_PERMISSIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gcjobs {

// What is known of a call of the Genesys Cloud API: what it needs, and what it is
// about. The facts are data, permissions.json, built into the program: names of
// permissions from the documentation of the .NET SDK 270.0.0 and the CLI 166.0.0,
// any or all of them from the .NET SDK and the Python SDK 257.1.0, scopes from
// public guides. Permissions that depend on the contents of a request are not in
// them, and neither are divisions.
struct CallFacts {
  // As roles have them; empty when the call needs none, or nothing is known.
  std::vector<std::string> permissions;
  bool needs_all = false;  // else one of them is enough
  // What guides call the permission, where they name one; may be empty.
  std::string scope;
  // What the ids in the path, or the query, are of: `flow or data action`. Empty
  // when there is none.
  std::string about;
};

// The facts of a call, `METHOD /api/...`, whose query does not matter: as it is
// sent, or with `{name}` parts for ids. Nothing when there are none. Thread-safe.
std::optional<CallFacts> FindCallFacts(absl::string_view call);

// What a role must have for the call, for a sentence: `a or b`, `a and b`; the
// scope where that is all that is known. Empty when nothing is.
std::string PermissionPhrase(const CallFacts& facts);

// permissions.json as it was built in.
absl::string_view BuiltInPermissions();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_PERMISSIONS_H_
