#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/error_info.h"
#include "common/errors.h"
#include "common/grpc_status.h"
#include "common/status_conversion.h"
#include "common/time_conversion.h"
#include "tests/integration/guides/guide_test.h"
#include "tests/matchers/status_matchers.h"

// Jobs that are followed and changed, actions by name, their time limits, queries.

namespace gcjobs::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::Property;

constexpr char kInstant[] = "Send Confirmation (instant)";
constexpr char kInstantId[] = "custom_-_00000000-0000-4000-8000-000000000004";
constexpr char kFlow[] = "flow-demo";
constexpr char kPolls[] = "/api/v2/integrations/actions/*/executions/*";

// Polled ten times a second.
v1::SubmitActionRequest PolledOften(const std::string& sim, int max_attempts) {
  v1::SubmitActionRequest request = Steered(sim);
  v1::PollPolicy& poll = *request.mutable_options()->mutable_poll();
  *poll.mutable_initial_interval() = ToProto(absl::Milliseconds(100));
  *poll.mutable_max_interval() = ToProto(absl::Milliseconds(100));
  poll.set_max_attempts(max_attempts);
  return request;
}

class JobsGuideTest : public GuideTest {
 protected:
  // Calls a method of one of the services.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub* stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }
  absl::StatusOr<v1::ActionTimeout> GetTimeout(const std::string& name,
                                               const std::string& flow_id = "") {
    v1::GetActionTimeoutRequest request;
    request.set_action_name(name);
    request.set_flow_id(flow_id);
    return Call(&system_.actions(), &v1::ActionService::Stub::GetActionTimeout, request);
  }
  absl::StatusOr<v1::ActionTimeout> SetTimeout(const std::string& name, const std::string& flow_id,
                                               absl::Duration timeout) {
    v1::UpdateActionTimeoutRequest request;
    request.set_action_name(name);
    request.set_flow_id(flow_id);
    *request.mutable_timeout() = ToProto(timeout);
    return Call(&system_.actions(), &v1::ActionService::Stub::UpdateActionTimeout, request);
  }
  absl::StatusOr<v1::JobExplanation> Explain(const std::string& job_id) {
    v1::ExplainJobRequest request;
    request.set_job_id(job_id);
    return Call(&system_.jobs(), &v1::JobService::Stub::ExplainJob, request);
  }

  // The polls that follow are answered like this, one after the other.
  void AnswerPollWithStatus(const std::string& status) {
    system_.simulator().AddFault(absl::StrCat(R"({"method":"GET","route":")", kPolls,
                                              R"(","status":200,"body":"{\"status\":\")", status,
                                              R"(\"}"})"));
  }

  System system_;
};

// max_attempts counts answers with a status: with two of them the job would have ended
// at its second poll if the 429 and the 503 counted.
TEST_F(JobsGuideTest, GuideA07RateLimitedPollsAreNoAttempts) {
  system_.simulator().AddFault(absl::StrCat(R"({"method":"GET","route":")", kPolls,
                                            R"(","status":429,"headers":{"Retry-After":"0"}})"));
  AnswerPollWithStatus("running");
  system_.simulator().AddFault(
      absl::StrCat(R"({"method":"GET","route":")", kPolls, R"(","status":503})"));
  const auto job = system_.Submit(PolledOften(R"({"queued":"0s","duration":"0s"})", 2));
  ASSERT_THAT(job, IsOk());
  const v1::Job ended = system_.AwaitEnd(job->id());
  EXPECT_EQ(ended.state(), v1::JOB_STATE_SUCCEEDED) << ended.error().message();
  EXPECT_EQ(ended.poll_count(), 4);
}

// The attempts of one status do not count for the next.
TEST_F(JobsGuideTest, GuideC10TheAttemptsStartAnewWhenTheStatusChanges) {
  for (const char* status : {"queued", "Queued", "running", "running"}) {
    AnswerPollWithStatus(status);
  }
  const auto job = system_.Submit(PolledOften(R"({"queued":"0s","duration":"0s"})", 3));
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(system_.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);

  const auto hangs = system_.Submit(PolledOften(R"({"queued":"0s","outcome":"never"})", 3));
  ASSERT_THAT(hangs, IsOk());
  const v1::Job ended = system_.AwaitEnd(hangs->id());
  EXPECT_THAT(FromProto(ended.error()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, "POLL_ATTEMPTS_EXHAUSTED"));
  EXPECT_EQ(ended.poll_count(), 3);
}

