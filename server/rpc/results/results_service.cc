#include "server/rpc/results/results_service.h"

#include <memory>

#include "gcjobs/v1/job_service.pb.h"
#include "server/rpc/results/result_cursor.h"
#include "server/rpc/results/results_reactor.h"
#include "server/rpc/stream_reactor.h"

namespace gcjobs {
namespace {

absl::Status ReadRequest(const grpc::ByteBuffer& bytes, v1::ReadResultsRequest* request) {
  const absl::Status parsed = ParseRawRequest(bytes, request);
  return parsed.ok() ? ValidateReadResults(*request) : parsed;
}

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* ResultsService::ReadResults(
    grpc::CallbackServerContext*, const grpc::ByteBuffer* bytes) {
  v1::ReadResultsRequest request;
  const absl::Status valid = ReadRequest(*bytes, &request);
  if (!valid.ok()) return RefuseStream(valid);
  const ResultCursorCodec cursors(options_.cursor_key, request.job_id());
  auto plan = [this, cursors, request = std::move(request)]() -> absl::StatusOr<ResultsPlan> {
    absl::StatusOr<store::StoredJob> job = options_.store->GetJob(request.job_id());
    if (!job.ok()) return job.status();
    return PlanResults(*options_.kinds, options_.clients, cursors, request, *std::move(job));
  };
  const ResultsReactor::Options options{options_.loop, options_.readers, &scanner_, &streams_};
  return std::make_shared<ResultsReactor>(options, cursors, std::move(plan))->Start();
}

}  // namespace gcjobs
