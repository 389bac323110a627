#ifndef GCJOBS_SERVER_JOBS_JOB_ENGINE_H_
#define GCJOBS_SERVER_JOBS_JOB_ENGINE_H_

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/store/stored_job.pb.h"

namespace gcjobs {

// A validated submission: what the store will keep of the job, but for what the
// engine alone decides.
struct JobSubmission {
  // A QUEUED job of a configured organisation and of a kind of the registry,
  // with its guarantee (never UNSPECIFIED), retention, execution timeout, poll class
  // and fingerprint. Id and times are unset.
  store::StoredJob record;
  store::Submission payload;
  // How long the caller waits for the verdict, once the job is durable, and until when
  // at most.
  absl::Duration wait = absl::Seconds(2);
  absl::Time answer_by = absl::InfiniteFuture();
};

// What the RPC layer asks of the jobs. Loop thread only; callbacks run exactly
// once, on the loop, and may run before the call returns.
class JobEngine {
 public:
  using JobDone = absl::AnyInvocable<void(absl::StatusOr<v1::Job>)>;
  using Done = absl::AnyInvocable<void(absl::Status)>;
  using ExplanationDone = absl::AnyInvocable<void(absl::StatusOr<v1::JobExplanation>)>;

  virtual ~JobEngine() = default;

  // Makes the job durable, then submits it upstream. `done` runs when the
  // verdict is known, or when the caller has waited long enough, with the job as it
  // then is; see SubmitAction in job_service.proto for the
  // errors. Once the job is durable, dropping the caller changes nothing.
  virtual void Submit(JobSubmission submission, JobDone done) = 0;

  // See CancelJob in job_service.proto. The caller waits until `answer_by` at most.
  virtual void Cancel(std::string job_id, absl::Time answer_by, JobDone done) = 0;

  // Changes a live job as `change` does to a copy of it, which may refuse with an
  // error, and then nothing changes. `change` may write `execution_timeout`, `poll`
  // and `labels`. See UpdateJob in job_service.proto for the other errors.
  using JobChange = absl::AnyInvocable<absl::Status(v1::Job*)>;
  virtual void Update(std::string job_id, JobChange change, JobDone done) = 0;

  // See DeleteJob in job_service.proto.
  virtual void Delete(std::string job_id, Done done) = 0;

  // The job as it is now, with what is known in memory only (next_poll_time,
  // poll_count, throttled_until, the last error); unset when it is not live:
  // the store then has all there is.
  virtual std::optional<v1::Job> FindLive(absl::string_view job_id) const = 0;

  // See ExplainJob in job_service.proto.
  virtual void Explain(std::string job_id, ExplanationDone done) = 0;

  // Somebody watches the job, or nobody does any more.
  virtual void SetWatched(absl::string_view job_id, bool watched) = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_JOB_ENGINE_H_
