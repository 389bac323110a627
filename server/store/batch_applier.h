#ifndef GCJOBS_SERVER_STORE_BATCH_APPLIER_H_
#define GCJOBS_SERVER_STORE_BATCH_APPLIER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "server/store/store.h"
#include "server/store/store_backend.h"
#include "server/store/write.h"

namespace gcjobs {

// Applies writes to the open transaction of a backend: checks expectations,
// gives out revisions and sequences, makes the events. The rules of store.h
// that do not depend on where rows are kept. One per transaction.
class BatchApplier {
 public:
  // `backend` has an open transaction and outlives this; `head` is the last
  // revision given out before it.
  BatchApplier(StoreBackend* backend, Revision head) : backend_(backend), head_(head) {}

  // Makes the write, if it is in order. After an error the transaction must be
  // rolled back.
  absl::StatusOr<CommitOutcome> Apply(Write write);

  // The events of all applied writes, in order of revision.
  const std::vector<EventPtr>& events() const { return events_; }

 private:
  absl::StatusOr<CommitOutcome> ApplyWrite(InsertJob insert);
  absl::StatusOr<CommitOutcome> ApplyWrite(UpdateJob update);
  absl::StatusOr<CommitOutcome> ApplyWrite(DeleteJob erase);
  absl::StatusOr<CommitOutcome> ApplyWrite(PutDocument document);
  absl::Status AppendEvent(const EventDraft& draft, const store::StoredJob& job);

  StoreBackend* const backend_;
  Revision head_;
  std::vector<EventPtr> events_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_BATCH_APPLIER_H_
