#ifndef GCJOBS_TESTS_FAKES_FAKE_JOB_ENGINE_H_
#define GCJOBS_TESTS_FAKES_FAKE_JOB_ENGINE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "common/error_info.h"
#include "common/mutex.h"
#include "server/jobs/job_engine.h"

namespace gcjobs::testing {

// Jobs in memory, with nothing upstream: a submitted job is live and PENDING
// at once, unless the test says otherwise. As any engine it is driven on one
// thread, the loop; the test may look and throw switches from another.
class FakeJobEngine final : public JobEngine {
 public:
  void Submit(JobSubmission submission, JobDone done) override {
    absl::StatusOr<v1::Job> answer = Take(std::move(submission));
    if (!Hold(&done)) done(std::move(answer));
  }

  void Cancel(std::string job_id, JobDone done) override { done(MarkCancelled(job_id)); }

  void Delete(std::string job_id, Done done) override {
    const bool is_live = FindLive(job_id).has_value();
    {
      MutexLock lock(&mu_);
      deletes_.push_back(job_id);
    }
    done(is_live ? MakeError(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED", "it runs")
                 : absl::OkStatus());
  }

  std::optional<v1::Job> FindLive(absl::string_view job_id) const override {
    MutexLock lock(&mu_);
    const auto it = live_.find(std::string(job_id));
    return it == live_.end() ? std::nullopt : std::optional<v1::Job>(it->second);
  }

  // Tells of live jobs how often they were looked at, of no others anything.
  void Explain(std::string job_id, ExplanationDone done) override {
    const std::optional<v1::Job> job = FindLive(job_id);
    if (!job) return done(NoJob(job_id));
    v1::JobExplanation explanation;
    explanation.set_job_id(job_id);
    explanation.set_poll_count(job->poll_count());
    done(std::move(explanation));
  }

  void SetWatched(absl::string_view, bool) override {}

  // Switches. Any thread.

  // Every later submission fails with this.
  void RefuseSubmissions(absl::Status status) {
    MutexLock lock(&mu_);
    refusal_ = std::move(status);
  }
  // Submissions are taken but not answered.
  void HoldAnswers() {
    MutexLock lock(&mu_);
    holds_ = true;
  }
  void AddLive(const v1::Job& job) {
    MutexLock lock(&mu_);
    live_[job.id()] = job;
  }

  // Answers all that was held. Loop thread, as any callback.
  void ReleaseAnswers() {
    std::vector<JobDone> held;
    {
      MutexLock lock(&mu_);
      held.swap(held_);
      holds_ = false;
    }
    for (JobDone& done : held) done(v1::Job());
  }

  // Waits until so many submissions have come. Any thread but the loop.
  void AwaitSubmissions(size_t count) {
    MutexLock lock(&mu_);
    const auto came = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return submissions_.size() >= count;
    };
    mu_.Await(absl::Condition(&came));
  }

  // What was asked, in order. Any thread.
  std::vector<JobSubmission> submissions() const {
    MutexLock lock(&mu_);
    return submissions_;
  }
  std::vector<std::string> cancels() const {
    MutexLock lock(&mu_);
    return cancels_;
  }
  std::vector<std::string> deletes() const {
    MutexLock lock(&mu_);
    return deletes_;
  }

 private:
  static absl::Status NoJob(const std::string& job_id) {
    return MakeError(absl::StatusCode::kNotFound, "JOB_NOT_FOUND", absl::StrCat("no job ", job_id),
                     {{"job_id", job_id}});
  }

  absl::StatusOr<v1::Job> Take(JobSubmission submission) {
    MutexLock lock(&mu_);
    submissions_.push_back(submission);
    if (!refusal_.ok()) return refusal_;
    v1::Job made = submission.record.job();
    made.set_id(absl::StrCat("job-", submissions_.size()));
    made.set_state(v1::JOB_STATE_PENDING);
    live_[made.id()] = made;
    return made;
  }

  bool Hold(JobDone* done) {
    MutexLock lock(&mu_);
    if (holds_) held_.push_back(std::move(*done));
    return holds_;
  }

  absl::StatusOr<v1::Job> MarkCancelled(const std::string& job_id) {
    MutexLock lock(&mu_);
    cancels_.push_back(job_id);
    const auto it = live_.find(job_id);
    if (it == live_.end()) return NoJob(job_id);
    it->second.set_cancel_requested(true);
    return it->second;
  }

  mutable Mutex mu_;  // leaf; no callback runs under it
  absl::Status refusal_ ABSL_GUARDED_BY(mu_);
  bool holds_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<JobDone> held_ ABSL_GUARDED_BY(mu_);
  std::vector<JobSubmission> submissions_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> cancels_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> deletes_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, v1::Job> live_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAKE_JOB_ENGINE_H_
