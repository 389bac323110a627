#ifndef GCJOBS_SERVER_STORE_STORE_BACKEND_H_
#define GCJOBS_SERVER_STORE_STORE_BACKEND_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/store/store.h"
#include "server/store/stored_job.pb.h"
#include "server/store/write.h"

namespace gcjobs {

// Where the writer puts rows: the part of a store that differs between SQLite
// and memory. It stores what it is told; the rules (who may write, which
// revision comes next) are in batch_applier.h, the order of things in
// group_commit.h.
//
// Used by one thread at a time, in this order:
//   Begin rows... (Commit | Rollback)
//
// Errors for which IsBatchError holds have changed nothing and leave the
// transaction usable. After any other error only Rollback may follow, and the
// caller gives the store up.
class StoreBackend {
 public:
  virtual ~StoreBackend() = default;

  // The transaction. Nothing of it is visible to readers before Commit returns
  // OK; it is then durable. A failed Commit leaves the state on disk unknown.
  virtual absl::Status Begin() = 0;
  virtual absl::Status Commit() = 0;
  virtual void Rollback() = 0;

  // The last revision given out, with the transaction's own.
  virtual absl::StatusOr<Revision> ReadHead() = 0;

  // What a write has to know of the job that it changes.
  struct JobHead {
    Revision revision = 0;
    int64_t last_sequence = 0;
  };
  // NOT_FOUND/JOB_NOT_FOUND.
  virtual absl::StatusOr<JobHead> FindHead(absl::string_view job_id) = 0;
  virtual absl::StatusOr<store::StoredJob> FindJob(absl::string_view job_id) = 0;

  // ALREADY_EXISTS/JOB_EXISTS or REQUEST_ID_EXISTS.
  virtual absl::Status InsertJob(const store::StoredJob& job,
                                 const store::Submission& submission) = 0;
  // REQUIRES: the job is there.
  virtual absl::Status ReplaceJob(const store::StoredJob& job) = 0;
  virtual absl::Status RemoveJob(absl::string_view job_id) = 0;
  virtual absl::Status AppendEvent(const EventPtr& event) = 0;
  virtual absl::Status PutDocument(const std::string& name, const std::string& bytes) = 0;

  // Drops the events of some jobs whose DELETED event is older than `before`:
  // of so many that the writer is not held up for long. `more` when others may
  // be left. Within a transaction.
  struct TrimStep {
    int64_t dropped = 0;
    bool more = false;
  };
  virtual absl::StatusOr<TrimStep> Trim(absl::Time before) = 0;

  // Called between transactions, after the callers were answered: room for
  // work that nobody should wait for.
  virtual absl::Status Maintain() = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_STORE_BACKEND_H_
