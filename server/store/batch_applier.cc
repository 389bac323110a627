#include "server/store/batch_applier.h"

#include <memory>
#include <utility>

#include "common/time_conversion.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

// Gives the job the next revision and sequence.
void Advance(Revision revision, int64_t last_sequence, store::StoredJob* job) {
  job->mutable_job()->set_revision(revision);
  job->set_last_sequence(last_sequence + 1);
}

}  // namespace

absl::StatusOr<CommitResult> BatchApplier::Apply(WriteBatch batch) {
  // A write is checked before it is made, so that a single one that is refused
  // leaves nothing to take back. Savepoints copy pages: a third of the cost.
  if (batch.writes().size() <= 1) return ApplyWrites(std::move(batch));
  return ApplyOrTakeBack(std::move(batch));
}

absl::StatusOr<CommitResult> BatchApplier::ApplyOrTakeBack(WriteBatch batch) {
  const Revision head_before = head_;
  const size_t events_before = events_.size();
  if (absl::Status begun = backend_->BeginBatch(); !begun.ok()) return begun;

  absl::StatusOr<CommitResult> result = ApplyWrites(std::move(batch));
  if (result.ok()) {
    if (absl::Status ended = backend_->EndBatch(); !ended.ok()) return ended;
    return result;
  }
  if (!IsBatchError(result.status())) return result;

  head_ = head_before;
  events_.resize(events_before);
  if (absl::Status undone = backend_->RollbackBatch(); !undone.ok()) return undone;
  return result;
}

absl::StatusOr<CommitResult> BatchApplier::ApplyWrites(WriteBatch batch) {
  CommitResult result;
  result.jobs.reserve(batch.writes().size());
  for (WriteBatch::Write& write : batch.writes()) {
    if (absl::Status status = ApplyWrite(&write, &result); !status.ok()) return status;
  }
  return result;
}

absl::Status BatchApplier::ApplyWrite(WriteBatch::Write* write, CommitResult* result) {
  if (write->insert) return ApplyInsert(&*write->insert, result);
  if (write->update) return ApplyUpdate(&*write->update, result);
  if (write->erase) return ApplyDelete(*write->erase, result);
  return backend_->PutDocument(write->document->name, write->document->bytes);
}

absl::Status BatchApplier::ApplyInsert(WriteBatch::Insert* insert, CommitResult* result) {
  Advance(head_ + 1, /*last_sequence=*/0, &insert->job);
  absl::Status status = backend_->InsertJob(insert->job, insert->submission);
  if (status.ok()) status = AppendEvent(insert->event, insert->job);
  if (status.ok()) result->jobs.push_back(std::move(insert->job));
  return status;
}

absl::Status BatchApplier::ApplyUpdate(WriteBatch::Update* update, CommitResult* result) {
  store::StoredJob& job = update->job;
  const auto head = FindExpected(job.job().id(), update->expected_revision);
  if (!head.ok()) return head.status();

  if (update->event) {
    Advance(head_ + 1, head->last_sequence, &job);
  } else {
    job.mutable_job()->set_revision(head->revision);
    job.set_last_sequence(head->last_sequence);
  }
  absl::Status status = backend_->ReplaceJob(job);
  if (status.ok() && update->event) status = AppendEvent(*update->event, job);
  if (status.ok()) result->jobs.push_back(std::move(job));
  return status;
}

absl::Status BatchApplier::ApplyDelete(const WriteBatch::Delete& erase, CommitResult* result) {
  const auto head = FindExpected(erase.job_id, erase.expected_revision);
  if (!head.ok()) return head.status();
  absl::StatusOr<store::StoredJob> job = backend_->FindJob(erase.job_id);
  if (!job.ok()) return job.status();
  if (absl::Status status = backend_->RemoveJob(erase.job_id); !status.ok()) return status;

  result->jobs.push_back(*job);
  Advance(head_ + 1, head->last_sequence, &*job);
  return AppendEvent({v1::EVENT_TYPE_DELETED, v1::JOB_STATE_UNSPECIFIED, erase.time}, *job);
}

absl::StatusOr<StoreBackend::JobHead> BatchApplier::FindExpected(absl::string_view job_id,
                                                                 Revision expected) {
  absl::StatusOr<StoreBackend::JobHead> head = backend_->FindHead(job_id);
  if (head.ok() && head->revision != expected) {
    return StaleRevisionError(job_id, expected, head->revision);
  }
  return head;
}

absl::Status BatchApplier::AppendEvent(const EventDraft& draft, const store::StoredJob& job) {
  auto event = std::make_shared<v1::JobEvent>();
  event->set_type(draft.type);
  *event->mutable_job() = job.job();
  event->set_previous_state(draft.previous_state);
  event->set_revision(job.job().revision());
  event->set_sequence(job.last_sequence());
  *event->mutable_time() = ToProto(draft.time);

  if (absl::Status status = backend_->AppendEvent(event); !status.ok()) return status;
  head_ = event->revision();
  events_.push_back(std::move(event));
  return absl::OkStatus();
}

}  // namespace gcjobs
