#include "client/watch_session.h"

#include <memory>

#include "client/resumable_stream.h"
#include "client/watch_cursor.h"
#include "common/errors.h"
#include "common/job_state.h"

namespace gcjobs {
namespace {

// What both kinds of watch have in common: the cursor, and what the observer is
// told. `Message` is what the stream carries.
template <typename Message>
class WatchReader : public StreamReader<Message> {
 public:
  using typename StreamReader<Message>::Next;

  int64_t resume_revision() const { return cursor_.resume_revision(); }

 protected:
  WatchReader(RpcClient* client, WatchObserver* observer, WatchCursor cursor)
      : client_(*client), observer_(*observer), cursor_(std::move(cursor)) {}

  // Passes the event on unless it was seen before; false when the observer
  // wants no more.
  absl::StatusOr<bool> Deliver(const v1::JobEvent& event) {
    ASSIGN_OR_RETURN(const WatchCursor::Verdict verdict, cursor_.Accept(event));
    started_over_ = false;
    if (verdict == WatchCursor::Verdict::kSeen) return true;
    return observer_.OnEvent(event);
  }

  // Whether the stream ended since the events after the resume point are gone,
  // and the reader may start over. Twice in a row would never end.
  bool MayStartOver(const absl::Status& end) const {
    return HasReason(end, errors::kRevisionCompacted) && !started_over_;
  }
  void StartOver() {
    observer_.OnCompacted(cursor_.resume_revision());
    cursor_.StartOver();
  }

  void OnConnectionLost(const absl::Status& why) override {
    observer_.OnConnectionLost(why, cursor_.resume_revision());
  }
  void OnConnectionRestored() override { observer_.OnConnectionRestored(); }

  RpcClient& client_;
  WatchObserver& observer_;
  WatchCursor cursor_;
  bool started_over_ = false;  // and no event came since
};

class JobReader final : public WatchReader<v1::JobEvent> {
 public:
  JobReader(RpcClient* client, WatchObserver* observer, std::string job_id, int64_t after)
      : WatchReader(client, observer, WatchCursor(WatchCursor::Scope::kOneJob, after)),
        job_id_(std::move(job_id)) {}

  // As last seen.
  const v1::Job& job() const { return job_; }

 private:
  std::unique_ptr<ServerStream<v1::JobEvent>> Open() override {
    v1::WatchJobRequest request;
    request.set_job_id(job_id_);
    request.set_after_revision(cursor_.resume_revision());
    return client_.Open(&v1::JobService::Stub::WatchJob, request);
  }

  absl::StatusOr<bool> OnMessage(v1::JobEvent* event) override {
    const bool is_new = event->revision() > cursor_.resume_revision();
    ASSIGN_OR_RETURN(const bool wants_more, Deliver(*event));
    if (is_new && event->has_job()) job_ = event->job();
    return wants_more;
  }

  absl::StatusOr<Next> OnStreamEnd(const absl::Status& end) override {
    if (end.ok()) {
      if (IsTerminal(job_.state())) return Next::kDone;
      // No event at all: the watch began after the job's end.
      ASSIGN_OR_RETURN(job_, GetJob());
      if (IsTerminal(job_.state())) return Next::kDone;
      return absl::UnavailableError("the stream ended before the job did");
    }
    if (!MayStartOver(end)) return end;
    // What is no longer kept is replaced by the job as it is now, and the watch
    // resumes from there.
    ASSIGN_OR_RETURN(job_, GetJob());
    StartOver();
    v1::JobEvent event;
    event.set_type(v1::EVENT_TYPE_SNAPSHOT);
    event.set_revision(job_.revision());
    *event.mutable_time() = job_.update_time();
    *event.mutable_job() = job_;
    ASSIGN_OR_RETURN(const bool wants_more, Deliver(event));
    started_over_ = true;
    if (!wants_more || IsTerminal(job_.state())) return Next::kDone;
    return Next::kResumeAtOnce;
  }

  absl::StatusOr<v1::Job> GetJob() {
    v1::GetJobRequest request;
    request.set_job_id(job_id_);
    return client_.Call(&v1::JobService::Stub::GetJob, request);
  }

  const std::string job_id_;
  v1::Job job_;
};

class JobsReader final : public WatchReader<v1::WatchJobsResponse> {
 public:
  JobsReader(RpcClient* client, WatchObserver* observer, const v1::JobFilter& filter, int64_t after)
      : WatchReader(client, observer,
                    WatchCursor(filter.states().empty() ? WatchCursor::Scope::kAllEvents
                                                        : WatchCursor::Scope::kSomeEvents,
                                after)),
        filter_(filter) {}

 private:
  std::unique_ptr<ServerStream<v1::WatchJobsResponse>> Open() override {
    v1::WatchJobsRequest request;
    *request.mutable_filter() = filter_;
    request.set_after_revision(cursor_.resume_revision());
    return client_.Open(&v1::JobService::Stub::WatchJobs, request);
  }

  absl::StatusOr<bool> OnMessage(v1::WatchJobsResponse* batch) override {
    for (const v1::JobEvent& event : batch->events()) {
      ASSIGN_OR_RETURN(const bool wants_more, Deliver(event));
      if (!wants_more) return false;
    }
    return true;
  }

  absl::StatusOr<Next> OnStreamEnd(const absl::Status& end) override {
    if (end.ok()) return absl::UnavailableError("the server ended a stream that has no end");
    if (!MayStartOver(end)) return end;
    StartOver();
    started_over_ = true;
    return Next::kResumeAtOnce;
  }

  const v1::JobFilter filter_;
};

}  // namespace

absl::StatusOr<v1::Job> WatchSession::WatchJob(const std::string& job_id, int64_t after) {
  JobReader reader(&client_, &observer_, job_id, after);
  const absl::Status status =
      ResumableStream(&client_, &io_, options_.reconnect_for).Read<v1::JobEvent>(&reader);
  resume_revision_ = reader.resume_revision();
  RETURN_IF_ERROR(status);
  return reader.job();
}

absl::Status WatchSession::WatchJobs(const v1::JobFilter& filter, int64_t after) {
  JobsReader reader(&client_, &observer_, filter, after);
  const absl::Status status =
      ResumableStream(&client_, &io_, options_.reconnect_for).Read<v1::WatchJobsResponse>(&reader);
  resume_revision_ = reader.resume_revision();
  return status;
}

}  // namespace gcjobs
