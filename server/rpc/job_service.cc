#include "server/rpc/job_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/status_macros.h"
#include "server/rpc/job_listing.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/rpc_errors.h"
#include "server/rpc/stream_reactor.h"

namespace gcjobs {
namespace {

// How much a page may grow over what the store gave: it and the store's cap of
// 3 MiB stay below the 4 MiB that clients take by default.
constexpr size_t kMaxOverlayBytes = 512 << 10;

}  // namespace

JobService::JobService(Options options)
    : options_(std::move(options)),
      submissions_(options_.submit_defaults, options_.orgs, options_.kinds) {}

grpc::ServerUnaryReactor* JobService::SubmitAction(grpc::CallbackServerContext* context,
                                                   const v1::SubmitActionRequest* request,
                                                   v1::Job* response) {
  return ServeSubmit(context, *request, response);
}

grpc::ServerUnaryReactor* JobService::SubmitConversationQuery(
    grpc::CallbackServerContext* context, const v1::SubmitConversationQueryRequest* request,
    v1::Job* response) {
  return ServeSubmit(context, *request, response);
}

grpc::ServerUnaryReactor* JobService::SubmitJob(grpc::CallbackServerContext* context,
                                                const v1::SubmitJobRequest* request,
                                                v1::Job* response) {
  return ServeSubmit(context, *request, response);
}

template <typename Request>
grpc::ServerUnaryReactor* JobService::ServeSubmit(grpc::CallbackServerContext* context,
                                                  const Request& request, v1::Job* response) const {
  return ServeUnary(
      *options_.authenticator, context, response,
      [&](CallPtr<v1::Job> call, absl::string_view principal) -> absl::Status {
        ASSIGN_OR_RETURN(JobSubmission submission, submissions_.Build(request, principal));
        if (request.options().validate_only()) {
          // The job that it would become, without an id and times.
          call->Answer(std::move(*submission.record.mutable_job()));
          return absl::OkStatus();
        }
        options_.loop->Post(
            [this, call = std::move(call), submission = std::move(submission)]() mutable {
              options_.engine->Submit(std::move(submission), FinishWith(std::move(call)));
            });
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* JobService::ListJobKinds(grpc::CallbackServerContext* context,
                                                   const v1::ListJobKindsRequest*,
                                                   v1::ListJobKindsResponse* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](const CallPtr<v1::ListJobKindsResponse>& call, absl::string_view) {
                      v1::ListJobKindsResponse answer;
                      for (v1::JobKind& kind : options_.kinds->List()) {
                        *answer.add_kinds() = std::move(kind);
                      }
                      call->Answer(std::move(answer));
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::GetJob(grpc::CallbackServerContext* context,
                                             const v1::GetJobRequest* request, v1::Job* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::Job> call, absl::string_view) {
                      return BeginGet(*request, std::move(call));
                    });
}

absl::Status JobService::BeginGet(const v1::GetJobRequest& request, CallPtr<v1::Job> call) const {
  const absl::Status valid = ValidateJobId(request.job_id());
  if (!valid.ok()) return valid;
  options_.loop->Post([this, call = std::move(call), job_id = request.job_id()] {
    std::optional<v1::Job> live = options_.engine->FindLive(job_id);
    if (live) return call->Answer(*std::move(live));
    const bool taken = options_.readers->Run([this, call, job_id] { ReadStoredJob(job_id, call); });
    if (!taken) call->Refuse(BusyError());
  });
  return absl::OkStatus();
}

void JobService::ReadStoredJob(const std::string& job_id, const CallPtr<v1::Job>& call) const {
  absl::StatusOr<store::StoredJob> stored = options_.store->GetJob(job_id);
  if (!stored.ok()) return call->Refuse(stored.status());
  call->Answer(std::move(*stored->mutable_job()));
}

grpc::ServerUnaryReactor* JobService::ListJobs(grpc::CallbackServerContext* context,
                                               const v1::ListJobsRequest* request,
                                               v1::ListJobsResponse* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::ListJobsResponse> call, absl::string_view) {
                      return BeginList(*request, std::move(call));
                    });
}

absl::Status JobService::BeginList(const v1::ListJobsRequest& request,
                                   CallPtr<v1::ListJobsResponse> call) const {
  absl::StatusOr<JobQuery> query = BuildJobQuery(request, options_.orgs);
  if (!query.ok()) return query.status();
  // `call` stays here too: a pool that is full destroys the task.
  const bool taken =
      options_.readers->Run([this, call, query = *std::move(query)] { ReadPage(query, call); });
  return taken ? absl::OkStatus() : BusyError();
}

void JobService::ReadPage(const JobQuery& query, CallPtr<v1::ListJobsResponse> call) const {
  absl::StatusOr<v1::ListJobsResponse> page = ReadJobPage(*options_.store, query);
  if (!page.ok()) return call->Refuse(page.status());
  options_.loop->Post([this, call = std::move(call), page = *std::move(page)]() mutable {
    OverlayLiveJobs(&page);
    call->Answer(std::move(page));
  });
}

void JobService::OverlayLiveJobs(v1::ListJobsResponse* page) const {
  size_t growth = 0;
  for (v1::Job& job : *page->mutable_jobs()) {
    std::optional<v1::Job> live = options_.engine->FindLive(job.id());
    // A job that has moved on since the read may no longer match the filter,
    // and would stand at the wrong place.
    if (!live || live->revision() != job.revision()) continue;
    growth += live->ByteSizeLong() - std::min(live->ByteSizeLong(), job.ByteSizeLong());
    if (growth > kMaxOverlayBytes) return;
    job = *std::move(live);
  }
}

grpc::ServerUnaryReactor* JobService::CancelJob(grpc::CallbackServerContext* context,
                                                const v1::CancelJobRequest* request,
                                                v1::Job* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::Job> call, absl::string_view) {
                      return BeginCancel(*request, std::move(call));
                    });
}

