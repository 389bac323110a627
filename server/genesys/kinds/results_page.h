#ifndef GCJOBS_SERVER_GENESYS_KINDS_RESULTS_PAGE_H_
#define GCJOBS_SERVER_GENESYS_KINDS_RESULTS_PAGE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_spec.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// Where the results are in an answer, and how they are read.
struct ResultsFields {
  v1::ResultsMode mode = v1::RESULTS_MODE_NONE;  // not NONE
  JsonPath items;                                // as in ResultsSpec
  JsonPath next;
  // Where the answer tells its status: asked when it has no items. Empty: it does
  // not.
  JsonPath status_field;
  // Where the answer tells up to when there were data; empty: it does not.
  JsonPath available_until;
};

// JobKind::ParseResults: see there. `is_expired` says of an upstream status
// whether the results are gone. `what` names the call in errors.
//
// An answer that has no items is an empty page, which may well have a next one;
// `null` is nothing, but for INLINE, where it is the result. A result that is no array is
// one item; of URLs, one may stand for itself.
absl::StatusOr<ResultsView> ReadResultsPage(absl::string_view what, const ResultsFields& fields,
                                            absl::FunctionRef<bool(absl::string_view)> is_expired,
                                            HttpResponse* response);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_RESULTS_PAGE_H_
