#include "server/rpc/results/result_plan.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/job_state.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/results/upstream_page.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {
namespace {

// Above what any kind takes; Genesys Cloud refuses what is too much for it.
constexpr int kMaxResultPageSize = 100'000;

// `why` follows "job ID: ".
absl::Status NoResultsError(const v1::Job& job, absl::string_view why) {
  return MakeError(errors::kNoResults, absl::StrCat("job ", job.id(), ": ", why),
                   {{"job_id", job.id()}, {"kind", job.kind()}, {"state", ShortName(job.state())}});
}

absl::Status CheckState(const v1::Job& job) {
  const std::string state = ShortName(job.state());
  if (!IsTerminal(job.state())) {
    return MakeError(errors::kJobNotFinished,
                     absl::StrCat("job ", job.id(), " is ", state,
                                  "; its results can be read once it has ended"),
                     {{"job_id", job.id()}, {"state", state}});
  }
  if (job.state() == v1::JOB_STATE_SUCCEEDED) return absl::OkStatus();
  return NoResultsError(job, absl::StrCat("it is ", state, "; only SUCCEEDED jobs have results"));
}

absl::StatusOr<ResultCursor> StartOf(const ResultCursorCodec& cursors,
                                     const v1::ReadResultsRequest& request,
                                     const store::StoredJob& job) {
  if (!request.cursor().empty()) {
    ASSIGN_OR_RETURN(ResultCursor cursor, cursors.Decode(request.cursor()));
    cursor.position.empty_pages = 0;  // whoever reads on wants more of them
    return cursor;
  }
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

// Within the call of its submission.
bool RanAtOnce(const store::StoredJob& job, const JobKind& kind) {
  return job.ran_at_once() || kind.holds_call();  // jobs of gcjobs 0.1 do not say so
}

// Whether Genesys Cloud can be asked for them.
absl::Status CheckSource(const store::StoredJob& record, const JobKind& kind) {
  const v1::Job& job = record.job();
  if (RanAtOnce(record, kind)) {
    if (kind.synchronous() != nullptr) return absl::OkStatus();
    return NoResultsError(
        job, absl::StrCat("its result of ", job.result_bytes(),
                          " bytes is larger than the server keeps (--max-result-bytes), and what "
                          "ran within its own submission cannot be asked for it again"));
  }
  const v1::ResultsMode mode = kind.description().results_mode();
  if (mode == v1::RESULTS_MODE_CURSOR || mode == v1::RESULTS_MODE_LINK ||
      mode == v1::RESULTS_MODE_URL) {
    return absl::OkStatus();
  }
  if (mode != v1::RESULTS_MODE_INLINE) {
    return NoResultsError(job, absl::StrCat("jobs of kind ", job.kind(), " have no results"));
  }
  if (job.result_bytes() > 0) return absl::OkStatus();
  return NoResultsError(job, "it ended without a result");
}

absl::StatusOr<ResultSource> SourceOf(const JobKindRegistry& kinds, const GenesysClients& clients,
                                      store::StoredJob* stored) {
  const v1::Job& job = stored->job();
  const JobKind* const kind = kinds.Find(job.kind());
  if (kind == nullptr) return KindNotConfiguredError(job.id(), job.kind());
  RETURN_IF_ERROR(CheckSource(*stored, *kind));
  const auto client = clients.find(job.org());
  if (client == clients.end()) return OrgNotConfiguredError(job.id(), job.org());
  ResultSource source;
  source.client = client->second;
  source.pages = RanAtOnce(*stored, *kind) ? kind->synchronous() : kind;
  source.job_id = job.id();
  source.ended_at = FromProto(job.end_time());
  source.action_id = job.action_id();
  source.upstream_id = job.upstream_id();
  source.path_parameters = std::move(*stored->mutable_path_parameters());
  return source;
}

}  // namespace

absl::Status ValidateReadResults(const v1::ReadResultsRequest& request) {
  RETURN_IF_ERROR(ValidateJobId(request.job_id()));
  if (request.page_size() < 0 || request.page_size() > kMaxResultPageSize) {
    return InvalidField("page_size", absl::StrCat("must be 0 to ", kMaxResultPageSize, ", but is ",
                                                  request.page_size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<ResultsPlan> PlanResults(const JobKindRegistry& kinds, const GenesysClients& clients,
                                        const ResultCursorCodec& cursors,
                                        const v1::ReadResultsRequest& request, store::StoredJob job,
                                        store::Submission submission) {
  RETURN_IF_ERROR(CheckState(job.job()));
  ResultsPlan plan;
  ASSIGN_OR_RETURN(plan.start, StartOf(cursors, request, job));
  const bool has_more_pages = NeedsSubmission(kinds, job);
  if (!job.job().result_json().empty() && !has_more_pages) {
    ASSIGN_OR_RETURN(plan.stored, ReadStored(job.mutable_job(), plan.start.position));
    return plan;
  }
  ASSIGN_OR_RETURN(plan.source, SourceOf(kinds, clients, &job));
  plan.source.page_size = plan.start.page_size;
  if (has_more_pages) {
    plan.source.submitted = std::move(*submission.mutable_body());
    plan.source.first_answer = std::move(*job.mutable_job()->mutable_result_json());
  }
  return plan;
}

bool NeedsSubmission(const JobKindRegistry& kinds, const store::StoredJob& job) {
  const JobKind* const kind = kinds.Find(job.job().kind());
  return job.ran_at_once() && kind != nullptr && kind->synchronous() != nullptr;
}

}  // namespace gcjobs
