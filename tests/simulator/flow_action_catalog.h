#ifndef GCJOBS_TESTS_SIMULATOR_FLOW_ACTION_CATALOG_H_
#define GCJOBS_TESTS_SIMULATOR_FLOW_ACTION_CATALOG_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/document_store.h"

namespace gcjobs::sim {

// The flow data actions of the simulated organisation; a document's group is
// its flow. The flow `flow-demo` is the same in every run:
//
//   fda-rest-object      Get Order Status     rest, `definition` an object, timeout 5000 ms
//   fda-rest-string      Get Loyalty Points   rest, `definition` a JSON string, timeout 8000 ms
//   fda-rest-no-timeout  Get Store Hours      rest, `definition` without options
//   fda-lambda           Rate Conversation    lambda, executionTimeout 10 s
//
// Other flows, made from the seed, hold some dozen more. Definitions contain
// unknown members and number spellings that must come back unchanged.
class FlowActionCatalog {
 public:
  explicit FlowActionCatalog(uint64_t seed);

  DocumentStore& documents() { return documents_; }
  const DocumentStore& documents() const { return documents_; }

 private:
  enum class Form { kObject, kString, kNoTimeout, kLambda };
  void AddAction(absl::string_view flow_id, absl::string_view id, absl::string_view name, Form form,
                 int timeout_seconds);
  void AddOrdinary(uint64_t seed);

  DocumentStore documents_;
};

// INVALID_ARGUMENT unless the timeout that the document sets, if any, is in the
// range of its type: rest 1000 to 30000 ms, others 1 to 30 s.
absl::Status CheckFlowActionTimeout(const RawObject& document);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_FLOW_ACTION_CATALOG_H_
