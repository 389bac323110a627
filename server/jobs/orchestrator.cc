#include "server/jobs/orchestrator.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <google/protobuf/util/message_differencer.h>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/errors.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/jobs/job_explanation.h"
#include "server/jobs/job_record.h"
#include "server/jobs/store_tasks.h"

namespace gcjobs {
namespace {

using google::protobuf::util::MessageDifferencer;

absl::Status NotFinished(const v1::Job& job) {
  const std::string state = ShortName(job.state());
  return MakeError(errors::kJobNotFinished,
                   absl::StrCat("job ", job.id(), " is ", state,
                                "; only a finished job can be deleted, cancel it first"),
                   {{"job_id", job.id()}, {"state", state}});
}

absl::Status JobFinished(absl::string_view job_id, absl::string_view why) {
  return MakeError(errors::kJobFinished,
                   absl::StrCat("job ", job_id, " ", why, " and cannot be changed any more"),
                   {{"job_id", job_id}});
}

absl::Status RequestIdReused(const v1::Job& job) {
  return MakeError(errors::kRequestIdReused,
                   absl::StrCat("request_id ", job.request_id(),
                                " was used for another request: job ", job.id()),
                   {{"request_id", job.request_id()}, {"job_id", job.id()}});
}

// How a submission is answered: with the job, or the error of a refused one.
absl::StatusOr<v1::Job> AnswerOf(absl::StatusOr<v1::Job> job) {
  if (!job.ok()) return job;
  absl::Status rejection = RejectionOf(*job);
  if (!rejection.ok()) return rejection;
  return job;
}

}  // namespace

Orchestrator::Orchestrator(Options options, Deps deps)
    : options_(options),
      loop_(deps.loop),
      store_(deps.store),
      readers_(deps.readers),
      kinds_(deps.kinds),
      admission_(options.admission, deps.metrics),
      book_({deps.loop, deps.store, deps.metrics, std::move(deps.on_store_failed),
             [this](LiveJob* job) { cancellation_.TimeOut(job); }}),
      upstream_(deps.loop),
      throttles_(deps.loop, &book_),
      availability_(deps.loop),
      polls_(options.max_result_bytes,
             {deps.loop, deps.readers, &book_, &upstream_, &throttles_, deps.metrics}, deps.orgs),
      cancellation_(options.max_result_bytes, {deps.loop, &book_, &upstream_}),
      submission_({options.max_result_bytes, options.max_direct_calls, options.restored},
                  {deps.loop, &book_, &upstream_, &throttles_, &availability_, &polls_,
                   &cancellation_, deps.metrics}),
      ages_({deps.loop, &book_, deps.metrics}, deps.orgs) {
  for (OrgRuntime* const org : deps.orgs) orgs_.emplace(org->name, org);
}

absl::StatusOr<Orchestrator::RecoveryReport> Orchestrator::Recover() {
  RecoveryReport report;
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, store_->OpenReader());
  // 1. All go into the book, and only then does one of them go on: a read under way
  // must not see the commits of the restart.
  std::vector<LiveJob*> restored;  // in order of creation, in which they are sent
  RETURN_IF_ERROR(reader->ForEachLiveJob([&](store::StoredJob record) {
    if (options_.restored && record.job().state() == v1::JOB_STATE_QUEUED) {
      record.set_submit_in_doubt(true);
    }
    const absl::Status configured = CheckConfigured(record.job());
    if (configured.ok()) {
      restored.push_back(
          book_.Restore(orgs_.at(record.job().org()), kinds_->Find(record.job().kind()), record));
    } else {
      ++report.left_alone;
      Log(LogLevel::kWarning, "job_left_alone", {{"error", configured}});
    }
    return true;
  }));
  report.restored = restored.size();

