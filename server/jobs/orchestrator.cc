#include "server/jobs/orchestrator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/time_conversion.h"
#include "server/jobs/job_explanation.h"
#include "server/jobs/job_record.h"
#include "server/jobs/job_state.h"

namespace gcjobs {
namespace {

absl::Status NotFound(absl::string_view job_id) {
  return MakeError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND",
                   absl::StrCat("job ", job_id, " is not known"), {{"job_id", job_id}});
}

absl::Status NotFinished(const v1::Job& job) {
  const std::string state = ShortName(job.state());
  return MakeError(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED",
                   absl::StrCat("job ", job.id(), " is ", state,
                                "; only a finished job can be deleted, cancel it first"),
                   {{"job_id", job.id()}, {"state", state}});
}

absl::Status RequestIdReused(const v1::Job& job) {
  return MakeError(absl::StatusCode::kAlreadyExists, "REQUEST_ID_REUSED",
                   absl::StrCat("request_id ", job.request_id(),
                                " was used for another request: job ", job.id()),
                   {{"request_id", job.request_id()}, {"job_id", job.id()}});
}

absl::Status ServerBusy() {
  absl::Status status = MakeError(absl::StatusCode::kResourceExhausted, "SERVER_BUSY",
                                  "too many reads wait for the store");
  SetRetryDelay(&status, absl::Seconds(1));
  return status;
}

// A submission's answer: the job, or the error of a refused one.
JobEngine::JobDone RejectionAsError(JobEngine::JobDone done) {
  return [done = std::move(done)](absl::StatusOr<v1::Job> job) mutable {
    if (job.ok()) {
      absl::Status rejection = RejectionOf(*job);
      if (!rejection.ok()) return done(std::move(rejection));
    }
    done(std::move(job));
  };
}

}  // namespace

Orchestrator::Orchestrator(Options options, Collaborators with)
    : options_(options),
      loop_(with.loop),
      store_(with.store),
      readers_(with.readers),
      kinds_(with.kinds),
      admission_(options.admission, with.metrics),
      book_(with.loop, with.store, with.metrics),
      throttles_(with.loop, &book_),
      poll_runner_(with.loop, &book_, &throttles_, with.metrics, options.max_result_bytes),
      canceller_(with.loop, &book_, options.max_result_bytes),
      submitter_({options.max_result_bytes, options.max_direct_calls}, with.loop, &book_,
                 &throttles_, with.metrics,
                 {[this](LiveJob* job) { OnAccepted(job); },
                  [this](LiveJob* job) { canceller_.Resume(job); }}) {
  for (OrgRuntime* org : with.orgs) orgs_.emplace(org->name, org);
  book_.set_hooks({[this](LiveJob& job) { OnEnded(job); }, std::move(with.on_store_failed)});
}

absl::Status Orchestrator::Restore(store::StoredJob record,
                                   std::optional<store::Submission> submission) {
  const v1::Job& view = record.job();
  absl::Status configured = CheckConfigured(view);
  if (!configured.ok()) return configured;
  auto job = std::make_unique<LiveJob>();
  if (submission) {
    job->ticket = admission_.Readmit(view.org(), submission->body().size());
    job->submission = std::move(submission);
  }
  job->record = std::move(record);
  job->org = orgs_.at(job->record.job().org());
  job->kind = kinds_->Find(job->record.job().kind());
  Resume(book_.Restore(std::move(job)));
  return absl::OkStatus();
}

absl::Status Orchestrator::CheckConfigured(const v1::Job& job) const {
  if (!orgs_.contains(job.org())) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "ORG_NOT_CONFIGURED",
        absl::StrCat("job ", job.id(), ": organisation ", job.org(), " is not configured"),
        {{"job_id", job.id()}, {"org", job.org()}});
  }
  if (kinds_->Find(job.kind()) == nullptr) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "KIND_NOT_CONFIGURED",
                     absl::StrCat("job ", job.id(), ": kind ", job.kind(), " is not known"),
                     {{"job_id", job.id()}, {"kind", job.kind()}});
  }
  return absl::OkStatus();
}

void Orchestrator::Resume(LiveJob* job) {
  ArmDeadline(job);
  if (job->state() != v1::JOB_STATE_QUEUED) return OnAccepted(job);
  if (job->record.submit_in_doubt()) return submitter_.Resolve(job);
  if (job->record.job().cancel_requested()) return canceller_.Resume(job);
  submitter_.Start(job);
}

