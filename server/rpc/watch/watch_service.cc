#include "server/rpc/watch/watch_service.h"

#include "common/error_info.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/raw_request.h"
#include "server/rpc/refused_stream.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/watch/watch_reactor.h"
#include "server/watch/job_cursor.h"
#include "server/watch/jobs_cursor.h"
#include "server/watch/watch_hub.h"

namespace gcjobs {
namespace {

using RefusedWatch = RefusedStream<grpc::ByteBuffer>;

absl::Status CheckAfterRevision(Revision after) {
  if (after >= 0) return absl::OkStatus();
  return InvalidField("after_revision", "must not be negative");
}

absl::Status ReadRequest(const grpc::ByteBuffer& bytes, v1::WatchJobRequest* request) {
  const absl::Status parsed = ParseRawRequest(bytes, request);
  if (!parsed.ok()) return parsed;
  if (request->job_id().empty()) return InvalidField("job_id", "must be set");
  if (request->job_id().size() > kMaxJobIdBytes) return InvalidField("job_id", "is too long");
  return CheckAfterRevision(request->after_revision());
}

absl::Status ReadRequest(const grpc::ByteBuffer& bytes, v1::WatchJobsRequest* request) {
  const absl::Status parsed = ParseRawRequest(bytes, request);
  if (!parsed.ok()) return parsed;
  return CheckAfterRevision(request->after_revision());
}

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::WatchJob(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
  v1::WatchJobRequest request;
  const absl::Status status = ReadRequest(*bytes, &request);
  if (!status.ok()) return RefusedWatch::New(status);
  auto cursor = std::make_unique<JobCursor>(WatchSource{&options_.hub->log(), options_.store},
                                            request.job_id(), request.after_revision());
  return Start(context, request.job_id(), std::move(cursor));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::WatchJobs(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* bytes) {
  v1::WatchJobsRequest request;
  absl::Status status = ReadRequest(*bytes, &request);
  if (status.ok() && options_.validate_filter) status = options_.validate_filter(request.filter());
  if (!status.ok()) return RefusedWatch::New(status);
  auto cursor =
      std::make_unique<JobsCursor>(WatchSource{&options_.hub->log(), options_.store},
                                   request.filter(), request.after_revision(), options_.batch);
  return Start(context, /*job_id=*/"", std::move(cursor));
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchService::Start(
    grpc::CallbackServerContext* context, std::string job_id, std::unique_ptr<WatchCursor> cursor) {
  const WatchReactor::Options options{options_.hub, options_.readers, options_.stall_limit,
                                      options_.bookmark_interval};
  return std::make_shared<WatchReactor>(options, context, std::move(job_id), std::move(cursor))
      ->Start();
}

}  // namespace gcjobs