  // 2. Each goes on where it was. A job that has not been sent and is to be
  // cancelled needs no submission.
  for (LiveJob* const job : restored) {
    if (job->state() != v1::JOB_STATE_QUEUED) {
      polls_.Start(job);
    } else {
      ASSIGN_OR_RETURN(store::Submission payload, reader->GetSubmission(job->id()));
      Admission::Ticket ticket = admission_.Readmit(job->org().name, payload.body().size());
      const store::StoredJob record = job->Record();
      if (record.submit_in_doubt() || !record.job().cancel_requested()) {
        submission_.Start(job, std::move(payload), std::move(ticket));
      }
    }
    cancellation_.Resume(job);
  }
  return report;
}

absl::Status Orchestrator::CheckConfigured(const v1::Job& job) const {
  if (!orgs_.contains(job.org())) return OrgNotConfiguredError(job.id(), job.org());
  if (kinds_->Find(job.kind()) == nullptr) return KindNotConfiguredError(job.id(), job.kind());
  return absl::OkStatus();
}

void Orchestrator::BeginStop() {
  upstream_.Close();
  polls_.Stop();
  book_.AnswerCallers();
}

// First those that may hold the locks of jobs that are not theirs.
void Orchestrator::Stop() {
  calls_.Clear();
  ages_.Stop();
  throttles_.Stop();
  availability_.Stop();
  polls_.Stop();
  book_.Clear();
  submission_.Stop();
}

Task<absl::StatusOr<store::StoredJob>> Orchestrator::Read(std::string job_id) {
  return OnReader(loop_, readers_, [job_id = std::move(job_id)](StoreReader& reader) {
    return reader.GetJob(job_id);
  });
}

void Orchestrator::Submit(JobSubmission submission, JobDone done) {
  calls_.Start(ServeSubmit(std::move(submission), std::move(done)));
}

Task<> Orchestrator::ServeSubmit(JobSubmission submission, JobDone done) {
  // 1. A place in the intake.
  store::StoredJob& record = submission.record;
  const auto org = orgs_.find(record.job().org());
  GCJOBS_CHECK(org != orgs_.end(), "organisation ", record.job().org(), " was not validated");
  const JobKind* const kind = kinds_->Find(record.job().kind());
  GCJOBS_CHECK(kind != nullptr, "kind ", record.job().kind(), " was not validated");
  absl::StatusOr<Admission::Ticket> ticket =
      admission_.Admit(org->second->name, submission.payload.body().size());
  if (!ticket.ok()) {
    done(ticket.status());
    co_return;
  }

  // 2. The job is durable before anything else is done for it. The store alone
  // decides whose a request_id is.
  const absl::Time now = loop_->clock()->Now();
  record.mutable_job()->set_id(ids_.Next(now));
  *record.mutable_job()->mutable_create_time() = ToProto(now);
  *record.mutable_job()->mutable_update_time() = ToProto(now);
  const std::string fingerprint = record.fingerprint();
  GCJOBS_FAILPOINT("submit.before_queued");
  absl::StatusOr<JobBook::Inserted> inserted =
      co_await book_.Insert(org->second, kind, std::move(record), submission.payload);
  if (!inserted.ok()) {
    done(inserted.status());
    co_return;
  }

  // 3. It goes on by itself, whatever becomes of the caller.
  LiveJob* job = nullptr;
  if (LiveJob** const created = std::get_if<LiveJob*>(&*inserted)) {
    job = *created;
    submission_.Start(job, std::move(submission.payload), *std::move(ticket));
  } else {
    // A repeated request: another payload is refused, the same one gets the same
    // answer, also when its job has ended.
    const std::string& job_id = std::get<RequestIdTaken>(*inserted).job_id;
    job = book_.Find(job_id);
    absl::StatusOr<store::StoredJob> first;
    if (job != nullptr) {
      first = job->Record();
    } else {
      first = co_await Read(job_id);
    }
    if (!first.ok()) {
      done(first.status());
      co_return;
    }
    if (first->fingerprint() != fingerprint) {
      done(RequestIdReused(first->job()));
      co_return;
    }
    if (job == nullptr) {
      done(AnswerOf(std::move(*first->mutable_job())));
      co_return;
    }
  }

  // 4. The caller waits for the verdict.
  const absl::Duration wait =
      std::min(submission.wait, submission.answer_by - loop_->clock()->Now());
  absl::StatusOr<v1::Job> reached = co_await book_.Reached(job, JobBook::kVerdict, wait);
  done(AnswerOf(std::move(reached)));
}

