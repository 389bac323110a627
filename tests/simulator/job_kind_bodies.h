#ifndef GCJOBS_TESTS_SIMULATOR_JOB_KIND_BODIES_H_
#define GCJOBS_TESTS_SIMULATOR_JOB_KIND_BODIES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/execution.h"
#include "tests/simulator/raw_json.h"
#include "tests/simulator/result_plan.h"

namespace gcjobs::sim {

// The bodies that jobs of declared kinds answer with. A result that the job's
// directive or a test gave (ExecutionScript::result) stands for the made ones.

// The path of one of a job's calls: its `{name}` parts filled in.
std::string PathOf(absl::string_view pattern, const Execution& execution);

// What a submission is answered with: the id where the kind has it; and the
// whole job where that is called `id`.
RawObject SubmittedBody(const KindSpec& kind, const Execution& execution, absl::Time monotonic_now);

// The job as its status call tells it, without results.
RawObject StatusBody(const KindSpec& kind, const Execution& execution, absl::Time monotonic_now);

// Puts the result into the status of a job that completed. REQUIRES: INLINE.
void AddInlineResult(const KindSpec& kind, const Execution& execution, uint64_t seed,
                     RawObject* body);

// Puts the URL, or the URLs, of the results into a body. They are others each
// time, as signed ones are: their signature is `now`. REQUIRES: URL.
void AddUrls(const KindSpec& kind, const Execution& execution, absl::Time now, RawObject* body);

// What a page of results says besides its items and its cursor.
RawObject PageEnvelope(const KindSpec& kind, const Execution& execution);

// `envelope` with the items of a window put in. REQUIRES: CURSOR or LINK.
std::string PageBody(const KindSpec& kind, const Execution& execution, const PageWindow& window,
                     uint64_t seed, RawObject envelope);

// A time as the platform writes it: 2026-01-15T09:00:00.000Z.
std::string Iso8601(absl::Time time);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_JOB_KIND_BODIES_H_
