#include "server/jobs/kind_throttles.h"

#include <algorithm>

#include "common/log.h"
#include "common/time_conversion.h"
#include "server/genesys/retry_after.h"
#include "server/jobs/job_record.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// Answers that come together name about the same time: a smaller change is not
// worth an event.
constexpr absl::Duration kLeastChange = absl::Seconds(30);

// Jobs told at a time. The store commits them together; more would only lengthen
// its queue, in which others wait.
constexpr size_t kJobsAtOnce = 500;

}  // namespace

KindThrottles::KindThrottles(EventLoop* loop, JobBook* book) : loop_(loop), book_(book) {}

void KindThrottles::OnReply(const LiveJob& job, std::optional<absl::Duration> retry_after) {
  if (!retry_after || !IsQuota(*retry_after)) return;
  Learn(job, loop_->clock()->Now() + *retry_after);
}

void KindThrottles::Join(const LiveJob& job) {
  if (job.throttled_until() != absl::InfinitePast()) Learn(job, job.throttled_until());
  if (Left(job) <= absl::ZeroDuration()) return;
  if (!IsTold(job)) return Tell({job.id()});
  job.org().scheduler->Postpone(job.id(), loop_->clock()->MonotonicNow() + Left(job));
}

absl::Duration KindThrottles::Left(const LiveJob& job) const {
  return Until(job) - loop_->clock()->Now();
}

KindThrottles::Place KindThrottles::PlaceOf(const LiveJob& job) {
  const bool is_queued = job.state() == v1::JOB_STATE_QUEUED;
  return {&job.org(), &job.kind(), is_queued ? Endpoint::kSubmit : Endpoint::kPoll};
}

void KindThrottles::Learn(const LiveJob& job, absl::Time until) {
  const Place place = PlaceOf(job);
  const auto [known, is_new] = until_.try_emplace(place, absl::InfinitePast());
  if (until < std::max(known->second, loop_->clock()->Now()) + kLeastChange) return;
  known->second = until;
  Log(LogLevel::kWarning, "kind_throttled",
      {{"org", job.org().name},
       {"kind", job.kind().name()},
       {"request", place.endpoint == Endpoint::kSubmit ? "submit" : "poll"},
       {"until", absl::FormatTime(absl::RFC3339_sec, until, absl::UTCTimeZone())}});
  // In a later turn, when a recovery under way has restored all of them.
  telling_.Start(TellAll(place));
}

Task<> KindThrottles::TellAll(Place place) {
  co_await Sleep(loop_, absl::ZeroDuration());
  std::vector<std::string> job_ids;
  book_->ForEach([&](const LiveJob& job) {
    if (PlaceOf(job) == place) job_ids.push_back(job.id());
  });
  Tell(std::move(job_ids));
}

void KindThrottles::Tell(std::vector<std::string> job_ids) {
  auto round = std::make_shared<Round>();
  round->job_ids = std::move(job_ids);
  const size_t tellers = std::min(kJobsAtOnce, round->job_ids.size());
  for (size_t i = 0; i < tellers; ++i) telling_.Start(TellOneByOne(round));
}

// One of up to kJobsAtOnce stories that share the round.
Task<> KindThrottles::TellOneByOne(std::shared_ptr<Round> round) {
  while (round->next < round->job_ids.size()) {
    std::string id = round->job_ids[round->next++];
    // One job a turn, so that others come in between; and not within the call that
    // made it known.
    co_await Sleep(loop_, absl::ZeroDuration());
    const std::optional<JobLock> lock = co_await book_->LockIfLive(std::move(id));
    if (!lock) continue;
    LiveJob* const job = lock->job();
    const absl::Duration left = Left(*job);
    if (left <= absl::ZeroDuration()) continue;
    job->org().scheduler->Postpone(job->id(), loop_->clock()->MonotonicNow() + left);
    if (IsTold(*job)) continue;
    store::StoredJob next = job->Record();
    // Its own answer is still to come; if it is refused too it joins again.
    if (IsBeingSubmitted(next)) continue;
    *next.mutable_job()->mutable_throttled_until() = ToProto(Until(*job));
    co_await lock->Commit(std::move(next));
  }
}

bool KindThrottles::IsTold(const LiveJob& job) const {
  return absl::AbsDuration(Until(job) - job.throttled_until()) < kLeastChange;
}

absl::Time KindThrottles::Until(const LiveJob& job) const {
  const auto known = until_.find(PlaceOf(job));
  const absl::Time of_kind = known == until_.end() ? absl::InfinitePast() : known->second;
  return std::max(of_kind, job.throttled_until());
}

}  // namespace gcjobs