void Orchestrator::OnEnded(LiveJob& job) {
  submitter_.Forget(&job);
  job.org->scheduler->Remove(job.id());
}

void Orchestrator::BeginStop() {
  submitter_.Stop();
  poll_runner_.Stop();
  canceller_.Stop();
  book_.AnswerEverybody();
}

void Orchestrator::Submit(JobSubmission submission, JobDone done) {
  const v1::Job& wanted = submission.record.job();
  const auto org = orgs_.find(wanted.org());
  GCJOBS_CHECK(org != orgs_.end(), "organisation ", wanted.org(), " was not validated");
  absl::StatusOr<Admission::Ticket> ticket =
      admission_.Admit(wanted.org(), submission.payload.body().size());
  if (!ticket.ok()) return done(ticket.status());
  std::string fingerprint = submission.record.fingerprint();
  const absl::Duration wait = submission.wait;
  auto made = MakeJob(std::move(submission), org->second, *std::move(ticket));
  GCJOBS_FAILPOINT("submit.before_queued");
  book_.Insert(std::move(made), [this, fingerprint = std::move(fingerprint), wait,
                                 done = RejectionAsError(std::move(done))](
                                    absl::StatusOr<JobBook::InsertOutcome> live) mutable {
    OnInserted(std::move(live), fingerprint, wait, std::move(done));
  });
}

std::unique_ptr<LiveJob> Orchestrator::MakeJob(JobSubmission submission, OrgRuntime* org,
                                               Admission::Ticket ticket) {
  const absl::Time now = loop_->clock()->Now();
  const std::string& kind = submission.record.job().kind();
  auto live = std::make_unique<LiveJob>();
  live->org = org;
  live->kind = kinds_->Find(kind);
  GCJOBS_CHECK(live->kind != nullptr, "kind ", kind, " was not validated");
  live->ticket = std::move(ticket);
  live->submission = std::move(submission.payload);
  live->record = MakeRecord(ids_.Next(now), now, std::move(submission));
  return live;
}

void Orchestrator::OnInserted(absl::StatusOr<JobBook::InsertOutcome> inserted,
                              const std::string& fingerprint, absl::Duration wait, JobDone done) {
  if (!inserted.ok()) return done(inserted.status());
  if (const auto* taken = std::get_if<RequestIdTaken>(&*inserted)) {
    return AnswerRepeated(taken->job_id, fingerprint, wait, std::move(done));
  }
  LiveJob* const job = std::get<LiveJob*>(*inserted);
  ArmDeadline(job);
  submitter_.Start(job);
  Answer(job, wait, std::move(done));
}

void Orchestrator::Answer(LiveJob* job, absl::Duration wait, JobDone done) {
  book_.Wait(job, LiveJob::Until::kVerdict, wait, std::move(done));
}

void Orchestrator::AnswerRepeated(const std::string& job_id, const std::string& fingerprint,
                                  absl::Duration wait, JobDone done) {
  if (LiveJob* const live = book_.Find(job_id)) {
    if (live->record.fingerprint() != fingerprint) return done(RequestIdReused(live->record.job()));
    return Answer(live, wait, std::move(done));
  }
  ReadRecord(job_id, [fingerprint,
                      done = std::move(done)](absl::StatusOr<store::StoredJob> record) mutable {
    if (!record.ok()) return done(record.status());
    if (record->fingerprint() != fingerprint) return done(RequestIdReused(record->job()));
    done(std::move(*record->mutable_job()));
  });
}

void Orchestrator::ReadRecord(std::string job_id, RecordDone done) {
  // Shared, so that a refusal by the pool can still answer.
  auto shared = std::make_shared<RecordDone>(std::move(done));
  const bool taken = readers_->Run([this, job_id = std::move(job_id), shared] {
    absl::StatusOr<store::StoredJob> record = store_->GetJob(job_id);
    loop_->Post([record = std::move(record), shared]() mutable { (*shared)(std::move(record)); });
  });
  if (!taken) (*shared)(ServerBusy());
}

void Orchestrator::ArmDeadline(LiveJob* job) {
  const absl::Duration left = FromProto(job->record.deadline()) - loop_->clock()->Now();
  job->deadline_timer = loop_->RunAfter(left, [this, id = job->id()] {
    book_.WhenSettled(id, [this](LiveJob* settled) {
      if (settled != nullptr) canceller_.TimeOut(settled);
    });
  });
}

void Orchestrator::OnAccepted(LiveJob* job) {
  const std::string id = job->id();
  poll_runner_.Start(job);
  book_.WhenSettled(id, [this](LiveJob* settled) {
    if (settled != nullptr) canceller_.Resume(settled);
  });
}

