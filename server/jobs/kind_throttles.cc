#include "server/jobs/kind_throttles.h"

#include <algorithm>

#include "common/log.h"
#include "common/time_conversion.h"
#include "server/genesys/retry_after.h"

namespace gcjobs {
namespace {

// Answers that come together name about the same time: a lesser change is none,
// and is not worth an event.
constexpr absl::Duration kLeastChange = absl::Seconds(30);

// Jobs told at once. The store commits them together; more would only lengthen
// its queue, in which others wait.
constexpr size_t kJobsAtOnce = 500;

}  // namespace

KindThrottles::KindThrottles(EventLoop* loop, JobBook* book) : loop_(loop), book_(book) {}

void KindThrottles::OnReply(const LiveJob& job, std::optional<absl::Duration> retry_after) {
  if (!retry_after || !IsQuota(*retry_after)) return;
  Learn(job, loop_->clock()->Now() + *retry_after);
}

void KindThrottles::Join(const LiveJob& job) {
  if (job.record.job().has_throttled_until()) {
    Learn(job, FromProto(job.record.job().throttled_until()));
  }
  if (Left(job) <= absl::ZeroDuration()) return;
  auto round = std::make_shared<Round>();
  round->job_ids.push_back(job.id());
  loop_->Post([this, round] { TellSome(round); });
}

absl::Duration KindThrottles::Left(const LiveJob& job) const {
  return Until(job) - loop_->clock()->Now();
}

KindThrottles::Place KindThrottles::PlaceOf(const LiveJob& job) {
  const bool is_queued = job.state() == v1::JOB_STATE_QUEUED;
  return {job.org, job.kind, is_queued ? Endpoint::kSubmit : Endpoint::kLook};
}

void KindThrottles::Learn(const LiveJob& job, absl::Time until) {
  const Place place = PlaceOf(job);
  const auto [known, is_new] = until_.try_emplace(place, absl::InfinitePast());
  if (until < std::max(known->second, loop_->clock()->Now()) + kLeastChange) return;
  known->second = until;
  Log(LogLevel::kWarning, "kind_throttled",
      {{"org", job.org->name},
       {"kind", job.record.job().kind()},
       {"request", place.endpoint == Endpoint::kSubmit ? "submit" : "poll"},
       {"until", absl::FormatTime(absl::RFC3339_sec, until, absl::UTCTimeZone())}});
  // Later: the caller is in the middle of something, such as a recovery that
  // has not yet restored them all.
  loop_->Post([this, place] { TellAll(place); });
}

void KindThrottles::TellAll(const Place& place) {
  auto round = std::make_shared<Round>();
  book_->ForEach([&](const LiveJob& job) {
    if (PlaceOf(job) == place) round->job_ids.push_back(job.id());
  });
  TellSome(round);
}

void KindThrottles::TellSome(const RoundPtr& round) {
  const size_t begin = round->next;
  round->next = std::min(begin + kJobsAtOnce, round->job_ids.size());
  round->being_told = round->next - begin;
  for (size_t i = begin; i < round->next; ++i) Tell(round->job_ids[i], round);
}

void KindThrottles::Tell(const std::string& job_id, const RoundPtr& round) {
  book_->WhenSettled(job_id, [this, round](LiveJob* job) {
    if (job == nullptr || Left(*job) <= absl::ZeroDuration()) return Told(round);
    // Its own answer is still to come; if it is refused too it joins again.
    if (job->record.submit_in_doubt()) return Told(round);
    const absl::Time until = Until(*job);
    job->org->scheduler->Postpone(job->id(), loop_->clock()->MonotonicNow() + Left(*job));
    if (Knows(*job, until)) return Told(round);
    store::StoredJob next = job->record;
    *next.mutable_job()->mutable_throttled_until() = ToProto(until);
    book_->Commit(job, std::move(next), [this, round](LiveJob* /*job*/) { Told(round); });
  });
}

void KindThrottles::Told(const RoundPtr& round) {
  if (--round->being_told > 0) return;
  loop_->Post([this, round] { TellSome(round); });
}

bool KindThrottles::Knows(const LiveJob& job, absl::Time until) const {
  if (!job.record.job().has_throttled_until()) return false;
  return absl::AbsDuration(until - FromProto(job.record.job().throttled_until())) < kLeastChange;
}

absl::Time KindThrottles::Until(const LiveJob& job) const {
  const v1::Job& view = job.record.job();
  const auto known = until_.find(PlaceOf(job));
  return std::max(
      known == until_.end() ? absl::InfinitePast() : known->second,
      view.has_throttled_until() ? FromProto(view.throttled_until()) : absl::InfinitePast());
}

}  // namespace gcjobs
