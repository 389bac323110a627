#ifndef GCJOBS_TESTS_UNIT_JOBS_JOB_WORLD_H_
#define GCJOBS_TESTS_UNIT_JOBS_JOB_WORLD_H_

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "common/metrics.h"
#include "common/time_conversion.h"

#include "server/jobs/orchestrator.h"
#include "server/net/event_loop.h"
#include "server/scheduler/poll_scheduler.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/survival_book.h"
#include "server/store/reader_pool.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/fakes/test_store.h"

namespace gcjobs::testing {

// What a PlainKind can do.
struct PlainTraits {
  std::string cancel_method;  // empty = it has no cancel upstream
  v1::ResultsMode results_mode = v1::RESULTS_MODE_INLINE;
  bool holds_call = false;
};

// A kind of work spoken in the plainest words: submissions answer with the id
// (or, when the call is held, with the result), polls with the status. A thing
// that is READY waits to be told to go on.
class PlainKind : public JobKind {
 public:
  explicit PlainKind(std::string name, PlainTraits traits = {}) : traits_(std::move(traits)) {
    description_.set_kind(std::move(name));
    description_.set_results_mode(traits_.results_mode);
    if (!traits_.cancel_method.empty()) {
      description_.set_cancel_path(traits_.cancel_method + " /{space}/{upstream_id}");
    }
  }
  const v1::JobKind& description() const override { return description_; }
  bool holds_call() const override { return traits_.holds_call; }
  ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const override {
    return {RequestClass::kSubmit, "POST", SpaceOf(job), std::string(submission.body)};
  }
  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const override {
    if (response.body.empty()) return Unreadable();
    if (!traits_.holds_call) return SubmitReceipt{response.body, "queued", std::nullopt};
    SubmitReceipt receipt;
    receipt.end.emplace();
    receipt.end->state = v1::JOB_STATE_SUCCEEDED;
    receipt.end->result_json = response.body;
    return receipt;
  }
  ApiRequest BuildPoll(const JobRef& job) const override {
    return {RequestClass::kPoll, "GET", PathOf(job), ""};
  }
  absl::StatusOr<PollReport> ParsePoll(const JobRef& job,
                                       const HttpResponse& response) const override {
    if (response.body.empty()) return Unreadable();
    PollReport report;
    report.upstream_status = response.body;
    report.state = StateOfUpstreamStatus(response.body);
    if (report.state == v1::JOB_STATE_SUCCEEDED) report.result_json = "{\"n\":1.10}";
    if (report.state == v1::JOB_STATE_FAILED) {
      report.failure = FakeGenesysClient::GenesysError(absl::StatusCode::kAborted, "GENESYS_X");
    }
    if (response.body == "READY") {
      report.state = v1::JOB_STATE_PENDING;
      report.follow_up = ApiRequest{RequestClass::kSubmit, "PUT", PathOf(job) + "/go", "{}"};
    }
    return report;
  }
  std::optional<ApiRequest> BuildCancel(const JobRef& job) const override {
    if (traits_.cancel_method.empty()) return std::nullopt;
    return ApiRequest{RequestClass::kCancel, traits_.cancel_method, PathOf(job), ""};
  }
  ApiRequest BuildResults(const JobRef& job, absl::string_view /*next*/,
                          int /*page_size*/) const override {
    return {RequestClass::kResults, "GET", PathOf(job) + "/results", ""};
  }
  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override {
    ResultsView view;
    view.items = response->body;
    return view;
  }

 private:
  static std::string SpaceOf(const JobRef& job) {
    const auto space = job.path_parameters->find("space");
    return "/" + (space == job.path_parameters->end() ? "things" : space->second);
  }
  static std::string PathOf(const JobRef& job) {
    return SpaceOf(job) + "/" + std::string(job.upstream_id);
  }
  static absl::Status Unreadable() {
    return FakeGenesysClient::GenesysError(absl::StatusCode::kInternal, "GENESYS_BAD_RESPONSE");
  }

  const PlainTraits traits_;
  v1::JobKind description_;
};

inline JobKindRegistry PlainKinds() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  const auto add = [&kinds](const char* name, PlainTraits traits) {
    kinds.push_back(std::make_unique<PlainKind>(name, std::move(traits)));
  };
  add("plain", {});
  add("cancellable", {"DELETE"});
  add("patchable", {"PATCH"});
  add("paged", {"", v1::RESULTS_MODE_CURSOR});
  add("silent", {"", v1::RESULTS_MODE_NONE});
  add("direct", {"", v1::RESULTS_MODE_INLINE, /*holds_call=*/true});
  return JobKindRegistry(std::move(kinds));
}