TEST_F(JobsGuideTest, GuideA15AJobThatIsStuckIsGivenMoreTimeAndShownAsOld) {
  v1::SubmitActionRequest request = PolledOften(R"({"queued":"0s","outcome":"never"})", 1000);
  *request.mutable_options()->mutable_execution_timeout() = ToProto(absl::Seconds(1));
  const auto job = system_.Submit(request);
  ASSERT_THAT(job, IsOk());

  v1::UpdateJobRequest update;
  update.set_job_id(job->id());
  *update.mutable_execution_timeout() = ToProto(absl::Hours(1));
  update.mutable_poll()->set_max_attempts(5000);
  (*update.mutable_labels())["watch"] = "closely";
  for (const char* path : {"execution_timeout", "poll.max_attempts", "labels.watch"}) {
    update.mutable_update_mask()->add_paths(path);
  }
  const auto updated = Call(&system_.jobs(), &v1::JobService::Stub::UpdateJob, update);
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->poll().max_attempts(), 5000);
  EXPECT_EQ(FromProto(updated->poll().max_interval()), absl::Milliseconds(100));
  EXPECT_THAT(updated->labels(), Contains(Pair("watch", "closely")));

  // It outlives the time that it was given first, through a restart too.
  system_.RestartServer();
  absl::Time now = absl::Now();
  while (now < FromProto(job->create_time()) + absl::Milliseconds(1100)) now = absl::Now();
  const auto live = system_.GetJob(job->id());
  ASSERT_THAT(live, IsOk());
  EXPECT_EQ(live->state(), v1::JOB_STATE_RUNNING);
  const auto why = Explain(job->id());
  ASSERT_THAT(why, IsOk());
  EXPECT_GT(why->older_than(), 0);
  EXPECT_LE(why->older_than(), 1);

  ASSERT_THAT(system_.CancelJob(job->id()), IsOk());
  EXPECT_THAT(Call(&system_.jobs(), &v1::JobService::Stub::UpdateJob, update),
              StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_FINISHED"));
}

TEST_F(JobsGuideTest, GuideB02AnActionIsFoundByItsExactNameAndActedOn) {
  v1::ListActionsRequest list;
  list.set_exact_name(kInstant);
  const auto listed = Call(&system_.actions(), &v1::ActionService::Stub::ListActions, list);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->actions_size(), 1);
  EXPECT_EQ(listed->actions(0).id(), kInstantId);

  v1::SubmitActionRequest submit;
  submit.set_action_name(kInstant);
  const auto job = system_.Submit(submit);
  ASSERT_THAT(job, IsOk());
  EXPECT_EQ(job->action_id(), kInstantId);
  EXPECT_EQ(system_.AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);

  const auto before = GetTimeout("Get Order Status", kFlow);
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->action_id(), "fda-rest-object");
  const auto after = SetTimeout("Get Order Status", kFlow, absl::Seconds(9));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(FromProto(after->previous_timeout()), FromProto(before->timeout()));

  submit.set_action_name("send confirmation (instant)");
  const absl::Status near = system_.Submit(submit).status();
  EXPECT_THAT(near, StatusIs(absl::StatusCode::kNotFound, "ACTION_NAME_NOT_FOUND"));
  EXPECT_THAT(GetErrorInfo(near)->metadata().at("near_names"), HasSubstr(kInstant));

  system_.simulator().Post(absl::StrCat("/__sim/actions/", kActionId, "/touch"),
                           absl::StrCat(R"({"set":{"name":")", kInstant, R"("}})"));
  submit.set_action_name(kInstant);
  const absl::Status several = system_.Submit(submit).status();
  EXPECT_THAT(several, StatusIs(absl::StatusCode::kFailedPrecondition, "ACTION_NAME_AMBIGUOUS"));
  EXPECT_THAT(GetErrorInfo(several)->metadata().at("action_ids"),
              AllOf(HasSubstr(kInstantId), HasSubstr(kActionId)));
}

