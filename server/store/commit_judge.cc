#include "server/store/commit_judge.h"

#include <memory>
#include <utility>
#include <variant>

#include "common/time_conversion.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {

Judgement CommitJudge::Judge(Met met, Write* write) {
  if (auto* insert = std::get_if<InsertJob>(write)) return JudgeInsert(met, insert);
  if (auto* update = std::get_if<UpdateJob>(write)) return JudgeUpdate(met, update);
  if (const auto* erase = std::get_if<DeleteJob>(write)) return JudgeDelete(std::move(met), *erase);
  return {Committed{}, nullptr};  // a document is always in order
}

Judgement CommitJudge::JudgeInsert(const Met& met, InsertJob* insert) {
  if (met.head) return {JobIdTaken{}, nullptr};
  if (!met.request_owner.empty()) return {RequestIdTaken{met.request_owner}, nullptr};
  Judgement judged;
  store::StoredJob& job = std::get<Committed>(judged.outcome).job;
  job = std::move(insert->job);
  judged.event = Advance(insert->event, /*last_sequence=*/0, &job);
  return judged;
}

Judgement CommitJudge::JudgeUpdate(const Met& met, UpdateJob* update) {
  if (!met.head) return {Missing{}, nullptr};
  if (met.head->revision != update->expected_revision) return {Stale{met.head->revision}, nullptr};
  Judgement judged;
  store::StoredJob& job = std::get<Committed>(judged.outcome).job;
  job = std::move(update->job);
  if (update->event) {
    judged.event = Advance(*update->event, met.head->last_sequence, &job);
  } else {
    job.mutable_job()->set_revision(met.head->revision);
    job.set_last_sequence(met.head->last_sequence);
  }
  return judged;
}

Judgement CommitJudge::JudgeDelete(Met met, const DeleteJob& erase) {
  if (!met.head) return {Missing{}, nullptr};
  if (met.head->revision != erase.expected_revision) return {Stale{met.head->revision}, nullptr};
  store::StoredJob last = *met.record;
  EventPtr event = Advance({v1::EVENT_TYPE_DELETED, v1::JOB_STATE_UNSPECIFIED, erase.time},
                           met.head->last_sequence, &last);
  return {Committed{std::move(*met.record)}, std::move(event)};
}

EventPtr CommitJudge::Advance(const EventDraft& draft, int64_t last_sequence,
                              store::StoredJob* job) {
  job->mutable_job()->set_revision(++head_);
  job->set_last_sequence(last_sequence + 1);

  auto event = std::make_shared<v1::JobEvent>();
  event->set_type(draft.type);
  *event->mutable_job() = job->job();
  event->set_previous_state(draft.previous_state);
  event->set_revision(head_);
  event->set_sequence(job->last_sequence());
  *event->mutable_time() = ToProto(draft.time);
  *event->mutable_previous_labels() = draft.previous_labels;
  return event;
}

}  // namespace gcjobs
