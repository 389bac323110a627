#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_PARSER_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_PARSER_H_

#include <vector>

#include "common/json.h"
#include "server/genesys/kinds/kind_file_text.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// The kinds that `root`, the value of a kind file, declares. What is wrong is
// told to `file`; the kinds are then of no use.
std::vector<KindSpec> ParseKinds(const JsonValue& root, KindFileText* file);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_PARSER_H_
