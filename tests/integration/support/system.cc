#include "tests/integration/support/system.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/check.h"
#include "common/grpc_status.h"
#include "common/json.h"

namespace gcjobs::testing {
namespace {

// Far beyond what anything here takes; only a server that hangs meets it.
constexpr std::chrono::seconds kCallTimeout(60);

// A client of gRPC 1.51 that has no call under way looks at this interval, at first
// 5 s, whether its server has said goodbye, and the server's stop waits for that. Set
// before gRPC is used.
[[maybe_unused]] const int kQuickGoodbye =
    setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", 0);

std::string MakeDataDir() {
  std::string path = (std::filesystem::temp_directory_path() / "gcjobs-XXXXXX").string();
  GCJOBS_CHECK(mkdtemp(path.data()) != nullptr, "mkdtemp ", path);
  return path;
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  context->set_wait_for_ready(true);  // the server may be starting
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::StatusOr<v1::Job> CallForJob(
    const std::function<grpc::Status(grpc::ClientContext*, v1::Job*)>& call) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::Job job;
  const grpc::Status status = call(&context, &job);
  if (!status.ok()) return FromGrpc(status);
  return job;
}

}  // namespace

System::System(Options options)
    : options_(std::move(options)),
      data_dir_(MakeDataDir()),
      simulator_(options_.simulator),
      address_("127.0.0.1:0") {
  if (options_.start_server) StartServer();
}

System::~System() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(data_dir_, ignored);
}

void System::StartServer(const std::map<std::string, std::string>& more_environment) {
  ChildProcess::Options child;
  child.argv = {Binary("gcjobsd"), "--listen", address_, "--data-dir", data_dir_};
  for (const std::string& argument : options_.server) child.argv.push_back(argument);
  child.environment = {{"GENESYS_CLIENT_ID", "tests"},
                       {"GENESYS_CLIENT_SECRET", "secret"},
                       {"GENESYS_API_URL", simulator_.url()},
                       {"GENESYS_LOGIN_URL", simulator_.url()}};
  for (const auto& [name, value] : options_.environment) child.environment[name] = value;
  for (const auto& [name, value] : more_environment) child.environment[name] = value;
  child.read_errors = options_.read_server_log;
  server_ = std::make_unique<ChildProcess>(child);
  const std::string address = server_->AwaitLine("listening on ");
  if (address.empty()) return;  // a failpoint at start; else the first call says so
  const bool is_new = address != address_;
  address_ = address;
  if (is_new) {
    const auto channel = Connect(address_);
    jobs_ = v1::JobService::NewStub(channel);
    actions_ = v1::ActionService::NewStub(channel);
  }
  AwaitConnection();
}

// The first calls after a restart may meet the old connection's end. A server
// that dies meanwhile is what some tests want.
void System::AwaitConnection() {
  while (!server_->HasEnded()) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
    context.set_wait_for_ready(true);
    v1::ListJobKindsResponse response;
    const grpc::Status status = jobs_->ListJobKinds(&context, v1::ListJobKindsRequest(), &response);
    // Who asks for tokens is there, too.
    if (status.ok() || status.error_code() == grpc::StatusCode::UNAUTHENTICATED) return;
  }
}

void System::KillServer() {
  server_->Kill(SIGKILL);
  server_->Wait();
}

void System::RestartServer() {
  KillServer();
  StartServer();
}

absl::StatusOr<v1::Job> System::Submit(const v1::SubmitActionRequest& request) {
  return CallForJob([&](grpc::ClientContext* context, v1::Job* job) {
    return jobs_->SubmitAction(context, request, job);
  });
}

absl::StatusOr<v1::Job> System::Submit(const v1::SubmitConversationQueryRequest& request) {
  return CallForJob([&](grpc::ClientContext* context, v1::Job* job) {
    return jobs_->SubmitConversationQuery(context, request, job);
  });
}

absl::StatusOr<v1::Job> System::Submit(const v1::SubmitJobRequest& request) {
  return CallForJob([&](grpc::ClientContext* context, v1::Job* job) {
    return jobs_->SubmitJob(context, request, job);
  });
}

absl::StatusOr<v1::Job> System::GetJob(const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  return CallForJob([&](grpc::ClientContext* context, v1::Job* job) {
    return jobs_->GetJob(context, request, job);
  });
}

absl::StatusOr<v1::Job> System::CancelJob(const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  return CallForJob([&](grpc::ClientContext* context, v1::Job* job) {
    return jobs_->CancelJob(context, request, job);
  });
}

System::Watched System::Watch(const std::string& job_id, int64_t after_revision, int attempts) {
  Watched watched;
  for (; attempts > 0; --attempts) {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::WatchJobRequest request;
    request.set_job_id(job_id);
    request.set_after_revision(after_revision);
    const auto stream = jobs_->WatchJob(&context, request);
    v1::JobEvent event;
    while (stream->Read(&event)) {
      after_revision = event.revision();
      if (event.type() != v1::EVENT_TYPE_BOOKMARK) watched.events.push_back(event);
    }
    watched.status = FromGrpc(stream->Finish());
    if (watched.status.ok()) break;
  }
  return watched;
}

std::string System::Results::items() const {
  std::string lines;
  for (const v1::ResultPage& page : pages) {
    std::string array = page.items_json();
    const absl::Status read = ForEachJsonElement(&array, array, [&](auto item) {
      absl::StrAppend(&lines, item, "\n");
      return true;
    });
    GCJOBS_CHECK(read.ok(), read.ToString());
  }
  return lines;
}

int System::Results::item_count() const {
  int count = 0;
  for (const v1::ResultPage& page : pages) count += page.item_count();
  return count;
}

System::Results System::ReadResults(const std::string& job_id, const std::string& cursor,
                                    int max_pages) {
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::ReadResultsRequest request;
  request.set_job_id(job_id);
  request.set_cursor(cursor);
  const auto stream = jobs_->ReadResults(&context, request);
  Results results;
  v1::ResultPage page;
  while (static_cast<int>(results.pages.size()) < max_pages && stream->Read(&page)) {
    results.pages.push_back(std::move(page));
  }
  const bool enough = static_cast<int>(results.pages.size()) == max_pages;
  if (enough) context.TryCancel();
  const grpc::Status end = stream->Finish();
  if (!enough) results.status = FromGrpc(end);
  return results;
}

v1::Job System::AwaitEnd(const std::string& job_id) {
  const Watched watched = Watch(job_id, 0, /*attempts=*/5);
  GCJOBS_CHECK(watched.status.ok() && !watched.events.empty(), "job ", job_id, ": ",
               watched.status.ToString());
  return watched.events.back().job();
}

v1::SubmitConversationQueryRequest SteeredQuery(v1::QueryEndpoint endpoint,
                                                const std::string& sim) {
  v1::SubmitConversationQueryRequest request;
  request.set_endpoint(endpoint);
  request.set_query_json(absl::StrCat(
      R"({"interval":"2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z","$sim":)", sim, "}"));
  return request;
}

v1::SubmitActionRequest Steered(const std::string& sim, const std::string& request_id) {
  v1::SubmitActionRequest request;
  request.set_action_id(kActionId);
  request.set_parameters_json(absl::StrCat("{\"$sim\":", sim, "}"));
  request.mutable_options()->set_request_id(request_id);
  return request;
}

void InParallel(int n, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace gcjobs::testing
