// Runs a data action and a conversation query through gcjobs.
//
//   example SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
//   example 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}'
//       '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "gcjobs/v1/action_service.grpc.pb.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "tests/polyglot/cpp/resume.h"

namespace {

namespace v1 = gcjobs::v1;

constexpr char kLabel[] = "program";
constexpr char kLabelValue[] = "example";

// What no call of this program gets over.
void CheckOk(const grpc::Status& status) {
  if (status.ok()) return;
  std::cerr << GetErrorDetails(status).info.reason() << ": " << status.error_message() << "\n";
  std::exit(1);
}

void SetDeadline(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
}

std::string StateOf(const v1::Job& job) {
  return v1::JobState_Name(job.state()).substr(std::string("JOB_STATE_").size());
}

std::string NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    default:
      return "code " + std::to_string(code);
  }
}

// The labels find both jobs again; with a request id a submission may be
// repeated, and still makes one job.
v1::SubmitOptions MakeSubmitOptions() {
  std::random_device random;
  v1::SubmitOptions options;
  options.set_request_id(std::to_string(random()) + "-" + std::to_string(random()));
  (*options.mutable_labels())[kLabel] = kLabelValue;
  return options;
}

// Tries again as long as the server says when.
void RaiseTimeout(v1::ActionService::Stub* actions, const std::string& action_id, int seconds) {
  v1::UpdateActionTimeoutRequest request;
  request.set_action_id(action_id);
  request.mutable_timeout()->set_seconds(seconds);
  while (true) {
    grpc::ClientContext context;
    SetDeadline(&context);
    v1::ActionTimeout limit;
    const grpc::Status status = actions->UpdateActionTimeout(&context, request, &limit);
    if (status.ok()) {
      std::cout << "timeout: " << limit.previous_timeout().seconds() << " s -> "
                << limit.timeout().seconds() << " s, "
                << (limit.verified() ? "verified" : "not verified") << std::endl;
      return;
    }
    const ErrorDetails details = GetErrorDetails(status);
    std::cout << "refused: " << NameOf(status.error_code()) << " " << details.info.reason()
              << " of " << details.info.domain() << std::endl;
    std::cout << "remedy: " << details.remedy.message() << std::endl;
    if (!details.retry_delay.has_value()) return;
    std::cout << "retry in " << details.retry_delay->count() << " ms" << std::endl;
    std::this_thread::sleep_for(*details.retry_delay);
  }
}

void RunAction(v1::JobService::Stub* jobs, const std::string& action_id,
               const std::string& parameters_json) {
  v1::SubmitActionRequest request;
  request.set_action_id(action_id);
  request.set_parameters_json(parameters_json);
  *request.mutable_options() = MakeSubmitOptions();
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::Job job;
  CheckOk(jobs->SubmitAction(&context, request, &job));
  std::cout << "action: submitted" << std::endl;

  auto events = WatchJob(jobs, job.id());
  v1::JobEvent event;
  while (events.Read(&event)) {
    if (event.type() != v1::EVENT_TYPE_TRANSITION) continue;
    std::cout << "action: " << event.sequence() << " " << StateOf(event.job()) << std::endl;
    const std::string& result = event.job().result_json();
    if (!result.empty()) std::cout << "result: " << result << std::endl;
  }
  CheckOk(events.status());
}

void PrintResults(v1::JobService::Stub* jobs, const std::string& job_id) {
  int items = 0;
  auto pages = ReadResults(jobs, job_id);
  v1::ResultPage page;
  while (pages.Read(&page)) {
    items += page.item_count();
    std::cout << "page " << page.page_number() << ": " << page.item_count() << " items"
              << std::endl;
  }
  CheckOk(pages.status());
  std::cout << "results: " << items << " items" << std::endl;
}

void RunQuery(v1::JobService::Stub* jobs, const std::string& query_json) {
  v1::SubmitConversationQueryRequest request;
  request.set_query_json(query_json);
  request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
  *request.mutable_options() = MakeSubmitOptions();
  grpc::ClientContext context;
  SetDeadline(&context);
  v1::Job job;
  CheckOk(jobs->SubmitConversationQuery(&context, request, &job));
  std::cout << "query: submitted" << std::endl;

  auto events = WatchJob(jobs, job.id());
  v1::JobEvent event;
  while (events.Read(&event)) {
    if (event.job().has_end_time()) std::cout << "query: " << StateOf(event.job()) << std::endl;
  }
  CheckOk(events.status());
  PrintResults(jobs, job.id());
}

// What a program does that stored a revision, and comes back when the server
// has long forgotten it.
void CatchUp(v1::JobService::Stub* jobs, int64_t revision) {
  v1::JobFilter filter;
  (*filter.mutable_labels())[kLabel] = kLabelValue;
  auto batches = WatchJobs(jobs, filter, revision);
  v1::WatchJobsResponse batch;
  while (batches.Read(&batch)) {
    for (const v1::JobEvent& event : batch.events()) {
      if (event.type() == v1::EVENT_TYPE_BOOKMARK) return;
      const std::string type = v1::EventType_Name(event.type());
      std::cout << type.substr(std::string("EVENT_TYPE_").size()) << ": " << event.job().kind()
                << " " << StateOf(event.job()) << std::endl;
    }
  }
  CheckOk(batches.status());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: example SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON\n";
    return 2;
  }
  grpc::ChannelArguments arguments;
  // Notice a server that is gone without a word.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  const auto channel =
      grpc::CreateCustomChannel(argv[1], grpc::InsecureChannelCredentials(), arguments);
  const auto jobs = v1::JobService::NewStub(channel);
  const auto actions = v1::ActionService::NewStub(channel);
  RaiseTimeout(actions.get(), argv[2], 90);
  RaiseTimeout(actions.get(), argv[2], 10);
  RunAction(jobs.get(), argv[2], argv[3]);
  RunQuery(jobs.get(), argv[4]);
  CatchUp(jobs.get(), 1);
}
