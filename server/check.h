#ifndef GCJOBS_SERVER_CHECK_H_
#define GCJOBS_SERVER_CHECK_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "server/config.h"

namespace gcjobs {

// One thing that `gcjobsd check` has looked at.
struct Finding {
  enum class Level {
    kOk,
    kWarning,  // some of what gcjobs can do will not work
    kFailed,   // nothing will
  };
  Level level = Level::kOk;
  std::string what;    // `store`, or `token of sales`
  std::string text;    // what was found
  std::string remedy;  // what to do, whole sentences; empty when there is nothing to do
};

// As lines of text: level, what, text, and the remedy below.
std::string Describe(const Finding& finding);

// Whether a server would do with this configuration: its listener, its store, its
// files, and for each organisation its token, the way to the API, what the token may
// do, as far as Genesys Cloud tells, and which of its APIs it is. Tells what it finds as
// it finds it. Sends three requests for each organisation; changes nothing, and does not mind a
// server that runs. False when something failed. Blocks; uses the calling thread for its loop.
bool Check(const ServerConfig& config, const std::function<void(const Finding&)>& tell);

// Whether what a token has, a permission or an OAuth scope, covers a permission:
// `integrations:action:execute` is covered by itself, by `integrations:*:*` and by
// `integrations`; `analytics:readonly` covers what only looks.
bool Covers(absl::string_view granted, absl::string_view permission);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_CHECK_H_
