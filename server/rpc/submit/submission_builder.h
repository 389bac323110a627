#ifndef GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_BUILDER_H_
#define GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_BUILDER_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/api_family.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/jobs/job_engine.h"
#include "server/rpc/org_names.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/submit/query_interval.h"

namespace gcjobs {

// What a submission gets where it says nothing.
struct SubmitDefaults {
  // Never UNSPECIFIED.
  v1::ActionMode action_mode = v1::ACTION_MODE_ASYNC;
  v1::QueryEndpoint query_endpoint = v1::QUERY_ENDPOINT_QUERY;
  // How long a call waits for the verdict; raising it keeps more calls open.
  absl::Duration wait = absl::Seconds(2);
  absl::Duration execution_timeout = absl::Hours(24);
  // How long a job is kept after its end; raising it grows the store.
  absl::Duration retention = absl::Hours(24 * 7);
  // Largest JSON text of a submission, in bytes. Each live job may hold as
  // much in the store; see also MaxReceiveMessageBytes.
  size_t max_parameters_bytes = kDefaultMaxParametersBytes;
};

// How long queries over long intervals usually take, in seconds, by the last part of
// their poll class: known before any was seen (SurvivalBook::Options).
absl::flat_hash_map<std::string, double> UsualQuerySeconds();

// The path parameter that is Job.action_id as well.
inline constexpr char kActionIdParameter[] = "action_id";

// Which family of APIs the organisation of that name speaks, as far as is known.
using OrgProfiles = std::function<std::optional<ApiFamily>(const std::string& org)>;

// Turns requests into submissions: checks them, fills in the defaults, takes
// the fingerprint. Immutable, thread-safe.
//
// What all three requests share is in submission_builder.cc; each request has a
// file of its own: action_submission.cc, query_submission.cc and
// kind_submission.cc.
class SubmissionBuilder {
 public:
  // `kinds` must outlive this and have the kinds of actions and of conversation
  // queries.
  // `profiles` may be empty: then nothing is known of any organisation. Thread-safe.
  SubmissionBuilder(SubmitDefaults defaults, OrgNames orgs, const JobKindRegistry* kinds,
                    OrgProfiles profiles);

  // `principal` is who asks, as authenticated. Errors: as job_service.proto
  // states them for the request.
  absl::StatusOr<JobSubmission> Build(const v1::SubmitActionRequest& request,
                                      absl::string_view principal) const;
  absl::StatusOr<JobSubmission> Build(const v1::SubmitConversationQueryRequest& request,
                                      absl::string_view principal) const;
  absl::StatusOr<JobSubmission> Build(const v1::SubmitJobRequest& request,
                                      absl::string_view principal) const;

 private:
  // What all submissions have in common. Errors: `options` are not valid, or
  // the organisation is not known.
  absl::StatusOr<JobSubmission> Begin(const v1::SubmitOptions& options, const JobKind& kind,
                                      absl::string_view principal) const;

  // The last step, once all else of the submission is set: its poll class and
  // its fingerprint. `interval` is the span of time that the body asks about,
  // where it can be read.
  void Complete(const std::optional<QueryInterval>& interval, JobSubmission* submission) const;

  // Whether the organisation that `options` name, if there is one, is known to
  // speak the official API, which runs work at once.
  bool IsOfficial(const v1::SubmitOptions& options) const;

  absl::StatusOr<JobSubmission> BuildAction(const v1::SubmitActionRequest& request,
                                            v1::ActionMode mode, absl::string_view principal) const;
  absl::StatusOr<JobSubmission> BuildQuery(const v1::SubmitConversationQueryRequest& request,
                                           v1::QueryEndpoint endpoint, ApiFamily speaks,
                                           absl::string_view principal) const;

  // REQUIRES: the registry has it.
  const JobKind& KindOf(absl::string_view name) const;

  const SubmitDefaults defaults_;
  const OrgNames orgs_;
  const JobKindRegistry* const kinds_;
  const OrgProfiles profiles_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_SUBMIT_SUBMISSION_BUILDER_H_
