#ifndef GCJOBS_TESTS_SIMULATOR_DOCUMENT_STORE_H_
#define GCJOBS_TESTS_SIMULATOR_DOCUMENT_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {

// JSON documents with a "version", such as data actions. Thread-safe; each
// change is atomic.
class DocumentStore {
 public:
  struct Document {
    std::string id;
    std::string group;  // what it belongs to, such as a flow's id; may be empty
    RawObject json;
  };

  void Add(Document document) ABSL_LOCKS_EXCLUDED(mu_);

  std::optional<Document> Find(absl::string_view id) const ABSL_LOCKS_EXCLUDED(mu_);

  // In the order of adding.
  std::vector<Document> All() const ABSL_LOCKS_EXCLUDED(mu_);

  // If `expected_version` is the document's, replaces it by what `edit` makes
  // of it, with the version increased, and returns that. NOT_FOUND, ABORTED (a
  // wrong version). `edit` runs under the store's lock.
  absl::StatusOr<RawObject> Update(absl::string_view id, int64_t expected_version,
                                   absl::FunctionRef<RawObject(RawObject)> edit)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Another writer's change: sets these members and increases the version.
  // NOT_FOUND.
  absl::StatusOr<RawObject> Touch(absl::string_view id, const RawObject& changes)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Document* FindLocked(absl::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  mutable Mutex mu_;
  std::vector<Document> documents_ ABSL_GUARDED_BY(mu_);  // some dozens
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_DOCUMENT_STORE_H_
