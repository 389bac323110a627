// A load of calls on a running gcjobsd, for rpc_bench.sh:
//
//   rpc_load SERVER submit IN_FLIGHT CALLS    SubmitAction, answered once the job is durable
//   rpc_load SERVER get IN_FLIGHT CALLS       GetJob of jobs that were submitted before
//   rpc_load SERVER fanout STREAMS EVENTS     one event at a time to that many WatchJobs streams
//
// Prints one line: calls (or events) per second, and the median and 99th
// percentile of their times in milliseconds. Times of a fan-out are from the
// submission until the last stream has its event.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/mutex.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "tests/bench/tally.h"

namespace gcjobs::bench {
namespace {

constexpr int kConnections = 4;

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "rpc_load: %s\n", why.c_str());
  std::exit(1);
}

std::vector<std::unique_ptr<v1::JobService::Stub>> Connect(const std::string& server, int count) {
  std::vector<std::unique_ptr<v1::JobService::Stub>> stubs;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10))) {
      Fail(absl::StrCat("cannot connect to ", server));
    }
    stubs.push_back(v1::JobService::NewStub(channel));
  }
  return stubs;
}

v1::SubmitActionRequest Submission(int number) {
  v1::SubmitActionRequest request;
  request.set_action_id("custom_-_00000000-0000-4000-8000-000000000001");
  request.set_parameters_json(absl::StrCat(R"({"customer":"C-1042","number":)", number,
                                           R"(,"note":"a payload of an ordinary size"})"));
  request.mutable_options()->set_request_id(
      absl::StrCat("load-", absl::ToUnixNanos(absl::Now()), "-", number));
  request.mutable_options()->mutable_wait();  // 0: answer when it is durable
  return request;
}

std::string SubmitOne(v1::JobService::Stub* stub, int number) {
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status = stub->SubmitAction(&context, Submission(number), &job);
  if (!status.ok()) Fail(status.error_message());
  return job.id();
}

void Print(absl::Duration total, std::vector<absl::Duration> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&times](double share) {
    return absl::ToDoubleMilliseconds(
        times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))]);
  };
  std::printf("%.0f %.3f %.3f\n", static_cast<double>(times.size()) / absl::ToDoubleSeconds(total),
              at(0.5), at(0.99));
}

// Keeps so many calls in flight until all are made.
class ClosedLoop {
 public:
  ClosedLoop(std::vector<std::unique_ptr<v1::JobService::Stub>> stubs, bool submit,
             std::vector<std::string> ids, int calls)
      : stubs_(std::move(stubs)), submit_(submit), ids_(std::move(ids)), calls_(calls) {}

  void Run(int in_flight) {
    const absl::Time begin = absl::Now();
    for (int i = 0; i < in_flight; ++i) StartNext();
    {
      MutexLock lock(&mu_);
      const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return times_.size() == static_cast<size_t>(calls_);
      };
      mu_.Await(absl::Condition(&done));
    }
    const absl::Duration total = absl::Now() - begin;
    MutexLock lock(&mu_);
    Print(total, times_);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::SubmitActionRequest submission;
    v1::GetJobRequest get;
    v1::Job job;
    absl::Time begin;
  };

  void StartNext() ABSL_LOCKS_EXCLUDED(mu_) {
    int number = 0;
    {
      MutexLock lock(&mu_);
      if (started_ == calls_) return;
      number = started_++;
    }
    auto call = std::make_shared<Call>();
    call->begin = absl::Now();
    v1::JobService::Stub* const stub = stubs_[static_cast<size_t>(number) % stubs_.size()].get();
    const auto done = [this, call](const grpc::Status& status) { OnDone(*call, status); };
    if (submit_) {
      call->submission = Submission(number);
      stub->async()->SubmitAction(&call->context, &call->submission, &call->job, done);
    } else {
      call->get.set_job_id(ids_[static_cast<size_t>(number) % ids_.size()]);
      stub->async()->GetJob(&call->context, &call->get, &call->job, done);
    }
  }

  void OnDone(const Call& call, const grpc::Status& status) ABSL_LOCKS_EXCLUDED(mu_) {
    if (!status.ok()) Fail(status.error_message());
    StartNext();
    MutexLock lock(&mu_);
    times_.push_back(absl::Now() - call.begin);
  }

  const std::vector<std::unique_ptr<v1::JobService::Stub>> stubs_;
  const bool submit_;
  const std::vector<std::string> ids_;
  const int calls_;
  Mutex mu_;
  int started_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<absl::Duration> times_ ABSL_GUARDED_BY(mu_);
};

