#ifndef GCJOBS_SERVER_RPC_JOB_SERVICE_H_
#define GCJOBS_SERVER_RPC_JOB_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "gcjobs/v1/job_service.grpc.pb.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_engine.h"
#include "server/net/event_loop.h"
#include "server/rpc/auth/authenticator.h"
#include "server/rpc/org_names.h"
#include "server/rpc/results/results_service.h"
#include "server/rpc/submit/submission_builder.h"
#include "server/rpc/watch/watch_service.h"
#include "server/store/reader_pool.h"
#include "server/store/store.h"

namespace gcjobs {

// gcjobs.v1.JobService on the wire: each handler checks its request and hands it
// on. What a job does is the engine's business.
//
// Handlers run on gRPC's reaction threads, of which there are few, and never
// wait: the engine is asked on the loop, the store is read on the readers.
class JobService final
    : public v1::JobService::WithRawCallbackMethod_WatchJob<
          v1::JobService::WithRawCallbackMethod_WatchJobs<
              v1::JobService::WithRawCallbackMethod_ReadResults<v1::JobService::CallbackService>>> {
 public:
  // All must outlive the gRPC server that has this service, and every task that
  // it posted.
  struct Deps {
    JobEngine* engine = nullptr;  // used on the loop only
    EventLoop* loop = nullptr;
    ReaderPool* readers = nullptr;  // where the store is read
    const JobKindRegistry* kinds = nullptr;
    const Authenticator* authenticator = nullptr;
    // The streams' handlers. They get the calls of those who may call.
    WatchService* watches = nullptr;
    ResultsService* results = nullptr;
    GenesysClients clients;  // used on the loop only
    OrgProfiles profiles = {};
  };
  JobService(Deps deps, OrgNames orgs, SubmitDefaults defaults);

  grpc::ServerUnaryReactor* SubmitAction(grpc::CallbackServerContext* context,
                                         const v1::SubmitActionRequest* request,
                                         v1::Job* response) override;
  grpc::ServerUnaryReactor* SubmitConversationQuery(
      grpc::CallbackServerContext* context, const v1::SubmitConversationQueryRequest* request,
      v1::Job* response) override;
  grpc::ServerUnaryReactor* SubmitJob(grpc::CallbackServerContext* context,
                                      const v1::SubmitJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* ListConversationViews(
      grpc::CallbackServerContext* context, const v1::ListConversationViewsRequest* request,
      v1::ListConversationViewsResponse* response) override;
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
  grpc::ServerUnaryReactor* UpdateJob(grpc::CallbackServerContext* context,
                                      const v1::UpdateJobRequest* request,
                                      v1::Job* response) override;
  grpc::ServerUnaryReactor* DeleteJob(grpc::CallbackServerContext* context,
                                      const v1::DeleteJobRequest* request,
                                      google::protobuf::Empty* response) override;
  grpc::ServerUnaryReactor* ExplainJob(grpc::CallbackServerContext* context,
                                       const v1::ExplainJobRequest* request,
                                       v1::JobExplanation* response) override;
  grpc::ServerUnaryReactor* RenewToken(grpc::CallbackServerContext* context,
                                       const v1::RenewTokenRequest* request,
                                       v1::RenewTokenResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJob(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJobs(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadResults(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request) override;

 private:
  // The frame of the three submissions, which differ in their requests alone.
  template <typename Request>
  grpc::ServerUnaryReactor* ServeSubmit(grpc::CallbackServerContext* context,
                                        const Request& request, v1::Job* response,
                                        const char* method = __builtin_FUNCTION()) const;

  // When a call that waits for something has to be answered all the same, since its
  // client will not wait any longer; on the loop's clock.
  absl::Time AnswerBy(const grpc::CallbackServerContext& context) const;

  // Replaces jobs of the page by what the engine knows beyond the store. Loop
  // thread.
  void OverlayLiveJobs(v1::ListJobsResponse* page) const;

  const Deps deps_;
  const OrgNames orgs_;
  const absl::Duration default_execution_timeout_;
  const SubmissionBuilder submissions_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_JOB_SERVICE_H_
