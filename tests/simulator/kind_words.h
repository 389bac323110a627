#ifndef GCJOBS_TESTS_SIMULATOR_KIND_WORDS_H_
#define GCJOBS_TESTS_SIMULATOR_KIND_WORDS_H_

#include "server/genesys/kinds/kind_spec.h"
#include "tests/simulator/execution.h"

namespace gcjobs::sim {

// How jobs of this kind spell their status: the words of the kind's state table,
// in its order. For an end that it has no word for, the usual one: the kind
// never comes to that end by itself.
StatusWords WordsOfKind(const KindSpec& kind);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_KIND_WORDS_H_