void Orchestrator::Cancel(std::string job_id, absl::Time answer_by, JobDone done) {
  calls_.Start(ServeCancel(std::move(job_id), answer_by, std::move(done)));
}

Task<> Orchestrator::ServeCancel(std::string job_id, absl::Time answer_by, JobDone done) {
  LiveJob* job = book_.Find(job_id);
  if (job == nullptr) {
    // Unknown, terminal, or left alone; or it has come into the book since.
    absl::StatusOr<store::StoredJob> record = co_await Read(job_id);
    if (absl::IsNotFound(record.status())) record = JobNotFoundError(job_id);
    if (!record.ok()) {
      done(record.status());
      co_return;
    }
    job = book_.Find(job_id);
    if (job == nullptr) {
      const bool is_over = IsTerminal(record->job().state());
      absl::Status configured = is_over ? absl::OkStatus() : CheckConfigured(record->job());
      if (configured.ok()) {
        done(std::move(*record->mutable_job()));
      } else {
        done(std::move(configured));
      }
      co_return;
    }
  }
  cancellation_.Request(job);
  const absl::Duration wait = std::min(options_.cancel_wait, answer_by - loop_->clock()->Now());
  absl::StatusOr<v1::Job> reached = co_await book_.Reached(job, JobBook::kEnd, wait);
  done(std::move(reached));
}

void Orchestrator::Update(std::string job_id, JobChange change, JobDone done) {
  calls_.Start(ServeUpdate(std::move(job_id), std::move(change), std::move(done)));
}

Task<> Orchestrator::ServeUpdate(std::string job_id, JobChange change, JobDone done) {
  if (std::optional<JobLock> lock = co_await book_.LockIfLive(job_id)) {
    absl::StatusOr<v1::Job> updated = co_await ApplyUpdate(*std::move(lock), std::move(change));
    done(std::move(updated));
    co_return;
  }
  const absl::StatusOr<store::StoredJob> record = co_await Read(job_id);
  done(WhyNotChangeable(record, job_id));
}

Task<absl::StatusOr<v1::Job>> Orchestrator::ApplyUpdate(JobLock lock, JobChange change) {
  LiveJob* const job = lock.job();
  // Its end is being brought about, and nothing holds it up any more.
  if (job->timed_out) co_return JobFinished(job->id(), "has run out of time");
  const store::StoredJob before = job->Record();
  store::StoredJob next = before;
  CO_RETURN_IF_ERROR(change(next.mutable_job()));
  if (!MessageDifferencer::Equals(next, before)) {
    const absl::Duration age = loop_->clock()->Now() - FromProto(before.job().create_time());
    if (DeadlineOf(next) <= loop_->clock()->Now()) {
      co_return InvalidField("execution_timeout",
                             absl::StrCat("the job is ", absl::FormatDuration(age),
                                          " old already; to end it now, cancel it"));
    }
    const v1::PollPolicy poll = next.job().poll();
    co_await lock.CommitUpdate(std::move(next));
    polls_.ChangePolicy(job, poll);
  }
  co_return book_.View(*job);
}

absl::Status Orchestrator::WhyNotChangeable(const absl::StatusOr<store::StoredJob>& record,
                                            absl::string_view job_id) const {
  if (absl::IsNotFound(record.status())) return JobNotFoundError(job_id);
  RETURN_IF_ERROR(record.status());
  if (IsTerminal(record->job().state())) {
    return JobFinished(job_id, absl::StrCat("has ended as ", ShortName(record->job().state())));
  }
  RETURN_IF_ERROR(CheckConfigured(record->job()));
  return JobFinished(job_id, "has just ended");
}

void Orchestrator::Delete(std::string job_id, Done done) {
  calls_.Start(ServeDelete(std::move(job_id), std::move(done)));
}

