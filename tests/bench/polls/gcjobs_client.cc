#include "tests/bench/polls/gcjobs_client.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "common/check.h"
#include "common/job_state.h"
#include "common/mutex.h"
#include "common/thread.h"

namespace gcjobs::bench {
namespace {

constexpr char kRun[] = "run";
constexpr char kIndex[] = "index";

// Only a server that hangs meets these.
constexpr std::chrono::seconds kCallTimeout(60);
constexpr absl::Duration kPatience = absl::Minutes(15);

// Reads one WatchJobs stream on a thread of its own.
class EndWatcher {
 public:
  EndWatcher(v1::JobService::Stub* stub, const std::string& run, size_t jobs)
      : watched_(jobs), stream_(stub->WatchJobs(&context_, RequestFor(run))) {}
  ~EndWatcher() { context_.TryCancel(); }

  // From here on the stream has every event.
  void AwaitStart() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    const auto started = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return started_; };
    GCJOBS_CHECK(mu_.AwaitWithTimeout(absl::Condition(&started), kPatience), "no bookmark");
  }

  // The jobs, but for their arrivals.
  std::vector<WatchedJob> AwaitEnds() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    const auto all = [this]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return ended_ == watched_.size(); };
    GCJOBS_CHECK(mu_.AwaitWithTimeout(absl::Condition(&all), kPatience), ended_, " of ",
                 watched_.size(), " jobs have ended");
    return watched_;
  }

 private:
  static v1::WatchJobsRequest RequestFor(const std::string& run) {
    v1::WatchJobsRequest request;
    (*request.mutable_filter()->mutable_labels())[kRun] = run;
    return request;
  }

  void Read() ABSL_LOCKS_EXCLUDED(mu_) {
    v1::WatchJobsResponse response;
    while (stream_->Read(&response)) {
      const absl::Time now = absl::Now();
      for (const v1::JobEvent& event : response.events()) Take(event, now);
    }
    const grpc::Status status = stream_->Finish();
    MutexLock lock(&mu_);
    GCJOBS_CHECK(ended_ == watched_.size(), "watch: ", status.error_message());
  }

  void Take(const v1::JobEvent& event, absl::Time now) ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(&mu_);
    if (event.type() == v1::EVENT_TYPE_BOOKMARK) started_ = true;
    if (event.type() != v1::EVENT_TYPE_TRANSITION || !IsTerminal(event.job().state())) return;
    const v1::Job& job = event.job();
    size_t index = 0;
    GCJOBS_CHECK(absl::SimpleAtoi(job.labels().at(kIndex), &index) && index < watched_.size() &&
                     job.state() == v1::JOB_STATE_SUCCEEDED,
                 job.ShortDebugString());
    watched_[index].execution_id = job.upstream_id();
    watched_[index].end_seen = now;
    ++ended_;
  }

  Mutex mu_;
  bool started_ ABSL_GUARDED_BY(mu_) = false;
  size_t ended_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<WatchedJob> watched_ ABSL_GUARDED_BY(mu_);
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchJobsResponse>> stream_;
  Thread reader_{"watch", [this] { Read(); }};  // last: it uses the others
};

void Submit(v1::JobService::Stub* stub, const std::string& run, size_t index,
            const PlannedJob& job) {
  v1::SubmitActionRequest request;
  request.set_action_id(job.action_id);
  request.set_parameters_json(job.parameters_json);
  auto& labels = *request.mutable_options()->mutable_labels();
  labels[kRun] = run;
  labels[kIndex] = absl::StrCat(index);
  request.mutable_options()->mutable_wait();  // not at all: the next job may be due
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  v1::Job submitted;
  const grpc::Status status = stub->SubmitAction(&context, request, &submitted);
  GCJOBS_CHECK(status.ok(), "submit: ", status.error_message());
}

}  // namespace

std::vector<WatchedJob> RunGcjobs(v1::JobService::Stub* stub, const std::string& run,
                                  const std::vector<PlannedJob>& jobs) {
  EndWatcher watcher(stub, run, jobs.size());
  watcher.AwaitStart();
  const absl::Time start = absl::Now();
  std::vector<absl::Time> arrivals;
  for (size_t i = 0; i < jobs.size(); ++i) {
    absl::SleepFor(start + jobs[i].arrival - absl::Now());
    arrivals.push_back(absl::Now());
    Submit(stub, run, i, jobs[i]);
  }
  std::vector<WatchedJob> watched = watcher.AwaitEnds();
  for (size_t i = 0; i < watched.size(); ++i) watched[i].arrival = arrivals[i];
  return watched;
}

}  // namespace gcjobs::bench