void Orchestrator::Cancel(std::string job_id, JobDone done) {
  LiveJob* const job = book_.Find(job_id);
  if (job == nullptr) return CancelStored(std::move(job_id), std::move(done));
  book_.Wait(job, LiveJob::Until::kEnd, options_.cancel_wait, std::move(done));
  book_.WhenSettled(job_id, [this](LiveJob* settled) {
    if (settled != nullptr) canceller_.Cancel(settled);
  });
}

// Not in the book: unknown, terminal, or nobody looks after it.
void Orchestrator::CancelStored(std::string job_id, JobDone done) {
  ReadRecord(job_id, [this, job_id,
                      done = std::move(done)](absl::StatusOr<store::StoredJob> record) mutable {
    if (absl::IsNotFound(record.status())) return done(NotFound(job_id));
    if (!record.ok()) return done(record.status());
    if (!IsTerminal(record->job().state())) {
      // It may have come into the book since it was looked for.
      if (book_.Find(job_id) != nullptr) return Cancel(job_id, std::move(done));
      absl::Status configured = CheckConfigured(record->job());
      if (!configured.ok()) return done(std::move(configured));
    }
    done(std::move(*record->mutable_job()));
  });
}

void Orchestrator::Delete(std::string job_id, Done done) {
  if (const LiveJob* const live = book_.Find(job_id)) return done(NotFinished(live->record.job()));
  ReadRecord(
      job_id, [this, done = std::move(done)](absl::StatusOr<store::StoredJob> record) mutable {
        if (absl::IsNotFound(record.status())) return done(absl::OkStatus());
        if (!record.ok()) return done(record.status());
        // Not in the book, and yet not terminal: its organisation or kind is not
        // configured any more.
        if (!IsTerminal(record->job().state())) return done(NotFinished(record->job()));
        store_->Commit(
            DeleteJob{record->job().id(), record->job().revision(), loop_->clock()->Now()},
            [this, done = std::move(done)](const absl::StatusOr<CommitOutcome>& outcome) mutable {
              absl::Status status = outcome.status();
              // Missing: somebody else deleted it, which is what was wanted.
              if (outcome.ok() && std::holds_alternative<Stale>(*outcome)) {
                status = absl::AbortedError(Describe(*outcome));
              }
              loop_->Post([status = std::move(status), done = std::move(done)]() mutable {
                done(std::move(status));
              });
            });
      });
}

std::optional<v1::Job> Orchestrator::FindLive(absl::string_view job_id) const {
  const LiveJob* const job = book_.Find(job_id);
  if (job == nullptr) return std::nullopt;
  return book_.View(*job);
}

void Orchestrator::Explain(std::string job_id, ExplanationDone done) {
  const LiveJob* const job = book_.Find(job_id);
  if (job == nullptr) return ExplainStored(std::move(job_id), std::move(done));
  const Clock& clock = *loop_->clock();
  const std::optional<PollExplanation> why =
      job->org->scheduler->Explain(job_id, clock.MonotonicNow());
  if (why) return done(MakeExplanation(book_.View(*job), *why, clock));
  const std::string words = WhyNotPolled(job->state(), job->kind->holds_call());
  done(NotPolledError(job->record.job(), words));
}

// Not in the book: unknown, terminal, or nobody looks after it.
void Orchestrator::ExplainStored(std::string job_id, ExplanationDone done) {
  ReadRecord(job_id, [this, job_id,
                      done = std::move(done)](absl::StatusOr<store::StoredJob> record) mutable {
    if (absl::IsNotFound(record.status())) return done(NotFound(job_id));
    if (!record.ok()) return done(record.status());
    const v1::Job& job = record->job();
    if (IsTerminal(job.state())) {
      return done(NotPolledError(job, WhyNotPolled(job.state(), /*holds_call=*/false)));
    }
    // It may have come into the book since it was looked for.
    if (book_.Find(job_id) != nullptr) return Explain(job_id, std::move(done));
    const bool left_alone = !CheckConfigured(job).ok();
    done(NotPolledError(job, left_alone
                                 ? "is left alone: its organisation or kind is not configured"
                                 : "has just ended"));
  });
}

void Orchestrator::SetWatched(absl::string_view job_id, bool watched) {
  if (LiveJob* const job = book_.Find(job_id)) {
    job->org->scheduler->SetWatched(job_id, watched);
    poll_runner_.Pump(job->org);
  }
}

}  // namespace gcjobs
