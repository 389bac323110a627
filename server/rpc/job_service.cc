#include "server/rpc/job_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/errors.h"
#include "common/status_macros.h"
#include "common/task.h"
#include "common/time_conversion.h"
#include "server/genesys/conversation_views.h"
#include "server/rpc/job_listing.h"
#include "server/rpc/job_update.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/stream_reactor.h"
#include "server/rpc/unary_call.h"

namespace gcjobs {
namespace {

using RawStream = grpc::ServerWriteReactor<grpc::ByteBuffer>;

// How much a page may grow over what the store gave: it and the store's cap of
// 3 MiB stay below the 4 MiB that clients accept by default.
constexpr size_t kMaxOverlayBytes = 512 << 10;

// An answer has to reach its client before the deadline: it is given earlier by this
// share of the time that is left, but within these bounds, which a slow network needs.
constexpr double kAnswerEarly = 0.2;
constexpr absl::Duration kLeastAnswerEarly = absl::Milliseconds(50);
constexpr absl::Duration kMostAnswerEarly = absl::Milliseconds(500);

// The frame of every stream: `start` returns the reactor of a call whose caller
// may call.
template <typename Start>
RawStream* ServeStream(const Authenticator& authenticator, grpc::CallbackServerContext* context,
                       Start start) {
  const absl::Status caller = authenticator.Authenticate(*context).status();
  return caller.ok() ? start() : RefuseStream(caller);
}

}  // namespace

JobService::JobService(Deps deps, OrgNames orgs, SubmitDefaults defaults)
    : deps_(std::move(deps)),
      orgs_(std::move(orgs)),
      default_execution_timeout_(defaults.execution_timeout),
      submissions_(defaults, orgs_, deps_.kinds, deps_.profiles) {}

// gRPC's deadlines are times of the machine's own clock.
absl::Time JobService::AnswerBy(const grpc::CallbackServerContext& context) const {
  const absl::Duration left = absl::FromChrono(context.deadline()) - absl::Now();
  return deps_.loop->clock()->Now() + left -
         std::clamp(left * kAnswerEarly, kLeastAnswerEarly, kMostAnswerEarly);
}

// Submissions: a request becomes a JobSubmission here, on gRPC's thread, and
// from there on it is the engine's.

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
                                                  const Request& request, v1::Job* response,
                                                  const char* method) const {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](CallPtr<v1::Job> call, absl::string_view principal) -> absl::Status {
        ASSIGN_OR_RETURN(JobSubmission submission, submissions_.Build(request, principal));
        if (request.options().validate_only()) {
          // The job that it would become, without an id and times.
          call->Answer(std::move(*submission.record.mutable_job()));
          return absl::OkStatus();
        }
        submission.answer_by = AnswerBy(*context);
        deps_.loop->Post(
            [this, call = std::move(call), submission = std::move(submission)]() mutable {
              deps_.engine->Submit(std::move(submission), FinishWith(std::move(call)));
            });
        return absl::OkStatus();
      },
      method);
}

grpc::ServerUnaryReactor* JobService::ListJobKinds(grpc::CallbackServerContext* context,
                                                   const v1::ListJobKindsRequest*,
                                                   v1::ListJobKindsResponse* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](const CallPtr<v1::ListJobKindsResponse>& call, absl::string_view) {
                      v1::ListJobKindsResponse answer;
                      for (v1::JobKind& kind : deps_.kinds->List()) {
                        *answer.add_kinds() = std::move(kind);
                      }
                      call->Answer(std::move(answer));
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::ListConversationViews(
    grpc::CallbackServerContext* context, const v1::ListConversationViewsRequest* request,
    v1::ListConversationViewsResponse* response) {
  using Views = v1::ListConversationViewsResponse;
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<Views> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateText("view", request->view(), kMaxViewNameBytes,
                                                   Presence::kOptional));
                      ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
                      deps_.loop->Post([call = std::move(call), client = deps_.clients.at(org),
                                        view = request->view()] {
                        Spawn<absl::StatusOr<Views>>(gcjobs::ListConversationViews(client, view),
                                                     FinishWith(call));
                      });
                      return absl::OkStatus();
                    });
}

// Reading jobs: the engine knows more of a live job than the store (next_poll_time
// and the like), and the store has all the others.

grpc::ServerUnaryReactor* JobService::GetJob(grpc::CallbackServerContext* context,
                                             const v1::GetJobRequest* request, v1::Job* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<v1::Job> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateJobId(request->job_id()));
                      deps_.loop->Post([this, call = std::move(call), job_id = request->job_id()] {
                        std::optional<v1::Job> live = deps_.engine->FindLive(job_id);
                        if (live) return call->Answer(*std::move(live));
                        const bool taken = deps_.readers->Run([call, job_id](StoreReader& reader) {
                          absl::StatusOr<store::StoredJob> stored = reader.GetJob(job_id);
                          if (!stored.ok()) return call->Refuse(stored.status());
                          call->Answer(std::move(*stored->mutable_job()));
                        });
                        if (!taken) call->Refuse(ServerBusyError());
                      });
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::ListJobs(grpc::CallbackServerContext* context,
                                               const v1::ListJobsRequest* request,
                                               v1::ListJobsResponse* response) {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](const CallPtr<v1::ListJobsResponse>& call, absl::string_view) -> absl::Status {
        ASSIGN_OR_RETURN(JobQuery query, BuildJobQuery(*request, orgs_));
        // `call` stays here too: a pool that is full destroys the task.
        const bool taken =
            deps_.readers->Run([this, call, query = std::move(query)](StoreReader& reader) {
              absl::StatusOr<v1::ListJobsResponse> page = ReadJobPage(reader, query);
              if (!page.ok()) return call->Refuse(page.status());
              deps_.loop->Post([this, call, page = *std::move(page)]() mutable {
                OverlayLiveJobs(&page);
                call->Answer(std::move(page));
              });
            });
        return taken ? absl::OkStatus() : ServerBusyError();
      });
}

