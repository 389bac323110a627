#include "tests/unit/rpc/results/results_server.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/grpc_status.h"
#include "tests/fakes/keep_grpc.h"
#include "tests/unit/rpc/stored_jobs.h"

namespace gcjobs::testing {
namespace {

std::vector<std::unique_ptr<JobKind>> MakeKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(std::make_unique<PagedKind>());
  kinds.push_back(std::make_unique<PagedKind>(v1::RESULTS_MODE_INLINE, "inline"));
  return kinds;
}

}  // namespace

class ResultsServer::Handlers final
    : public v1::JobService::WithRawCallbackMethod_ReadResults<v1::JobService::CallbackService> {
 public:
  explicit Handlers(ResultsService* results) : results_(results) {}
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ReadResults(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return results_->ReadResults(context, request);
  }

 private:
  ResultsService* const results_;
};

ResultsServer::ResultsServer(const Options& options) : options_(options), kinds_(MakeKinds()) {
  Start();
}

ResultsServer::~ResultsServer() { Stop(); }

void ResultsServer::AddJob(const std::string& id, std::vector<std::string> pages) {
  WithClient([&](PagedUpstream* client) { client->AddJob("u-" + id, std::move(pages)); });
  AddStored(id, [](v1::Job*) {});
}

void ResultsServer::AddStored(const std::string& id, const std::function<void(v1::Job*)>& edit) {
  v1::Job job = MakeJob(id);
  job.set_kind("paged");
  job.set_state(v1::JOB_STATE_SUCCEEDED);
  job.set_upstream_id("u-" + id);
  edit(&job);
  InsertJob(&store_, job);
}

int ResultsServer::PermitsOut() {
  int permits = 0;
  WithClient([&](PagedUpstream* client) { permits = client->permits_out(); });
  return permits;
}

void ResultsServer::AwaitOpen(size_t streams) {
  AwaitTrue([&] { return service_->stream_count() == streams; });
}

void ResultsServer::AwaitFetches(const std::string& id, int count) {
  AwaitTrue([&] { return fetches(id) >= count; });
}

std::shared_ptr<grpc::Channel> ResultsServer::NewChannel() const {
  return Connect(grpc::ChannelArguments());
}

std::shared_ptr<grpc::Channel> ResultsServer::NewNarrowChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
  return Connect(arguments);
}

std::shared_ptr<grpc::Channel> ResultsServer::Connect(grpc::ChannelArguments arguments) const {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_),
                                   grpc::InsecureChannelCredentials(), arguments);
}

void ResultsServer::Start() {
  KeepGrpc();
  readers_ = *ReaderPool::Start(&store_, {/*threads=*/2, options_.max_queued_reads});
  service_ = std::make_unique<ResultsService>(
      ResultsService::Deps{loop_.get(), readers_.get(), &kinds_, {{"main", &client_}}, &metrics_},
      ResultsService::Options{/*cursor_key=*/"secret", options_.max_streams});
  handlers_ = std::make_unique<Handlers>(service_.get());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(handlers_.get());
  server_ = builder.BuildAndStart();
  stub_ = v1::JobService::NewStub(NewChannel());
}

void ResultsServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  // Streams end on the loop.
  loop_.RunAndWait([] {});
  readers_.reset();
}

void ResultsServer::Restart() {
  Stop();
  Start();
}

ResultsRead::ResultsRead(v1::JobService::Stub* stub, const std::string& job_id,
                         const std::string& cursor) {
  v1::ReadResultsRequest request;
  request.set_job_id(job_id);
  request.set_cursor(cursor);
  reader_ = stub->ReadResults(&context_, request);
}

ResultsRead::~ResultsRead() {
  context_.TryCancel();
  if (!finished_) Finish().IgnoreError();
}

std::optional<v1::ResultPage> ResultsRead::Next() {
  v1::ResultPage page;
  if (!reader_->Read(&page)) return std::nullopt;
  return page;
}

std::vector<v1::ResultPage> ResultsRead::All() {
  std::vector<v1::ResultPage> pages;
  while (std::optional<v1::ResultPage> page = Next()) pages.push_back(*std::move(page));
  return pages;
}

absl::Status ResultsRead::Finish() {
  while (Next().has_value()) {
  }
  finished_ = true;
  return FromGrpc(reader_->Finish());
}

}  // namespace gcjobs::testing