absl::Status JobService::BeginCancel(const v1::CancelJobRequest& request,
                                     CallPtr<v1::Job> call) const {
  const absl::Status valid = ValidateJobId(request.job_id());
  if (!valid.ok()) return valid;
  options_.loop->Post([this, call = std::move(call), job_id = request.job_id()] {
    options_.engine->Cancel(job_id, FinishWith(call));
  });
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* JobService::DeleteJob(grpc::CallbackServerContext* context,
                                                const v1::DeleteJobRequest* request,
                                                google::protobuf::Empty* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<google::protobuf::Empty> call, absl::string_view) {
                      return BeginDelete(*request, std::move(call));
                    });
}

absl::Status JobService::BeginDelete(const v1::DeleteJobRequest& request,
                                     CallPtr<google::protobuf::Empty> call) const {
  const absl::Status valid = ValidateJobId(request.job_id());
  if (!valid.ok()) return valid;
  options_.loop->Post([this, call = std::move(call), job_id = request.job_id()] {
    options_.engine->Delete(job_id, [call](const absl::Status& status) {
      if (!status.ok()) return call->Refuse(status);
      call->Answer(google::protobuf::Empty());
    });
  });
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* JobService::ExplainJob(grpc::CallbackServerContext* context,
                                                 const v1::ExplainJobRequest* request,
                                                 v1::JobExplanation* response) {
  return ServeUnary(*options_.authenticator, context, response,
                    [&](CallPtr<v1::JobExplanation> call, absl::string_view) {
                      return BeginExplain(*request, std::move(call));
                    });
}

absl::Status JobService::BeginExplain(const v1::ExplainJobRequest& request,
                                      CallPtr<v1::JobExplanation> call) const {
  const absl::Status valid = ValidateJobId(request.job_id());
  if (!valid.ok()) return valid;
  options_.loop->Post([this, call = std::move(call), job_id = request.job_id()] {
    options_.engine->Explain(job_id, FinishWith(call));
  });
  return absl::OkStatus();
}

JobService::StreamReactor* JobService::WatchJob(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request) {
  return ServeStream(context, request, options_.watch_job);
}

JobService::StreamReactor* JobService::WatchJobs(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request) {
  return ServeStream(context, request, options_.watch_jobs);
}

JobService::StreamReactor* JobService::ReadResults(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request) {
  return ServeStream(context, request, options_.read_results);
}

JobService::StreamReactor* JobService::ServeStream(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request,
                                                   const StreamHandler& handler) const {
  const absl::Status caller = options_.authenticator->Authenticate(*context).status();
  return caller.ok() ? handler(context, request) : RefuseStream(caller);
}

}  // namespace gcjobs
