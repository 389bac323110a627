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

WriteBatch InsertOf(const store::StoredJob& job) {
  store::Submission submission;
  submission.set_body(absl::StrCat("{\"for\":\"", job.job().id(), "\"}"));
  WriteBatch batch;
  batch.Add(WriteBatch::Insert{
      job,
      submission,
      {v1::EVENT_TYPE_TRANSITION, v1::JOB_STATE_UNSPECIFIED, FromProto(job.job().create_time())}});
  return batch;
}

WriteBatch TransitionOf(const store::StoredJob& job, v1::JobState to, int at) {
  WriteBatch::Update update{job, job.job().revision(),
                            EventDraft{v1::EVENT_TYPE_TRANSITION, job.job().state(), At(at)}};
  update.job.mutable_job()->set_state(to);
  *update.job.mutable_job()->mutable_update_time() = ToProto(At(at));
  WriteBatch batch;
  batch.Add(std::move(update));
  return batch;
}

WriteBatch ThrottlingOf(const store::StoredJob& job, int until, int at) {
  WriteBatch::Update update{job, job.job().revision(),
                            EventDraft{v1::EVENT_TYPE_UPDATED, job.job().state(), At(at)}};
  *update.job.mutable_job()->mutable_throttled_until() = ToProto(At(until));
  WriteBatch batch;
  batch.Add(std::move(update));
  return batch;
}

WriteBatch SilentUpdateOf(const store::StoredJob& job) {
  WriteBatch batch;
  batch.Add(WriteBatch::Update{job, job.job().revision(), std::nullopt});
  return batch;
}

WriteBatch DeleteOf(const store::StoredJob& job, int at) {
  WriteBatch batch;
  batch.Add(WriteBatch::Delete{job.job().id(), job.job().revision(), At(at)});
  return batch;
}

WriteBatch Both(WriteBatch first, const WriteBatch& second) {
  for (const WriteBatch::Write& write : second.writes()) first.writes().push_back(write);
  return first;
}

}  // namespace gcjobs::testing
