#ifndef GCJOBS_TESTS_UNIT_RPC_SUBMIT_TEST_KINDS_H_
#define GCJOBS_TESTS_UNIT_RPC_SUBMIT_TEST_KINDS_H_

#include <memory>
#include <vector>

#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_file.h"

namespace gcjobs::testing {

// The kinds that a server without kind files has.
inline std::vector<std::unique_ptr<JobKind>> BuiltInKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(MakeAsyncActionKind());
  kinds.push_back(MakeDirectActionKind());
  static const auto& specs = *new std::vector<KindSpec>(LoadKinds({}).value());
  for (const KindSpec& spec : specs) kinds.push_back(MakeDeclaredKind(spec));
  return kinds;
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_SUBMIT_TEST_KINDS_H_
