#include "server/store/store_errors.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

#include "common/errors.h"

namespace gcjobs {
namespace {

// Long enough for the writer to sync a few groups.
constexpr absl::Duration kQueueFullRetryDelay = absl::Seconds(1);

}  // namespace

absl::Status DocumentNotFoundError(absl::string_view name) {
  return MakeError(errors::kDocumentNotFound, absl::StrCat("document ", name, " does not exist"),
                   {{"document", name}});
}

absl::Status RevisionCompactedError(Revision after, Revision oldest) {
  return MakeError(
      errors::kRevisionCompacted,
      absl::StrCat("events after revision ", after,
                   " are no longer kept; the oldest event that can be read is ", oldest),
      {{"after_revision", absl::StrCat(after)}, {"oldest_revision", absl::StrCat(oldest)}});
}

absl::Status CommitQueueFullError() {
  return MakeRetryableError(errors::kCommitQueueFull, kQueueFullRetryDelay,
                            "the store's commit queue is full");
}

absl::Status StoreClosedError() { return MakeError(errors::kStoreClosed, "the store is closed"); }

absl::Status StoreFailedError(absl::string_view cause) {
  return MakeError(errors::kStoreFailed, absl::StrCat("the store failed: ", cause));
}

absl::Status StoreCorruptError(absl::string_view what) {
  return MakeError(errors::kStoreCorrupt, absl::StrCat("the store is corrupt: ", what));
}

}  // namespace gcjobs
