#include "tests/conformance/job_builders.h"

#include "absl/strings/str_cat.h"

#include "common/time_conversion.h"

namespace gcjobs::testing {

absl::Time At(int seconds) { return absl::FromUnixSeconds(1700000000 + seconds); }

store::StoredJob NewJob(const std::string& id, int created) {
  store::StoredJob job;
  job.mutable_job()->set_id(id);
  job.mutable_job()->set_org("main");
  job.mutable_job()->set_kind("action.async");
  job.mutable_job()->set_state(v1::JOB_STATE_QUEUED);
  *job.mutable_job()->mutable_create_time() = ToProto(At(created));
  *job.mutable_job()->mutable_update_time() = ToProto(At(created));
  job.set_fingerprint(absl::StrCat("fingerprint of ", id));
  return job;
}

Write InsertOf(const store::StoredJob& job) {
  store::Submission submission;
  submission.set_body(absl::StrCat("{\"for\":\"", job.job().id(), "\"}"));
  return InsertJob{
      job,
      submission,
      {v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_UNSPECIFIED, FromProto(job.job().create_time())}};
}

Write TransitionOf(const store::StoredJob& job, v1::JobState to, int at) {
  UpdateJob update{job, job.job().revision(),
                   EventDraft{v1::EVENT_TYPE_TRANSITION, job.job().state(), At(at)}};
  update.job.mutable_job()->set_state(to);
  *update.job.mutable_job()->mutable_update_time() = ToProto(At(at));
  return update;
}

Write ThrottlingOf(const store::StoredJob& job, int until, int at) {
  UpdateJob update{job, job.job().revision(),
                   EventDraft{v1::EVENT_TYPE_UPDATED, job.job().state(), At(at)}};
  *update.job.mutable_job()->mutable_throttled_until() = ToProto(At(until));
  return update;
}

Write SilentUpdateOf(const store::StoredJob& job) {
  return UpdateJob{job, job.job().revision(), std::nullopt};
}

Write DeleteOf(const store::StoredJob& job, int at) {
  return DeleteJob{job.job().id(), job.job().revision(), At(at)};
}

}  // namespace gcjobs::testing
