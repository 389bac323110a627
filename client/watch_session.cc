#include "client/watch_session.h"

#include <memory>

#include "client/text.h"
#include "common/error_info.h"

namespace gcjobs {
namespace {

bool IsCompacted(const absl::Status& status) {
  return absl::IsOutOfRange(status) && GetReason(status) == "REVISION_COMPACTED";
}

}  // namespace

WatchSession::WatchSession(JobClient* client, const CliIo* io, WatchObserver* observer,
                           Options options)
    : client_(*client),
      io_(*io),
      observer_(*observer),
      retry_(io, options.reconnect_for),
      cursor_(WatchCursor::Scope::kOneJob, 0) {}

absl::StatusOr<v1::Job> WatchSession::WatchJob(const std::string& job_id, int64_t after) {
  cursor_ = WatchCursor(WatchCursor::Scope::kOneJob, after);
  const absl::Status status =
      Run([&] { return StreamJob(job_id); }, [&] { return SnapshotJob(job_id); });
  if (!status.ok()) return status;
  return job_;
}

absl::Status WatchSession::WatchJobs(const v1::JobFilter& filter, int64_t after) {
  cursor_ = WatchCursor(
      filter.states().empty() ? WatchCursor::Scope::kAllEvents : WatchCursor::Scope::kSomeEvents,
      after);
  return Run([&] { return StreamJobs(filter); },
             [&] {
               cursor_.StartOver();
               return absl::OkStatus();
             });
}

absl::Status WatchSession::Run(Attempt attempt, Attempt start_over) {
  for (;;) {
    const bool connected = client_.WaitForConnection();
    if (connected && retry_.in_outage()) observer_.OnConnectionRestored();
    retry_.OnTry(connected);
    absl::Status status = attempt();
    if (stopped_) return absl::OkStatus();
    if (status.ok() || IsInterrupted()) return status;
    if (IsCompacted(status) && !started_over_) {
      observer_.OnCompacted(cursor_.resume_revision());
      status = start_over();
      started_over_ = true;
      if (status.ok()) continue;
    }
    const auto on_outage = [&] { observer_.OnConnectionLost(status, cursor_.resume_revision()); };
    if (!MayResume(status) || !retry_.BackOff(status, on_outage)) return status;
    client_.Reconnect();
  }
}

absl::Status WatchSession::StreamJob(const std::string& job_id) {
  // Its snapshot may have shown the end already.
  if (IsTerminal(job_.state())) return absl::OkStatus();
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_revision(cursor_.resume_revision());
  const std::unique_ptr<EventStream<v1::JobEvent>> stream = client_.WatchJob(request);
  v1::JobEvent event;
  while (stream->Read(&event)) {
    if (absl::Status status = Deliver(event); !status.ok()) return status;
    if (stopped_) return absl::OkStatus();
  }
  if (absl::Status status = stream->Finish(); !status.ok()) return status;
  return EndOfJobStream(job_id);
}

absl::Status WatchSession::StreamJobs(const v1::JobFilter& filter) {
  v1::WatchJobsRequest request;
  *request.mutable_filter() = filter;
  request.set_after_revision(cursor_.resume_revision());
  const std::unique_ptr<EventStream<v1::WatchJobsResponse>> stream = client_.WatchJobs(request);
  v1::WatchJobsResponse response;
  while (stream->Read(&response)) {
    for (const v1::JobEvent& event : response.events()) {
      if (absl::Status status = Deliver(event); !status.ok()) return status;
      if (stopped_) return absl::OkStatus();
    }
  }
  if (absl::Status status = stream->Finish(); !status.ok()) return status;
  return absl::UnavailableError("the server ended a stream that has no end");
}

absl::Status WatchSession::Deliver(const v1::JobEvent& event) {
  const absl::StatusOr<WatchCursor::Verdict> verdict = cursor_.Accept(event);
  if (!verdict.ok()) return verdict.status();
  retry_.OnProgress();
  started_over_ = false;
  if (*verdict == WatchCursor::Verdict::kSeen) return absl::OkStatus();
  if (event.has_job()) job_ = event.job();
  stopped_ = !observer_.OnEvent(event);
  return absl::OkStatus();
}

absl::Status WatchSession::EndOfJobStream(const std::string& job_id) {
  if (!IsTerminal(job_.state())) {
    // No event at all: the watch began after the job's end.
    absl::StatusOr<v1::Job> job = client_.GetJob(job_id);
    if (!job.ok()) return job.status();
    if (!IsTerminal(job->state())) {
      return absl::UnavailableError("the stream ended before the job did");
    }
    job_ = *std::move(job);
  }
  return absl::OkStatus();
}

absl::Status WatchSession::SnapshotJob(const std::string& job_id) {
  absl::StatusOr<v1::Job> job = client_.GetJob(job_id);
  if (!job.ok()) return job.status();
  cursor_.StartOver();
  v1::JobEvent event;
  event.set_type(v1::EVENT_TYPE_SNAPSHOT);
  event.set_revision(job->revision());
  *event.mutable_time() = job->update_time();
  *event.mutable_job() = *job;
  job_ = *std::move(job);  // also when it is what was seen before
  return Deliver(event);
}

bool WatchSession::MayResume(const absl::Status& status) const {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:       // gone, draining, restarting
    case absl::StatusCode::kCancelled:         // by the server: we read too slowly
    case absl::StatusCode::kInternal:          // a stream reset
    case absl::StatusCode::kUnknown:           // likewise, as proxies say it
    case absl::StatusCode::kDeadlineExceeded:  // a proxy's limit
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace gcjobs
