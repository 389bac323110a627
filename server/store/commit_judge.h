#ifndef GCJOBS_SERVER_STORE_COMMIT_JUDGE_H_
#define GCJOBS_SERVER_STORE_COMMIT_JUDGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/store/store.h"
#include "server/store/stored_job.pb.h"
#include "server/store/write.h"

namespace gcjobs {

// What a store knows of a job that a write concerns.
struct JobHead {
  Revision revision = 0;
  int64_t last_sequence = 0;
};

// What a write meets in the store, with all earlier writes of its group made.
struct Met {
  // The job of the write's id. A PutDocument meets nothing.
  std::optional<JobHead> head;
  // DeleteJob: its record, when there is one.
  std::unique_ptr<store::StoredJob> record;
  // InsertJob: the job that has its (org, request_id); empty: none has, or the
  // write has no request id.
  std::string request_owner;
};

// What becomes of a write.
struct Judgement {
  // Committed: what the caller is answered once it is durable; for an InsertJob
  // or UpdateJob its job is the record to store. Else nothing is to be stored.
  CommitOutcome outcome;
  // The event to store; null: the write makes none.
  EventPtr event;
};

// Decides what becomes of the writes of one transaction, in order: whether each
// is in order, and then which revision, sequence and event it gets. The rules
// of store.h that do not depend on where rows are kept; does no I/O.
class CommitJudge {
 public:
  // `head` is the last revision given out before the transaction.
  explicit CommitJudge(Revision head) : head_(head) {}

  // Moves the record out of `write` into the judgement. REQUIRES: `write` was
  // not judged before.
  Judgement Judge(Met met, Write* write);

 private:
  Judgement JudgeInsert(const Met& met, InsertJob* insert);
  Judgement JudgeUpdate(const Met& met, UpdateJob* update);
  Judgement JudgeDelete(Met met, const DeleteJob& erase);
  // Gives `job` the next revision and sequence; the event that tells of it.
  EventPtr Advance(const EventDraft& draft, int64_t last_sequence, store::StoredJob* job);

  Revision head_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_COMMIT_JUDGE_H_
