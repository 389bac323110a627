#include "server/rpc/submit/submission_builder.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/errors.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/jobs/job_record.h"
#include "server/rpc/request_validation.h"
#include "server/rpc/sha256.h"

namespace gcjobs {
namespace {

absl::Status CheckRequestId(absl::string_view request_id) {
  constexpr absl::string_view kField = "options.request_id";
  RETURN_IF_ERROR(ValidateText(kField, request_id, kMaxRequestIdBytes, Presence::kOptional));
  const bool is_printable = std::all_of(request_id.begin(), request_id.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  if (is_printable) return absl::OkStatus();
  return InvalidField(kField, absl::StrCat("must be printable ASCII, but is ", Quote(request_id)));
}

// All of the options but `org`, which OrgNames resolves.
absl::Status CheckOptions(const v1::SubmitOptions& options) {
  RETURN_IF_ERROR(CheckRequestId(options.request_id()));
  RETURN_IF_ERROR(ValidateLabels("options.labels", options.labels()));
  if (options.has_execution_timeout()) {
    RETURN_IF_ERROR(
        ValidateExecutionTimeout("options.execution_timeout", options.execution_timeout()));
  }
  if (options.has_retention()) {
    RETURN_IF_ERROR(ValidateDuration("options.retention", options.retention(), absl::ZeroDuration(),
                                     kMaxRetention));
  }
  if (options.has_wait()) {
    RETURN_IF_ERROR(
        ValidateDuration("options.wait", options.wait(), absl::ZeroDuration(), kMaxWait));
  }
  if (!v1::SubmitGuarantee_IsValid(options.submit_guarantee())) {
    return InvalidField("options.submit_guarantee",
                        absl::StrCat("must be SUBMIT_GUARANTEE_AT_MOST_ONCE or "
                                     "SUBMIT_GUARANTEE_AT_LEAST_ONCE, but is ",
                                     static_cast<int>(options.submit_guarantee())));
  }
  return ValidatePollPolicy("options.poll", options.poll());
}

v1::SubmitGuarantee GuaranteeOf(const v1::SubmitOptions& options, const JobKind& kind) {
  for (const v1::SubmitGuarantee guarantee :
       {options.submit_guarantee(), kind.description().default_guarantee()}) {
    if (guarantee != v1::SUBMIT_GUARANTEE_UNSPECIFIED) return guarantee;
  }
  return v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
}

// The sizes of intervals, in steps so few that each is met often, and so far apart that
// each takes noticeably longer than the one before. Over a month or more a query takes 5
// to 15 minutes.
struct IntervalSize {
  absl::Duration at_most;
  absl::string_view name;
  double usual_seconds;  // 0: not known beforehand
};
constexpr IntervalSize kIntervalSizes[] = {
    {absl::Hours(1), "1h", 0},
    {absl::Hours(24), "1d", 0},
    {absl::Hours(7 * 24), "7d", 0},
    {absl::Hours(31 * 24), "31d", 600},
    {absl::Hours(92 * 24), "92d", 900},
    {absl::Hours(366 * 24), "366d", 900},
    {absl::InfiniteDuration(), "longer", 900},
};

absl::string_view SizeOf(const QueryInterval& interval) {
  const absl::Duration length = interval.end - interval.start;
  return std::find_if(std::begin(kIntervalSizes), std::end(kIntervalSizes),
                      [length](const IntervalSize& size) { return length <= size.at_most; })
      ->name;
}

// What jobs of about the same duration have in common (PollTask::poll_class):
// the kind and the action, or the kind and the size of the interval that is
// asked about: a query over a day takes seconds, one over a month minutes.
//
//   action.async/custom_-_1a2b   analytics.conversations.details.query/7d   gdpr.requests
std::string PollClassOf(const v1::Job& job, const std::optional<QueryInterval>& interval) {
  if (!job.action_id().empty()) return PollClassOfAction(job.kind(), job.action_id());
  if (interval) return absl::StrCat(job.kind(), "/", SizeOf(*interval));
  return job.kind();
}

// What tells a repeated submission from another one with the same request_id:
// a hash, in hex, of all that decides what runs, and of nothing else. It must
// stay as it is: stored jobs are compared with it after upgrades.
std::string FingerprintOf(const JobSubmission& submission) {
  const store::StoredJob& record = submission.record;
  FieldHash hash;
  hash.Add(record.job().kind()).Add(record.job().org()).Add(record.job().action_id());
  hash.Add(submission.payload.body()).Add(absl::StrCat(record.results_page_size()));
  // What the name stands for is found out later, and may be another action by then.
  if (!record.job().action_name().empty()) hash.Add("action_name").Add(record.job().action_name());
  const std::map<std::string, std::string> sorted(record.path_parameters().begin(),
                                                  record.path_parameters().end());
  for (const auto& [name, value] : sorted) {
    // Hashed above: SubmitAction has it nowhere else.
    if (name != kActionIdParameter) hash.Add(name).Add(value);
  }
  return absl::BytesToHexString(hash.Digest());
}

}  // namespace

absl::flat_hash_map<std::string, double> UsualQuerySeconds() {
  absl::flat_hash_map<std::string, double> seconds;
  for (const IntervalSize& size : kIntervalSizes) {
    if (size.usual_seconds > 0) seconds.emplace(size.name, size.usual_seconds);
  }
  return seconds;
}

SubmissionBuilder::SubmissionBuilder(SubmitDefaults defaults, OrgNames orgs,
                                     const JobKindRegistry* kinds, OrgProfiles profiles)
    : defaults_(defaults), orgs_(std::move(orgs)), kinds_(kinds), profiles_(std::move(profiles)) {}

absl::StatusOr<JobSubmission> SubmissionBuilder::Begin(const v1::SubmitOptions& options,
                                                       const JobKind& kind,
                                                       absl::string_view principal) const {
  RETURN_IF_ERROR(CheckOptions(options));
  ASSIGN_OR_RETURN(std::string org, orgs_.Resolve(options.org()));

  JobSubmission submission;
  v1::Job& job = *submission.record.mutable_job();
  job.set_org(std::move(org));
  job.set_kind(std::string(kind.name()));
  job.set_state(v1::JOB_STATE_QUEUED);
  job.set_request_id(options.request_id());
  *job.mutable_labels() = options.labels();
  job.set_created_by(std::string(principal));
  *job.mutable_execution_timeout() = options.has_execution_timeout()
                                         ? options.execution_timeout()
                                         : ToProto(defaults_.execution_timeout);
  if (options.has_poll()) *job.mutable_poll() = options.poll();

  submission.record.set_guarantee(GuaranteeOf(options, kind));
  *submission.record.mutable_retention() =
      options.has_retention() ? options.retention() : ToProto(defaults_.retention);
  submission.wait = options.has_wait() ? FromProto(options.wait()) : defaults_.wait;
  return submission;
}

void SubmissionBuilder::Complete(const std::optional<QueryInterval>& interval,
                                 JobSubmission* submission) const {
  v1::Job& job = *submission->record.mutable_job();
  if (interval && KindOf(job.kind()).BuildAvailability()) {
    *job.mutable_data_needed_until() = ToProto(interval->end);
  }
  submission->record.set_poll_class(PollClassOf(submission->record.job(), interval));
  submission->record.set_fingerprint(FingerprintOf(*submission));
}

bool SubmissionBuilder::IsOfficial(const v1::SubmitOptions& options) const {
  const absl::StatusOr<std::string> org = orgs_.Resolve(options.org());
  return org.ok() && profiles_ != nullptr && profiles_(*org) == ApiFamily::kOfficial;
}

const JobKind& SubmissionBuilder::KindOf(absl::string_view name) const {
  const JobKind* const kind = kinds_->Find(name);
  GCJOBS_CHECK(kind != nullptr, "there is no job kind ", name);
  return *kind;
}

}  // namespace gcjobs
