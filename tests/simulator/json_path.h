#ifndef GCJOBS_TESTS_SIMULATOR_JSON_PATH_H_
#define GCJOBS_TESTS_SIMULATOR_JSON_PATH_H_

#include "absl/strings/string_view.h"
#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {

// Puts `json` where `path` says, in objects that are made on the way where there
// are none. A path does not tell where an array is meant: `errors` and
// `messages` on the way are, of one object; nothing else is.
// REQUIRES: a path that is not empty.
void SetAt(const JsonPath& path, absl::string_view json, RawObject* object);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_JSON_PATH_H_
