#include "server/rpc/results/result_plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/job_state.h"
#include "server/results/stored_result.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/results/result_errors.h"

namespace gcjobs {
namespace {

// Above what any kind takes; Genesys Cloud refuses what is too much for it.
constexpr int kMaxResultPageSize = 100'000;

absl::Status CheckState(const v1::Job& job) {
  if (!IsTerminal(job.state())) return ResultsNotReadyError(job);
  if (job.state() == v1::JOB_STATE_SUCCEEDED) return absl::OkStatus();
  return NoResultsError(
      job, absl::StrCat("it is ", ShortName(job.state()), ", only SUCCEEDED jobs have results"));
}

absl::StatusOr<ResultCursor> StartOf(const ResultCursorCodec& cursors,
                                     const v1::ReadResultsRequest& request,
                                     const store::StoredJob& job) {
  if (!request.cursor().empty()) return cursors.Decode(request.cursor());
  ResultCursor start;
  start.page_size = request.page_size() != 0 ? request.page_size() : job.results_page_size();
  return start;
}

absl::StatusOr<UpstreamPage> ReadStored(v1::Job* job, const ResultPosition& start) {
  absl::StatusOr<UpstreamPage> page =
      ReadStoredResult(std::move(*job->mutable_result_json()), start);
  if (page.ok()) return page;
  if (absl::IsOutOfRange(page.status())) return InvalidCursorError();
  return NoResultsError(*job, absl::StrCat("its result is not JSON; take Job.result_json as it is "
                                           "(",
                                           page.status().message(), ")"));
}

// Whether Genesys Cloud can be asked for them.
absl::Status CheckSource(const v1::Job& job, const JobKind& kind) {
  const v1::ResultsMode mode = kind.description().results_mode();
  if (mode == v1::RESULTS_MODE_CURSOR || mode == v1::RESULTS_MODE_LINK ||
      mode == v1::RESULTS_MODE_URL) {
    return absl::OkStatus();
  }
  if (mode != v1::RESULTS_MODE_INLINE) {
    return NoResultsError(job, absl::StrCat("jobs of kind ", job.kind(), " have no results"));
  }
  if (job.result_bytes() == 0) return NoResultsError(job, "it ended without a result");
  if (!kind.holds_call()) return absl::OkStatus();
  return NoResultsError(
      job, absl::StrCat("its result of ", job.result_bytes(),
                        " bytes was larger than the server keeps (--max-result-bytes), and a call "
                        "of kind ",
                        job.kind(), " cannot be asked for it again"));
}

absl::StatusOr<ResultSource> SourceOf(const JobKindRegistry& kinds, const GenesysClients& clients,
                                      store::StoredJob* stored) {
  const v1::Job& job = stored->job();
  const JobKind* const kind = kinds.Find(job.kind());
  if (kind == nullptr) return ResultsKindNotConfiguredError(job);
  const absl::Status readable = CheckSource(job, *kind);
  if (!readable.ok()) return readable;
  const auto client = clients.find(job.org());
  if (client == clients.end()) return ResultsOrgNotConfiguredError(job);
  ResultSource source;
  source.client = client->second;
  source.kind = kind;
  source.job_id = job.id();
  source.action_id = job.action_id();
  source.upstream_id = job.upstream_id();
  source.path_parameters = std::move(*stored->mutable_path_parameters());
  return source;
}

}  // namespace

absl::Status ValidateReadResults(const v1::ReadResultsRequest& request) {
  absl::Status valid = ValidateJobId(request.job_id());
  if (!valid.ok()) return valid;
  if (request.page_size() < 0 || request.page_size() > kMaxResultPageSize) {
    return InvalidField("page_size", absl::StrCat("must be 0 to ", kMaxResultPageSize, ", it is ",
                                                  request.page_size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<ResultsPlan> PlanResults(const JobKindRegistry& kinds, const GenesysClients& clients,
                                        const ResultCursorCodec& cursors,
                                        const v1::ReadResultsRequest& request,
                                        store::StoredJob job) {
  const absl::Status state = CheckState(job.job());
  if (!state.ok()) return state;
  absl::StatusOr<ResultCursor> start = StartOf(cursors, request, job);
  if (!start.ok()) return start.status();
  ResultsPlan plan;
  plan.start = *std::move(start);
  if (!job.job().result_json().empty()) {
    absl::StatusOr<UpstreamPage> page = ReadStored(job.mutable_job(), plan.start.position);
    if (!page.ok()) return page.status();
    plan.stored = *std::move(page);
    return plan;
  }
  absl::StatusOr<ResultSource> source = SourceOf(kinds, clients, &job);
  if (!source.ok()) return source.status();
  plan.source = *std::move(source);
  plan.source.page_size = plan.start.page_size;
  return plan;
}

}  // namespace gcjobs
