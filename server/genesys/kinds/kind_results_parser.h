#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_RESULTS_PARSER_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_RESULTS_PARSER_H_

#include "server/genesys/kinds/kind_file_text.h"
#include "server/genesys/kinds/kind_members.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// What the member `results` of a kind file says. `kind` has the kind's submit
// and status calls already. What is wrong is told to `file`.
ResultsSpec ParseKindResults(const JsonValue& results, const KindSpec& kind,
                             const KindMembers& members, KindFileText* file);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_RESULTS_PARSER_H_