TEST_F(JobsGuideTest, GuideB03TheActionsOfAllFlowsAreListed) {
  v1::ListActionsRequest list;
  list.set_family(v1::ACTION_FAMILY_FLOW);
  list.set_page_size(100);
  std::set<std::string> flows;
  do {
    const auto page = Call(&system_.actions(), &v1::ActionService::Stub::ListActions, list);
    ASSERT_THAT(page, IsOk());
    for (const v1::Action& action : page->actions()) {
      EXPECT_EQ(action.family(), v1::ACTION_FAMILY_FLOW);
      flows.insert(action.flow_id());
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());
  EXPECT_THAT(flows, Contains(kFlow));
  EXPECT_GT(flows.size(), 1u);
}

TEST_F(JobsGuideTest, GuideB09ForOtherTypesTheFlowsStepMayBeTheLimit) {
  const auto lambda = GetTimeout("Rate Conversation", kFlow);
  ASSERT_THAT(lambda, IsOk());
  EXPECT_THAT(lambda->notes(), ElementsAre(AllOf(HasSubstr("lambda"), HasSubstr("step"))));
  const auto rest = GetTimeout("Get Order Status", kFlow);
  ASSERT_THAT(rest, IsOk());
  EXPECT_THAT(rest->notes(), IsEmpty());
}

TEST_F(JobsGuideTest, GuideB10WithoutALimitTheDefaultIsToldAsSuch) {
  const auto flow = GetTimeout("Get Store Hours", kFlow);
  ASSERT_THAT(flow, IsOk());
  EXPECT_FALSE(flow->has_timeout());
  EXPECT_EQ(FromProto(flow->effective_timeout()), absl::Seconds(3));
  EXPECT_THAT(flow->notes(), Contains(HasSubstr("default of 3s")));

  system_.simulator().Post(absl::StrCat("/__sim/actions/", kInstantId, "/touch"),
                           R"({"set":{"config":{}}})");
  const auto integration = GetTimeout(kInstant);
  ASSERT_THAT(integration, IsOk());
  EXPECT_EQ(FromProto(integration->effective_timeout()), absl::Seconds(60));
  EXPECT_THAT(integration->notes(), Contains(HasSubstr("default of 1m")));
}

v1::SubmitConversationQueryRequest TypedQuery(const std::string& interval) {
  v1::SubmitConversationQueryRequest request;
  request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
  request.set_interval(interval);
  return request;
}

void AddFilter(const std::string& dimension, const std::string& value,
               v1::SubmitConversationQueryRequest* request) {
  v1::QueryFilter& filter = *request->add_conversation_filters();
  filter.set_type("and");
  v1::QueryPredicate& predicate = *filter.add_predicates();
  predicate.set_dimension(dimension);
  predicate.set_operator_("eq");
  predicate.set_value(value);
}

TEST_F(JobsGuideTest, GuideC04TheTypedFormWritesTheGuidesQuery) {
  v1::SubmitConversationQueryRequest request =
      TypedQuery("2026-01-01T00:00:00Z/2026-01-02T00:00:00Z");
  request.set_view("conversations");
  request.set_page_size(100);
  AddFilter("mediaType", "voice", &request);
  ASSERT_THAT(system_.Submit(request), IsOk());
  ASSERT_EQ(system_.simulator().Submissions().size(), 1u);
  EXPECT_EQ(system_.simulator().Submissions()[0].body,
            R"({"dateRange":{"startDate":"2026-01-01T00:00:00Z","endDate":"2026-01-02T00:00:00Z"},)"
            R"("view":"conversations","pageLimit":100,"filterCriteria":[{"type":"dimension",)"
            R"("filterType":"eq","dimension":"mediaType","value":"voice"}]})");
}

TEST_F(JobsGuideTest, GuideC05MoreThanNinetyDaysAreRefusedInEveryForm) {
  v1::SubmitConversationQueryRequest range;
  *range.mutable_date_range()->mutable_start_time() = ToProto(absl::UnixEpoch());
  *range.mutable_date_range()->mutable_end_time() =
      ToProto(absl::UnixEpoch() + absl::Hours(90 * 24 + 1));
  v1::SubmitConversationQueryRequest json;
  json.set_query_json(
      R"({"dateRange":{"startDate":"2026-01-01","endDate":"2026-04-02"},"view":"conversations"})");
  for (v1::SubmitConversationQueryRequest request :
       {TypedQuery("2026-01-01/2026-04-02"), range, json}) {
    request.set_endpoint(v1::QUERY_ENDPOINT_QUERY);
    EXPECT_THAT(system_.Submit(request),
                StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  }
  EXPECT_THAT(system_.simulator().Submissions(), IsEmpty());
}

TEST_F(JobsGuideTest, GuideC06TheViewsNameIsLookedUp) {
  v1::ListConversationViewsRequest request;
  request.set_view("conversation");
  const absl::Status status =
      Call(&system_.jobs(), &v1::JobService::Stub::ListConversationViews, request).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "VIEW_NOT_FOUND"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("near_names"), "conversations");
}

TEST_F(JobsGuideTest, GuideC18AnUnknownDimensionIsToldWithThoseThatComeNear) {
  const auto views = Call(&system_.jobs(), &v1::JobService::Stub::ListConversationViews,
                          v1::ListConversationViewsRequest());
  ASSERT_THAT(views, IsOk());
  EXPECT_THAT(views->views(),
              Contains(Property(&v1::ConversationView::dimensions, Contains("mediaType"))));

  v1::SubmitConversationQueryRequest query = TypedQuery("2026-01-01/2026-01-02");
  AddFilter("mediatype", "voice", &query);
  EXPECT_THAT(GetRemedy(system_.Submit(query).status()), HasSubstr("there is \"mediaType\""));

  // The same when the query fails later on.
  system_.simulator().AddFault(
      R"({"method":"GET","route":"/api/v2/analytics/conversations/details/query/*","status":200,)"
      R"("body":"{\"status\":\"failed\",\"errors\":[{\"message\":)"
      R"(\"Dimension not supported: queueid\"}]}"})");
  const auto late = system_.Submit([] {
    v1::SubmitConversationQueryRequest request;
    request.set_query_json(R"({"dateRange":{"startDate":"2026-01-01","endDate":"2026-01-02"},)"
                           R"("conversationFilters":[{"predicates":[{"dimension":"queueid"}]}]})");
    return request;
  }());
  ASSERT_THAT(late, IsOk());
  EXPECT_THAT(GetRemedy(FromProto(system_.AwaitEnd(late->id()).error())),
              HasSubstr("there is \"queueId\""));

  // Where there is no such list, that is said.
  system_.simulator().AddFault(
      R"({"route":"/api/v2/analytics/conversations/details/views","status":404,"count":0})");
  EXPECT_THAT(Call(&system_.jobs(), &v1::JobService::Stub::ListConversationViews,
                   v1::ListConversationViewsRequest()),
              StatusIs(absl::StatusCode::kNotFound, "VIEWS_NOT_SUPPORTED"));
  EXPECT_THAT(GetRemedy(system_.Submit(query).status()), HasSubstr("no list of views"));
}

// Nothing was seen of either class: a day's query may be done in a second, a month's is
// known to take minutes.
TEST_F(JobsGuideTest, GuideC20AMonthsQueryIsKnownToTakeMinutes) {
  const auto submit = [this](const std::string& interval) {
    v1::SubmitConversationQueryRequest request;
    request.set_endpoint(v1::QUERY_ENDPOINT_JOBS);
    request.set_query_json(absl::StrCat(R"({"interval":")", interval,
                                        R"(","$sim":{"queued":"0s","outcome":"never"}})"));
    return system_.Submit(request)->id();
  };
  const std::string month = submit("2026-01-01/2026-01-31");
  const std::string day = submit("2026-01-01/2026-01-02");
  double of_day = 0;
  while (of_day < 0.05) of_day = Explain(day)->older_than();
  EXPECT_LT(Explain(month)->older_than(), of_day / 10);
}

}  // namespace
}  // namespace gcjobs::testing
