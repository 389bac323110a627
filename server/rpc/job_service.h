#ifndef GCJOBS_SERVER_RPC_JOB_SERVICE_H_
#define GCJOBS_SERVER_RPC_JOB_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.grpc.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_engine.h"
#include "server/net/event_loop.h"
#include "server/rpc/auth/authenticator.h"
#include "server/rpc/org_names.h"
#include "server/rpc/submit/submission_builder.h"
#include "server/rpc/unary_call.h"
#include "server/store/job_query.h"
#include "server/store/read_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// gcjobs.v1.JobService on the wire: decodes, validates, hands on. What a job
// does is the engine's business.
//
// Handlers run on gRPC's reaction threads, of which there are few, and never
// wait: the engine is asked on the loop, the store is read on the readers.
class JobService final
    : public v1::JobService::WithRawCallbackMethod_WatchJob<
          v1::JobService::WithRawCallbackMethod_WatchJobs<
              v1::JobService::WithRawCallbackMethod_ReadResults<v1::JobService::CallbackService>>> {
 public:
  using StreamReactor = grpc::ServerWriteReactor<grpc::ByteBuffer>;
  // A stream's handler, of WatchService or ResultsService: it gets calls of
  // callers that may call. Any thread.
  using StreamHandler =
      std::function<StreamReactor*(grpc::CallbackServerContext*, const grpc::ByteBuffer*)>;

  // All pointers are borrowed: they must outlive the gRPC server that has this
  // service, and every task that it posted.
  struct Options {
    JobEngine* engine;  // used on the loop only
    EventLoop* loop;
    const Store* store;
    ReadPool* readers;
    const JobKindRegistry* kinds;
    const Authenticator* authenticator;
    OrgNames orgs;
    SubmitDefaults submit_defaults;
    StreamHandler watch_job;
    StreamHandler watch_jobs;
    StreamHandler read_results;
  };
  explicit JobService(Options options);

  grpc::ServerUnaryReactor* SubmitAction(grpc::CallbackServerContext* context,
                                         const v1::SubmitActionRequest* request,
                                         v1::Job* response) override;
  grpc::ServerUnaryReactor* SubmitConversationQuery(
      grpc::CallbackServerContext* context, const v1::SubmitConversationQueryRequest* request,
      v1::Job* response) override;
  grpc::ServerUnaryReactor* SubmitJob(grpc::CallbackServerContext* context,
                                      const v1::SubmitJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* ListJobKinds(grpc::CallbackServerContext* context,
                                         const v1::ListJobKindsRequest* request,
                                         v1::ListJobKindsResponse* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request, v1::Job* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* DeleteJob(grpc::CallbackServerContext* context,
                                      const v1::DeleteJobRequest* request,
                                      google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* ExplainJob(grpc::CallbackServerContext* context,
                                       const v1::ExplainJobRequest* request,
                                       v1::JobExplanation* response) override;
  StreamReactor* WatchJob(grpc::CallbackServerContext* context,
                          const grpc::ByteBuffer* request) override;
  StreamReactor* WatchJobs(grpc::CallbackServerContext* context,
                           const grpc::ByteBuffer* request) override;
  StreamReactor* ReadResults(grpc::CallbackServerContext* context,
                             const grpc::ByteBuffer* request) override;

 private:
  // The handlers' work behind authentication: each validates and hands the
  // call on, or returns why not.
  absl::Status BeginGet(const v1::GetJobRequest& request, CallPtr<v1::Job> call) const;
  absl::Status BeginList(const v1::ListJobsRequest& request,
                         CallPtr<v1::ListJobsResponse> call) const;
  absl::Status BeginCancel(const v1::CancelJobRequest& request, CallPtr<v1::Job> call) const;
  absl::Status BeginDelete(const v1::DeleteJobRequest& request,
                           CallPtr<google::protobuf::Empty> call) const;
  absl::Status BeginExplain(const v1::ExplainJobRequest& request,
                            CallPtr<v1::JobExplanation> call) const;

  // The frame of the three submissions, which differ in their requests alone.
  template <typename Request>
  grpc::ServerUnaryReactor* ServeSubmit(grpc::CallbackServerContext* context,
                                        const Request& request, v1::Job* response) const;

  // The frame of every stream.
  StreamReactor* ServeStream(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                             const StreamHandler& handler) const;

  // On the readers.
  void ReadStoredJob(const std::string& job_id, const CallPtr<v1::Job>& call) const;
  void ReadPage(const JobQuery& query, CallPtr<v1::ListJobsResponse> call) const;

  // Replaces jobs of the page by what the engine knows beyond the store. Loop
  // thread.
  void OverlayLiveJobs(v1::ListJobsResponse* page) const;

  const Options options_;
  const SubmissionBuilder submissions_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_JOB_SERVICE_H_
