#include "server/store/batch_applier.h"

#include <memory>
#include <utility>

#include "common/error_info.h"
#include "common/status_macros.h"
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

absl::StatusOr<CommitOutcome> BatchApplier::Apply(Write write) {
  return std::visit([this](auto& one) { return ApplyWrite(std::move(one)); }, write);
}

absl::StatusOr<CommitOutcome> BatchApplier::ApplyWrite(InsertJob insert) {
  Advance(head_ + 1, /*last_sequence=*/0, &insert.job);
  absl::Status status = backend_->InsertJob(insert.job, insert.submission);
  if (GetReason(status) == "REQUEST_ID_EXISTS") {
    return RequestIdTaken{GetErrorInfo(status)->metadata().at("job_id")};
  }
  if (GetReason(status) == "JOB_EXISTS") return JobIdTaken{};
  RETURN_IF_ERROR(std::move(status));
  RETURN_IF_ERROR(AppendEvent(insert.event, insert.job));
  return Committed{std::move(insert.job)};
}

absl::StatusOr<CommitOutcome> BatchApplier::ApplyWrite(UpdateJob update) {
  store::StoredJob& job = update.job;
  const auto head = backend_->FindHead(job.job().id());
  if (absl::IsNotFound(head.status())) return Missing{};
  RETURN_IF_ERROR(head.status());
  if (head->revision != update.expected_revision) return Stale{head->revision};

  if (update.event) {
    Advance(head_ + 1, head->last_sequence, &job);
  } else {
    job.mutable_job()->set_revision(head->revision);
    job.set_last_sequence(head->last_sequence);
  }
  RETURN_IF_ERROR(backend_->ReplaceJob(job));
  if (update.event) RETURN_IF_ERROR(AppendEvent(*update.event, job));
  return Committed{std::move(job)};
}

absl::StatusOr<CommitOutcome> BatchApplier::ApplyWrite(DeleteJob erase) {
  const auto head = backend_->FindHead(erase.job_id);
  if (absl::IsNotFound(head.status())) return Missing{};
  RETURN_IF_ERROR(head.status());
  if (head->revision != erase.expected_revision) return Stale{head->revision};
  ASSIGN_OR_RETURN(store::StoredJob job, backend_->FindJob(erase.job_id));
  RETURN_IF_ERROR(backend_->RemoveJob(erase.job_id));

  Committed committed{job};
  Advance(head_ + 1, head->last_sequence, &job);
  RETURN_IF_ERROR(
      AppendEvent({v1::EVENT_TYPE_DELETED, v1::JOB_STATE_UNSPECIFIED, erase.time}, job));
  return committed;
}

absl::StatusOr<CommitOutcome> BatchApplier::ApplyWrite(PutDocument document) {
  RETURN_IF_ERROR(backend_->PutDocument(document.name, document.bytes));
  return Committed{};
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
