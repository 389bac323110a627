#ifndef GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_
#define GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// What a job kind needs to know of a job to build its requests.
struct JobRef {
  absl::string_view action_id;
  absl::string_view upstream_id;
};

// What is submitted.
struct SubmissionRef {
  absl::string_view body;  // JSON text, spliced in verbatim
};

// Genesys Cloud took the work.
struct SubmitReceipt {
  std::string upstream_id;      // never empty
  std::string upstream_status;  // as spelt; may be empty
};

// What one look saw.
struct PollReport {
  std::string upstream_status;  // as spelt
  // The state that it means; unset when we do not know the status.
  std::optional<v1::JobState> state;
  // SUCCEEDED: the result's own bytes; empty when the kind has no inline
  // result.
  std::string result_json;
  // FAILED: why, with ErrorInfo (domain `genesys.cloud`).
  absl::Status failure;
};

// How one kind of upstream work is submitted, looked at and cancelled. Knows
// the wire, decides nothing. Stateless, thread-safe.
class JobKind {
 public:
  virtual ~JobKind() = default;

  // For clients: name, paths, states.
  virtual const v1::JobKind& description() const = 0;
  const std::string& name() const { return description().kind(); }

  virtual ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const = 0;

  // Reads a 2xx answer. INTERNAL/GENESYS_BAD_RESPONSE when it is unreadable:
  // the work may have been taken.
  virtual absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const = 0;

  virtual ApiRequest BuildPoll(const JobRef& job) const = 0;

  // Reads a 2xx answer. INTERNAL/GENESYS_BAD_RESPONSE when it is unreadable.
  virtual absl::StatusOr<PollReport> ParsePoll(const HttpResponse& response) const = 0;

  // Unset: Genesys Cloud has no cancel for this kind.
  virtual std::optional<ApiRequest> BuildCancel(const JobRef& job) const = 0;
};

// The kinds that this server runs, by name. Read-only after construction,
// thread-safe.
class JobKindRegistry {
 public:
  explicit JobKindRegistry(std::vector<std::unique_ptr<JobKind>> kinds);

  // Null when there is none of that name. Lives as long as the registry.
  const JobKind* Find(absl::string_view name) const;

  // All descriptions, by name.
  std::vector<v1::JobKind> List() const;

 private:
  absl::flat_hash_map<std::string, std::unique_ptr<JobKind>> kinds_;
};

// The kinds built into the server.
inline constexpr absl::string_view kAsyncActionKind = "action.async";
std::unique_ptr<JobKind> MakeAsyncActionKind();

// The state that an upstream status means (contract.md section 3: case folded,
// `-`, `_` and space alike); unset when it is not known. `expired` is FAILED.
std::optional<v1::JobState> StateOfUpstreamStatus(absl::string_view status);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_