void JobService::OverlayLiveJobs(v1::ListJobsResponse* page) const {
  size_t growth = 0;
  for (v1::Job& job : *page->mutable_jobs()) {
    std::optional<v1::Job> live = deps_.engine->FindLive(job.id());
    // A job that has moved on since the read may no longer match the filter,
    // and would stand in the wrong place.
    if (!live || live->revision() != job.revision()) continue;
    growth += live->ByteSizeLong() - std::min(live->ByteSizeLong(), job.ByteSizeLong());
    if (growth > kMaxOverlayBytes) return;
    job = *std::move(live);
  }
}

// What is the engine's alone.

grpc::ServerUnaryReactor* JobService::CancelJob(grpc::CallbackServerContext* context,
                                                const v1::CancelJobRequest* request,
                                                v1::Job* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<v1::Job> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateJobId(request->job_id()));
                      deps_.loop->Post([this, call = std::move(call), job_id = request->job_id(),
                                        answer_by = AnswerBy(*context)] {
                        deps_.engine->Cancel(job_id, answer_by, FinishWith(call));
                      });
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::UpdateJob(grpc::CallbackServerContext* context,
                                                const v1::UpdateJobRequest* request,
                                                v1::Job* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<v1::Job> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateJobId(request->job_id()));
                      ASSIGN_OR_RETURN(JobEngine::JobChange change,
                                       BuildJobChange(*request, default_execution_timeout_));
                      deps_.loop->Post([this, call = std::move(call), job_id = request->job_id(),
                                        change = std::move(change)]() mutable {
                        deps_.engine->Update(std::move(job_id), std::move(change),
                                             FinishWith(std::move(call)));
                      });
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::DeleteJob(grpc::CallbackServerContext* context,
                                                const v1::DeleteJobRequest* request,
                                                google::protobuf::Empty* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<google::protobuf::Empty> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateJobId(request->job_id()));
                      deps_.loop->Post([this, call = std::move(call), job_id = request->job_id()] {
                        deps_.engine->Delete(job_id, [call](const absl::Status& status) {
                          if (!status.ok()) return call->Refuse(status);
                          call->Answer(google::protobuf::Empty());
                        });
                      });
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* JobService::ExplainJob(grpc::CallbackServerContext* context,
                                                 const v1::ExplainJobRequest* request,
                                                 v1::JobExplanation* response) {
  return ServeUnary(*deps_.authenticator, context, response,
                    [&](CallPtr<v1::JobExplanation> call, absl::string_view) -> absl::Status {
                      RETURN_IF_ERROR(ValidateJobId(request->job_id()));
                      deps_.loop->Post([this, call = std::move(call), job_id = request->job_id()] {
                        deps_.engine->Explain(job_id, FinishWith(call));
                      });
                      return absl::OkStatus();
                    });
}

// What is the organisation's.

grpc::ServerUnaryReactor* JobService::RenewToken(grpc::CallbackServerContext* context,
                                                 const v1::RenewTokenRequest* request,
                                                 v1::RenewTokenResponse* response) {
  return ServeUnary(
      *deps_.authenticator, context, response,
      [&](CallPtr<v1::RenewTokenResponse> call, absl::string_view) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string org, orgs_.Resolve(request->org()));
        deps_.loop->Post([call = std::move(call), org, client = deps_.clients.at(org)] {
          Spawn<absl::StatusOr<absl::Time>>(client->RenewToken(),
                                            [call, org](absl::StatusOr<absl::Time> until) {
                                              if (!until.ok()) return call->Refuse(until.status());
                                              v1::RenewTokenResponse answer;
                                              answer.set_org(org);
                                              *answer.mutable_expire_time() = ToProto(*until);
                                              call->Answer(std::move(answer));
                                            });
        });
        return absl::OkStatus();
      });
}

// Streams.

RawStream* JobService::WatchJob(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request) {
  return ServeStream(*deps_.authenticator, context,
                     [&] { return deps_.watches->WatchJob(context, request); });
}

RawStream* JobService::WatchJobs(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request) {
  return ServeStream(*deps_.authenticator, context,
                     [&] { return deps_.watches->WatchJobs(context, request); });
}

RawStream* JobService::ReadResults(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request) {
  return ServeStream(*deps_.authenticator, context,
                     [&] { return deps_.results->ReadResults(context, request); });
}

}  // namespace gcjobs
