#include "server/jobs/follow_ups.h"

#include <utility>

#include "common/log.h"

namespace gcjobs {

void FollowUps::Send(LiveJob* job, ApiRequest request) {
  if (stopped_ || job->following_up || job->timed_out) return;
  if (job->record.job().cancel_requested()) return;
  job->following_up = true;
  OrgRuntime* const org = job->org;
  const RequestClass request_class = request.request_class;
  Spawn<absl::StatusOr<Permit>>(org->client->Acquire(request_class, absl::InfiniteDuration()),
                                [this, id = job->id(), org, request = std::move(request)](
                                    absl::StatusOr<Permit> permit) mutable {
                                  OnPermit(id, org, std::move(request), std::move(permit));
                                });
}

void FollowUps::OnPermit(const std::string& job_id, OrgRuntime* org, ApiRequest request,
                         absl::StatusOr<Permit> permit) {
  if (!permit.ok()) return OnOutcome(job_id, permit.status());
  if (stopped_ || book_->Find(job_id) == nullptr) return;
  Spawn<ApiReply>(org->client->Send(*std::move(permit), std::move(request)),
                  [this, job_id](const ApiReply& reply) { OnOutcome(job_id, reply.status); });
}

void FollowUps::OnOutcome(const std::string& job_id, const absl::Status& status) {
  if (status.ok()) {
    Log(LogLevel::kInfo, "follow_up_sent", {{"job_id", job_id}});
  } else {
    Log(LogLevel::kWarning, "follow_up_failed", {{"job_id", job_id}, {"error", status}});
  }
  LiveJob* const job = book_->Find(job_id);
  if (job == nullptr) return;
  job->following_up = false;
  if (!status.ok()) job->last_error = status;
}

}  // namespace gcjobs