// Streams that are far behind are a fault of the server's, or of the machine's.
void AwaitAll(Tally* tally, int64_t count) {
  if (!tally->Await(count, absl::Seconds(120))) Fail(absl::StrCat("not all of ", count, " came"));
}

class Watcher final : public grpc::ClientReadReactor<v1::WatchJobsResponse> {
 public:
  Watcher(v1::JobService::Stub* stub, Tally* ready, Tally* events, Tally* ended)
      : ready_(ready), events_(events), ended_(ended) {
    stub->async()->WatchJobs(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    for (const v1::JobEvent& event : response_.events()) {
      if (event.type() == v1::EVENT_TYPE_TRANSITION) events_->Add(1);
      // The end of what matched at the start; later ones are no news.
      if (event.type() == v1::EVENT_TYPE_BOOKMARK && !is_ready_) {
        is_ready_ = true;
        ready_->Add(1);
      }
    }
    StartRead(&response_);
  }
  void OnDone(const grpc::Status&) override { ended_->Add(1); }

 private:
  Tally* const ready_;
  Tally* const events_;
  Tally* const ended_;
  bool is_ready_ = false;
  grpc::ClientContext context_;
  v1::WatchJobsRequest request_;
  v1::WatchJobsResponse response_;
};

void RunFanOut(const std::string& server, int streams, int events) {
  constexpr int kStreamsPerConnection = 90;
  const auto stubs = Connect(server, streams / kStreamsPerConnection + 1);
  Tally ready;
  Tally seen;
  Tally ended;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < streams; ++i) {
    watchers.push_back(std::make_unique<Watcher>(
        stubs[static_cast<size_t>(i / kStreamsPerConnection)].get(), &ready, &seen, &ended));
  }
  AwaitAll(&ready, streams);
  std::vector<absl::Duration> times;
  const absl::Time begin = absl::Now();
  for (int i = 0; i < events; ++i) {
    const absl::Time submitted = absl::Now();
    SubmitOne(stubs.front().get(), i);
    AwaitAll(&seen, static_cast<int64_t>(i + 1) * streams);
    times.push_back(absl::Now() - submitted);
  }
  const absl::Duration total = absl::Now() - begin;
  for (const auto& watcher : watchers) watcher->Cancel();
  AwaitAll(&ended, streams);
  Print(total, times);
}

int Main(const std::vector<std::string>& arguments) {
  int width = 0;
  int count = 0;
  if (arguments.size() != 4 || !absl::SimpleAtoi(arguments[2], &width) || width < 1 ||
      !absl::SimpleAtoi(arguments[3], &count) || count < 1) {
    std::fprintf(stderr, "usage: rpc_load SERVER submit|get|fanout WIDTH COUNT\n");
    return 2;
  }
  const std::string& server = arguments[0];
  if (arguments[1] == "fanout") {
    RunFanOut(server, width, count);
    return 0;
  }
  const bool submit = arguments[1] == "submit";
  auto stubs = Connect(server, kConnections);
  std::vector<std::string> ids;
  for (int i = 0; !submit && i < 100; ++i) ids.push_back(SubmitOne(stubs.front().get(), i));
  ClosedLoop(std::move(stubs), submit, std::move(ids), count).Run(width);
  return 0;
}

}  // namespace
}  // namespace gcjobs::bench

int main(int argc, char** argv) {
  return gcjobs::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
