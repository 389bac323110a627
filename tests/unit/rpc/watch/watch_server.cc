#include "tests/unit/rpc/watch/watch_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/fakes/keep_grpc.h"

namespace gcjobs::testing {

class WatchServer::Service final
    : public v1::JobService::WithRawCallbackMethod_WatchJob<
          v1::JobService::WithRawCallbackMethod_WatchJobs<v1::JobService::CallbackService>> {
 public:
  explicit Service(WatchService* watches) : watches_(watches) {}
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJob(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request) override {
    return watches_->WatchJob(context, request);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchJobs(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request) override {
    return watches_->WatchJobs(context, request);
  }

 private:
  WatchService* const watches_;
};

WatchServer::WatchServer(Options options) : options_(std::move(options)), world_(options_.world) {
  Start();
}

WatchServer::~WatchServer() { Stop(); }

void WatchServer::Start() {
  KeepGrpc();
  readers_ = *ReaderPool::Start(&world_.store(), {/*threads=*/2, options_.max_queued_reads});
  WatchService::Options options;
  options.batch = options_.batch;
  watches_ = std::make_unique<WatchService>(WatchService::Deps{&world_.hub(), readers_.get()},
                                            OrgNames({"main"}, "main"), options);
  service_ = std::make_unique<Service>(watches_.get());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  stub_ = NewStub();
}

std::unique_ptr<v1::JobService::Stub> WatchServer::NewStub() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return v1::JobService::NewStub(grpc::CreateCustomChannel(
      absl::StrCat("127.0.0.1:", port_), grpc::InsecureChannelCredentials(), arguments));
}

void WatchServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  readers_.reset();
}

void WatchServer::Restart() {
  Stop();
  world_.Restart();
  Start();
}

void WatchServer::Pass(absl::Duration duration) {
  world_.clock().Advance(duration);
  world_.hub().TestOnlyTick();
}

void WatchServer::AwaitParked(size_t streams) {
  AwaitTrue([this, streams] { return world_.hub().parked_count() == streams; });
}

void WatchServer::AwaitOpen(size_t streams) {
  AwaitTrue([this, streams] { return world_.hub().stream_count() == streams; });
}

namespace {

template <typename Watch>
std::vector<v1::JobEvent> TakeFrom(Watch* watch, size_t count) {
  std::vector<v1::JobEvent> events;
  while (events.size() < count) {
    std::optional<v1::JobEvent> event = watch->Next();
    if (!event.has_value()) break;
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace

JobsWatch::JobsWatch(v1::JobService::Stub* stub, Revision after, const v1::JobFilter& filter) {
  v1::WatchJobsRequest request;
  *request.mutable_filter() = filter;
  request.set_after_revision(after);
  reader_ = stub->WatchJobs(&context_, request);
}

JobsWatch::~JobsWatch() {
  context_.TryCancel();
  if (!finished_) Finish().IgnoreError();
}

std::optional<v1::JobEvent> JobsWatch::Next() {
  if (next_ == response_.events_size()) {
    next_ = 0;
    if (!reader_->Read(&response_)) {
      response_.Clear();
      return std::nullopt;
    }
  }
  return response_.events(next_++);
}

std::vector<v1::JobEvent> JobsWatch::Take(size_t count) { return TakeFrom(this, count); }

absl::Status JobsWatch::Finish() {
  while (Next().has_value()) {
  }
  finished_ = true;
  return FromGrpc(reader_->Finish());
}

JobWatch::JobWatch(v1::JobService::Stub* stub, const std::string& job_id, Revision after) {
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_revision(after);
  reader_ = stub->WatchJob(&context_, request);
}

JobWatch::~JobWatch() {
  context_.TryCancel();
  if (!finished_) Finish().IgnoreError();
}

std::optional<v1::JobEvent> JobWatch::Next() {
  v1::JobEvent event;
  if (!reader_->Read(&event)) return std::nullopt;
  return event;
}

std::vector<v1::JobEvent> JobWatch::Take(size_t count) { return TakeFrom(this, count); }

absl::Status JobWatch::Finish() {
  while (Next().has_value()) {
  }
  finished_ = true;
  return FromGrpc(reader_->Finish());
}

}  // namespace gcjobs::testing
