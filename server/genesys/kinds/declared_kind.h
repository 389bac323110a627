#ifndef GCJOBS_SERVER_GENESYS_KINDS_DECLARED_KIND_H_
#define GCJOBS_SERVER_GENESYS_KINDS_DECLARED_KIND_H_

#include <memory>

#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// The job kind that `spec` describes.
std::unique_ptr<JobKind> MakeDeclaredKind(KindSpec spec);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_DECLARED_KIND_H_