Task<> Orchestrator::ServeDelete(std::string job_id, Done done) {
  absl::StatusOr<store::StoredJob> record;
  {
    // With the lock, no commit of the job is under way: a watcher, who learns of
    // the end as soon as it is durable, may ask before the book knows of it.
    const std::optional<JobLock> lock = co_await book_.LockIfLive(job_id);
    if (lock) record = lock->job()->Record();
  }
  if (!record.ok()) record = co_await Read(std::move(job_id));
  absl::Status status = record.status();
  if (absl::IsNotFound(status)) {
    status = absl::OkStatus();
  } else if (status.ok() && !IsTerminal(record->job().state())) {
    status = NotFinished(record->job());
  } else if (status.ok()) {
    Write erase = DeleteJob{record->job().id(), record->job().revision(), loop_->clock()->Now()};
    const absl::StatusOr<CommitOutcome> outcome = co_await Commit(loop_, store_, std::move(erase));
    status = outcome.status();
    // Missing: somebody else deleted it, which is what was wanted.
    if (outcome.ok() && std::holds_alternative<Stale>(*outcome)) {
      status = MakeError(errors::kJobChanged, Describe(*outcome));
    }
  }
  done(std::move(status));
}

std::optional<v1::Job> Orchestrator::FindLive(absl::string_view job_id) const {
  const LiveJob* const job = book_.Find(job_id);
  if (job == nullptr) return std::nullopt;
  return book_.View(*job);
}

void Orchestrator::Explain(std::string job_id, ExplanationDone done) {
  calls_.Start(ServeExplain(std::move(job_id), std::move(done)));
}

Task<> Orchestrator::ServeExplain(std::string job_id, ExplanationDone done) {
  if (const LiveJob* const job = book_.Find(job_id)) {
    done(ExplainLive(*job));
    co_return;
  }
  const absl::StatusOr<store::StoredJob> record = co_await Read(job_id);
  // It may have come into the book since.
  if (const LiveJob* const job = book_.Find(job_id)) {
    done(ExplainLive(*job));
  } else if (absl::IsNotFound(record.status())) {
    done(JobNotFoundError(job_id));
  } else if (!record.ok()) {
    done(record.status());
  } else if (IsTerminal(record->job().state())) {
    done(NotPolledError(record->job(), WhyNotPolled(record->job().state(), /*holds_call=*/false)));
  } else if (!CheckConfigured(record->job()).ok()) {
    done(
        NotPolledError(record->job(), "is left alone: its organisation or kind is not configured"));
  } else {
    done(NotPolledError(record->job(), "has just ended"));
  }
}

absl::StatusOr<v1::JobExplanation> Orchestrator::ExplainLive(const LiveJob& job) const {
  const Clock& clock = *loop_->clock();
  const v1::Job view = book_.View(job);
  const std::optional<PollExplanation> why =
      job.org().scheduler->Explain(job.id(), clock.MonotonicNow());
  if (why) {
    v1::JobExplanation explanation = MakeExplanation(view, *why, clock);
    explanation.set_attempts(job.polls.attempts);
    return explanation;
  }
  if (job.data_wait != nullptr) return ExplainDataWait(view, *job.data_wait);
  const RequestBudget& budget = job.org().scheduler->budget();
  const bool waits_for_budget = job.state() == v1::JOB_STATE_QUEUED && !job.submit_in_doubt() &&
                                budget.Earliest(RequestClass::kSubmit) > clock.MonotonicNow();
  if (waits_for_budget) return ExplainSubmissionWait(view, budget, clock);
  return NotPolledError(view, WhyNotPolled(job.state(), job.kind().holds_call()));
}

void Orchestrator::SetWatched(absl::string_view job_id, bool watched) {
  LiveJob* const job = book_.Find(job_id);
  if (job == nullptr) return;
  job->org().scheduler->SetWatched(job_id, watched);
  polls_.Wake(&job->org());
}

}  // namespace gcjobs