// An orchestrator over a memory store and a fake upstream for each organisation,
// turned by hand. Restart() forgets all that only memory knows, as kill -9 does.
class JobWorld {
 public:
  JobWorld() : JobWorld(PlainKinds(), {"acme", "globex"}) {}
  JobWorld(JobKindRegistry kinds, std::vector<std::string> orgs)
      : org_names_(std::move(orgs)), store_(TestStore::ByHand()), kinds_(std::move(kinds)) {
    Start();
  }
  ~JobWorld() { store_.Close(); }  // while the loop is there to be told

  // Commits and runs all that can be, without moving time.
  void Settle() {
    do {
      store_.CommitQueued();
    } while (loop_->Turn(absl::ZeroDuration()));
  }
  void Advance(absl::Duration step) {
    clock_.Advance(step);
    Settle();
  }
  // Answers the oldest request, or that with `index` younger than it, and
  // settles.
  void Answer(ApiReply reply, size_t index = 0) {
    client().Answer(std::move(reply), index);
    Settle();
  }

  // The oldest request that waits for an answer, as `METHOD TARGET`; "" when
  // none does.
  std::string Asked() {
    if (client().sent().empty()) return "";
    const ApiRequest& request = client().sent().front().request;
    return request.method + " " + request.target;
  }

  // Submits; the answer, if it came, is in `answers` under the returned index.
  size_t Submit(JobSubmission job, absl::Duration wait = absl::Seconds(2)) {
    job.wait = wait;
    const size_t index = SubmitUnsettled(std::move(job));
    Settle();
    return index;
  }
  size_t SubmitUnsettled(JobSubmission job) {
    const size_t index = answers.size();
    answers.emplace_back();
    engine_->Submit(std::move(job),
                    [this, index](absl::StatusOr<v1::Job> answer) { answers[index] = answer; });
    return index;
  }
  // Submits, has it accepted as `upstream_id`, and returns the job's id.
  std::string SubmitAccepted() { return SubmitAccepted(Plain()); }
  std::string SubmitAccepted(JobSubmission job, const std::string& upstream_id = "u-1") {
    const size_t index = Submit(std::move(job));
    Answer(FakeGenesysClient::Ok(upstream_id, 202));
    return answers[index]->value().id();
  }
  size_t Cancel(const std::string& job_id) {
    const size_t index = answers.size();
    answers.emplace_back();
    engine_->Cancel(job_id, absl::InfiniteFuture(),
                    [this, index](absl::StatusOr<v1::Job> answer) { answers[index] = answer; });
    Settle();
    return index;
  }
  absl::StatusOr<v1::Job> Update(const std::string& job_id, JobEngine::JobChange change) {
    absl::StatusOr<v1::Job> job = absl::UnknownError("no answer");
    engine_->Update(job_id, std::move(change),
                    [&job](absl::StatusOr<v1::Job> answer) { job = std::move(answer); });
    Settle();
    return job;
  }
  absl::Status Delete(const std::string& job_id) {
    absl::Status status = absl::UnknownError("no answer");
    engine_->Delete(job_id, [&status](absl::Status answer) { status = std::move(answer); });
    Settle();
    return status;
  }

  // Moves time until the next poll has been sent.
  void AwaitPoll() {
    const int before = client().sent_count();
    for (int i = 0; i < 100 && client().sent_count() == before; ++i) Advance(absl::Seconds(1));
  }
  void Poll(const std::string& status) {
    AwaitPoll();
    Answer(FakeGenesysClient::Ok(status));
  }

  v1::Job Stored(const std::string& job_id) { return StoredRecord(job_id).job(); }
  store::StoredJob StoredRecord(const std::string& job_id) {
    return *store_.reader().GetJob(job_id);
  }
  std::vector<v1::JobState> History(const std::string& job_id) {
    std::vector<v1::JobState> states;
    const auto events = store_.reader().ReadJobEvents(job_id, 0, {});
    for (const EventPtr& event : *events) {
      states.push_back(event->job().state());
    }
    return states;
  }

