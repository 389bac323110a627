#include "server/rpc/submit/submission_builder.h"

#include <utility>

#include "common/check.h"
#include "common/time_conversion.h"
#include "server/rpc/submit/submit_options.h"

namespace gcjobs {
namespace {

absl::Duration ValueOr(bool is_set, const google::protobuf::Duration& value,
                       absl::Duration otherwise) {
  return is_set ? FromProto(value) : otherwise;
}

v1::SubmitGuarantee GuaranteeOf(const v1::SubmitOptions& options, const JobKind& kind) {
  for (const v1::SubmitGuarantee guarantee :
       {options.submit_guarantee(), kind.description().default_guarantee()}) {
    if (guarantee != v1::SUBMIT_GUARANTEE_UNSPECIFIED) return guarantee;
  }
  return v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
}

}  // namespace

SubmissionBuilder::SubmissionBuilder(SubmitDefaults defaults, OrgNames orgs,
                                     const JobKindRegistry* kinds)
    : defaults_(defaults), orgs_(std::move(orgs)), kinds_(kinds) {}

absl::StatusOr<SubmitPlan> SubmissionBuilder::Begin(const v1::SubmitOptions& options,
                                                    const JobKind& kind,
                                                    absl::string_view principal) const {
  const absl::Status status = ValidateSubmitOptions(options);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> org = orgs_.Resolve(options.org());
  if (!org.ok()) return org.status();

  SubmitPlan plan;
  NewJob& job = plan.job;
  job.org = *std::move(org);
  job.kind = kind.name();
  job.created_by = std::string(principal);
  job.request_id = options.request_id();
  job.labels = options.labels();
  job.execution_timeout = ValueOr(options.has_execution_timeout(), options.execution_timeout(),
                                  defaults_.execution_timeout);
  job.retention = ValueOr(options.has_retention(), options.retention(), defaults_.retention);
  job.guarantee = GuaranteeOf(options, kind);
  if (options.has_poll()) job.poll = options.poll();
  plan.wait = ValueOr(options.has_wait(), options.wait(), defaults_.wait);
  plan.validate_only = options.validate_only();
  return plan;
}

const JobKind& SubmissionBuilder::KindOf(absl::string_view name) const {
  const JobKind* const kind = kinds_->Find(name);
  GCJOBS_CHECK(kind != nullptr, "there is no job kind ", name);
  return *kind;
}

v1::Job Preview(const NewJob& job) {
  v1::Job preview;
  preview.set_org(job.org);
  preview.set_kind(job.kind);
  preview.set_state(v1::JOB_STATE_QUEUED);
  preview.set_action_id(job.action_id);
  preview.set_request_id(job.request_id);
  *preview.mutable_labels() = job.labels;
  preview.set_created_by(job.created_by);
  return preview;
}

}  // namespace gcjobs
