#ifndef GCJOBS_SERVER_STORE_BATCH_APPLIER_H_
#define GCJOBS_SERVER_STORE_BATCH_APPLIER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/store/store.h"
#include "server/store/store_backend.h"
#include "server/store/write_batch.h"

namespace gcjobs {

// Applies batches to the open transaction of a backend: checks expectations,
// gives out revisions and sequences, makes the events. The rules of store.h
// that do not depend on where rows are kept. One per transaction.
class BatchApplier {
 public:
  // `backend` has an open transaction and outlives this; `head` is the last
  // revision given out before it.
  BatchApplier(StoreBackend* backend, Revision head) : backend_(backend), head_(head) {}

  // Applies the whole batch, or nothing of it when IsBatchError holds for the
  // error. After any other error the transaction must be rolled back.
  absl::StatusOr<CommitResult> Apply(WriteBatch batch);

  // The events of all applied batches, in order of revision.
  const std::vector<EventPtr>& events() const { return events_; }

 private:
  absl::StatusOr<CommitResult> ApplyOrTakeBack(WriteBatch batch);
  absl::StatusOr<CommitResult> ApplyWrites(WriteBatch batch);
  absl::Status ApplyWrite(WriteBatch::Write* write, CommitResult* result);
  absl::Status ApplyInsert(WriteBatch::Insert* insert, CommitResult* result);
  absl::Status ApplyUpdate(WriteBatch::Update* update, CommitResult* result);
  absl::Status ApplyDelete(const WriteBatch::Delete& erase, CommitResult* result);
  absl::StatusOr<StoreBackend::JobHead> FindExpected(absl::string_view job_id, Revision expected);
  absl::Status AppendEvent(const EventDraft& draft, const store::StoredJob& job);

  StoreBackend* const backend_;
  Revision head_;
  std::vector<EventPtr> events_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_BATCH_APPLIER_H_