  Orchestrator::RecoveryReport Restart() {
    store_.CommitQueued();
    Start();
    const auto report = engine_->Recover();
    Settle();
    return *report;
  }

  static JobSubmission Plain(const std::string& request_id = "") {
    JobSubmission submission;
    v1::Job& job = *submission.record.mutable_job();
    job.set_org("acme");
    job.set_kind("plain");
    job.set_state(v1::JOB_STATE_QUEUED);
    job.set_action_id("a-1");
    job.set_request_id(request_id);
    *job.mutable_execution_timeout() = ToProto(absl::Hours(24));
    submission.record.set_guarantee(v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
    *submission.record.mutable_retention() = ToProto(absl::Hours(24 * 7));
    submission.record.set_poll_class("plain/a-1");
    submission.record.set_fingerprint("f-1");
    submission.payload.set_body("{}");
    return submission;
  }
  static JobSubmission OfKind(const std::string& kind) {
    JobSubmission submission = Plain();
    submission.record.mutable_job()->set_kind(kind);
    submission.record.set_poll_class(kind + "/a-1");
    return submission;
  }
  static JobSubmission InOtherOrg(JobSubmission submission) {
    submission.record.mutable_job()->set_org("globex");
    return submission;
  }
  static JobSubmission Cancellable() { return OfKind("cancellable"); }

  // Of the first organisation, or of the one that is named.
  FakeGenesysClient& client() { return orgs_.front()->client; }
  FakeGenesysClient& client(absl::string_view org) {
    for (const auto& parts : orgs_) {
      if (parts->runtime.name == org) return parts->client;
    }
    std::abort();
  }
  FakeClock& clock() { return clock_; }
  // Of the first organisation.
  RequestBudget& budget() { return orgs_.front()->budget; }
  TestStore& store() { return store_; }
  const JobKindRegistry& kinds() const { return kinds_; }
  Metrics& metrics() { return metrics_; }
  Orchestrator& engine() { return *engine_; }
  EventLoop& loop() { return *loop_; }
  ReaderPool& readers() { return *readers_; }
  const absl::Status& store_failure() const { return store_failure_; }

  std::vector<std::optional<absl::StatusOr<v1::Job>>> answers;
  Orchestrator::Options options;

 private:
  static PollScheduler::Options SchedulerOptions() {
    PollScheduler::Options options;
    options.one_early_of = 0;  // no poll out of turn
    return options;
  }

  struct OrgParts {
    OrgParts(const std::string& name, FakeClock* clock, EventLoop* loop, absl::BitGenRef random)
        : budget(RequestBudget::Options(), clock),
          client(loop),
          scheduler(SchedulerOptions(), &budget, &book, random, clock->MonotonicNow()),
          runtime{name, &client, &scheduler} {}

    RequestBudget budget;
    FakeGenesysClient client;
    SurvivalBook book;
    PollScheduler scheduler;
    OrgRuntime runtime;
  };

  void Start() {
    engine_.reset();
    orgs_.clear();
    loop_ = std::make_unique<EventLoop>(&clock_, &poller_);
    for (const std::string& name : org_names_) {
      orgs_.push_back(std::make_unique<OrgParts>(name, &clock_, loop_.get(), random_));
    }
    Orchestrator::Deps with;
    with.loop = loop_.get();
    with.store = &store_;
    with.readers = readers_.get();
    with.metrics = &metrics_;
    with.kinds = &kinds_;
    for (const auto& org : orgs_) with.orgs.push_back(&org->runtime);
    with.on_store_failed = [this](absl::Status status) { store_failure_ = std::move(status); };
    engine_ = std::make_unique<Orchestrator>(options, std::move(with));
  }

  // Waits for nothing.
  struct IdlePoller final : Poller {
    void Poll(absl::Duration /*timeout*/) override {}
    void Wakeup() override {}
  };

  const std::vector<std::string> org_names_;
  absl::BitGen random_;
  FakeClock clock_;
  Metrics metrics_;
  TestStore store_;
  std::unique_ptr<ReaderPool> readers_ = *ReaderPool::Start(&store_, {/*threads=*/0});
  JobKindRegistry kinds_;
  IdlePoller poller_;
  std::unique_ptr<EventLoop> loop_;
  std::vector<std::unique_ptr<OrgParts>> orgs_;
  absl::Status store_failure_;
  std::unique_ptr<Orchestrator> engine_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_JOBS_JOB_WORLD_H_
