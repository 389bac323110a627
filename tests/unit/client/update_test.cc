#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/temp_dir.h"
#include "tests/unit/client/cli_test_base.h"

// Commands that change a live job or look things up by name.
namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class UpdateTest : public CliTest {
 protected:
  UpdateTest() { server_.jobs.update_job.Return(MakeJob(v1::JOB_STATE_RUNNING)); }
  v1::UpdateJobRequest Sent() const { return server_.jobs.update_job.requests().at(0); }
};

TEST_F(UpdateTest, SendsWhatIsToChangeAndNothingElse) {
  EXPECT_EQ(Run({"update", kJobId, "--execution-timeout=48h", "--poll-attempts=0",
                 "--label=team=billing", "--remove-label=owner"}),
            0);
  EXPECT_EQ(Sent().job_id(), kJobId);
  EXPECT_THAT(Sent().update_mask().paths(),
              ElementsAre("execution_timeout", "poll.max_attempts", "labels.team", "labels.owner"));
  EXPECT_EQ(FromProto(Sent().execution_timeout()), absl::Hours(48));
  EXPECT_EQ(Sent().poll().max_attempts(), 0);
  EXPECT_EQ(Sent().labels().size(), 1u);
  EXPECT_EQ(Sent().labels().at("team"), "billing");
  EXPECT_THAT(out(), HasSubstr("RUNNING"));
}

TEST_F(UpdateTest, AdaptiveIsNoPolicy) {
  EXPECT_EQ(Run({"update", kJobId, "--poll-adaptive"}), 0);
  EXPECT_THAT(Sent().update_mask().paths(), ElementsAre("poll"));
  EXPECT_FALSE(Sent().has_poll());
}

TEST_F(UpdateTest, UsageErrorsAreNotSent) {
  EXPECT_EQ(Run({"update", kJobId}), 2);
  EXPECT_THAT(err(), HasSubstr("there is nothing to change"));
  EXPECT_EQ(Run({"update", kJobId, "--poll-adaptive", "--poll-max=1m"}), 2);
  EXPECT_EQ(Run({"update", kJobId, "--label=a=1", "--remove-label=a"}), 2);
  EXPECT_EQ(Run({"update", kJobId, "--poll-attempts=-1"}), 2);
  EXPECT_THAT(server_.jobs.update_job.requests(), IsEmpty());
}

TEST_F(CliTest, ViewsAreListedAndOneShowsItsDimensions) {
  v1::ListConversationViewsResponse response;
  v1::ConversationView* view = response.add_views();
  view->set_name("agent");
  view->add_dimensions("userId");
  view->add_dimensions("queueId");
  server_.jobs.list_views.Return(response);
  EXPECT_EQ(Run({"query", "views", "--org=eu"}), 0);
  EXPECT_EQ(out(), "VIEW   DIMENSIONS  DESCRIPTION\nagent  2           -\n");
  EXPECT_EQ(server_.jobs.list_views.requests().at(0).org(), "eu");
  out_.Clear();
  EXPECT_EQ(Run({"query", "views", "agent"}), 0);
  EXPECT_EQ(server_.jobs.list_views.requests().at(1).view(), "agent");
  EXPECT_EQ(out(), "userId\nqueueId\n");
}

TEST_F(CliTest, ATokenIsRenewedForAnOrganisation) {
  v1::RenewTokenResponse response;
  response.set_org("sales");
  server_.jobs.renew_token.Return(response);
  EXPECT_EQ(Run({"admin", "renew-token", "--org=sales"}), 0);
  EXPECT_EQ(server_.jobs.renew_token.requests().at(0).org(), "sales");
  EXPECT_EQ(out(), "Organisation  sales\n");
}

TEST_F(CliTest, ActionsAreListedByExactNameAndOfAllFlows) {
  v1::ListActionsResponse response;
  v1::Action* action = response.add_actions();
  action->set_id("a");
  action->set_name("Get Order");
  action->set_flow_id("f");
  server_.actions.list_actions.Return(response);
  EXPECT_EQ(Run({"action", "list", "--exact-name=Get Order", "--all-flows"}), 0);
  const v1::ListActionsRequest request = server_.actions.list_actions.requests().at(0);
  EXPECT_EQ(request.exact_name(), "Get Order");
  EXPECT_EQ(request.family(), v1::ACTION_FAMILY_FLOW);
  EXPECT_THAT(out(), HasSubstr("a   Get Order  f "));
  EXPECT_EQ(Run({"action", "list", "--exact-name=a", "--name=b"}), 2);
  EXPECT_EQ(Run({"action", "list", "--all-flows", "--flow=f"}), 2);
}

// Which action a command is about.
class TargetTest : public CliTest {
 protected:
  TargetTest() {
    server_.jobs.submit_action.Return(MakeJob(v1::JOB_STATE_PENDING));
    server_.actions.get_action_timeout.Return({});
    server_.actions.update_action_timeout.Return({});
  }
  // `ID|NAME|FLOW` of the last request.
  std::string Got(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"action", "timeout", "get"});
    EXPECT_EQ(Run(std::move(arguments)), 0) << err();
    return Text(server_.actions.get_action_timeout.requests().back());
  }
  std::string Set(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"action", "timeout", "set"});
    EXPECT_EQ(Run(std::move(arguments)), 0) << err();
    const auto request = server_.actions.update_action_timeout.requests().back();
    EXPECT_EQ(FromProto(request.timeout()), absl::Seconds(10));
    return Text(request);
  }
  template <typename Request>
  static std::string Text(const Request& request) {
    return request.action_id() + "|" + request.action_name() + "|" + request.flow_id();
  }
};

TEST_F(TargetTest, TheCommandLineSays) {
  EXPECT_EQ(Got({"a"}), "a||");
  EXPECT_EQ(Got({"a", "--flow=f"}), "a||f");
  EXPECT_EQ(Got({"--action-name=Get Order", "--flow=f"}), "|Get Order|f");
  EXPECT_EQ(Set({"a", "10s"}), "a||");
  EXPECT_EQ(Set({"10s", "--action-name", "Get Order"}), "|Get Order|");
}

TEST_F(TargetTest, OrElseTheEnvironment) {
  environment_ = {{"GENESYS_ACTION_ID", "custom_-_1"}};
  EXPECT_EQ(Got({}), "custom_-_1||");
  environment_ = {{"GENESYS_ACTION_ID", "custom_-_1"}, {"FLOW_ID", "f"}, {"DATA_ACTION_ID", "d"}};
  EXPECT_EQ(Got({}), "d||f");
  EXPECT_EQ(Set({"10s"}), "d||f");
  EXPECT_EQ(Got({"other"}), "other||f");
  EXPECT_EQ(Got({"--action-name=x"}), "|x|f");
  EXPECT_EQ(Got({"--flow=g"}), "d||g");
  // An integration action belongs to no flow.
  EXPECT_EQ(Got({"custom_-_2"}), "custom_-_2||");
}

TEST_F(TargetTest, AnEnvFileIsAnEnvironment) {
  const TempDir dir;
  const std::string file = dir.Write(
      ".env", "GCJOBS_SERVER=127.0.0.1:1\nFLOW_ID=f\nDATA_ACTION_ID=d\nGENESYS_ACTION_ID=e\n");
  EXPECT_EQ(Got({"--env-file", file}), "d||f");
  EXPECT_EQ(Run({"submit", "action", "--env-file", file}), 0);
  EXPECT_EQ(server_.jobs.submit_action.requests().at(0).action_id(), "e");
  EXPECT_EQ(Run({"list", "--env-file", "/no/such.env"}), 2);
  EXPECT_THAT(err(), HasSubstr("--env-file: cannot read /no/such.env"));
  // Without --server, the file says where it is: nobody listens there.
  EXPECT_EQ(RunCli({"list", "--env-file", file}, io_), 3);
  EXPECT_THAT(err(), HasSubstr("127.0.0.1:1"));
}

TEST_F(TargetTest, WithoutAnyItIsAUsageError) {
  EXPECT_EQ(Run({"action", "timeout", "get"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: ACTION is missing\nhint: give the action's id"));
  EXPECT_EQ(Run({"action", "timeout", "set"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: TIMEOUT is missing\n"));
  EXPECT_EQ(Run({"action", "timeout", "get", "a", "--action-name=b"}), 2);
  EXPECT_EQ(Run({"submit", "action"}), 2);
  EXPECT_THAT(err(), HasSubstr("error: ACTION_ID is missing\n"));
  EXPECT_EQ(Run({"submit", "action", "a", "--action-name=b"}), 2);
  EXPECT_EQ(Run({"submit", "action", "--action-name=Get Order"}), 0);
  EXPECT_EQ(server_.jobs.submit_action.requests().at(0).action_name(), "Get Order");
}

TEST_F(TargetTest, ALimitThatIsNotSetIsTheDefaultAndNotesAreShown) {
  v1::ActionTimeout timeout;
  timeout.mutable_effective_timeout()->set_seconds(3);
  timeout.add_notes("the flow's step may have a shorter limit");
  server_.actions.get_action_timeout.Return(timeout);
  EXPECT_EQ(Run({"action", "timeout", "get", "a"}), 0);
  EXPECT_THAT(out(), HasSubstr("Timeout  not set: 3s (the default)\n"));
  EXPECT_EQ(err(), "note: the flow's step may have a shorter limit\n");
}

// Results of a query whose data were not there yet.
class CompletenessTest : public CliTest {
 protected:
  CompletenessTest() {
    job_ = MakeJob(v1::JOB_STATE_SUCCEEDED, 30);
    job_.set_has_results(true);
    *job_.mutable_data_needed_until() = ToProto(clock_.Now());
    server_.jobs.get_job.Handle([this](const auto&, v1::Job* job) {
      *job = job_;
      return absl::OkStatus();
    });
  }
  // The exit code of a read of results of which `hours` are missing.
  int Results(int hours, std::vector<std::string> more) {
    v1::ResultPage page;
    page.set_items_json("[1]");
    page.set_item_count(1);
    page.set_page_number(1);
    page.set_last(true);
    *page.mutable_data_available_until() = ToProto(clock_.Now() - absl::Hours(hours));
    server_.jobs.read_results.Play({{page}, absl::OkStatus()});
    more.insert(more.begin(), {"results", kJobId});
    err_.Clear();
    return Run(std::move(more));
  }

  v1::Job job_;
};

TEST_F(CompletenessTest, WhatIsIncompleteIsTold) {
  EXPECT_EQ(Results(2, {}), 0);
  EXPECT_THAT(err(), HasSubstr("the results are incomplete: Genesys Cloud had data up to "));
  EXPECT_THAT(err(), HasSubstr("hint: --when-data-is-available"));
  EXPECT_EQ(Results(0, {}), 0);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(CompletenessTest, WhoRequiresItGetsACodeOfItsOwn) {
  EXPECT_EQ(Results(2, {"--require-complete"}), 7);
  EXPECT_EQ(Results(0, {"--require-complete"}), 0);
  job_.clear_data_needed_until();
  EXPECT_EQ(Results(0, {"--require-complete"}), 7);
  EXPECT_THAT(err(), HasSubstr("cannot tell whether the results are complete"));
}

TEST_F(CompletenessTest, AFileIsThereAllTheSame) {
  const TempDir dir;
  const std::string file = dir.path() + "/f";
  EXPECT_EQ(Results(2, {"--require-complete", "--out", file}), 7);
  EXPECT_EQ(dir.Read("f"), "1\n");
}

TEST_F(CompletenessTest, AWatchedQueryTellsAtItsEnd) {
  *job_.mutable_data_available_until() = ToProto(clock_.Now() - absl::Hours(2));
  server_.jobs.submit_query.Return(job_);
  v1::JobEvent end = Succeeded();
  *end.mutable_job() = job_;
  server_.jobs.watch_job.Play({{Queued(), Running(), end}, absl::OkStatus()});
  EXPECT_EQ(Run({"query", "submit", "--last=1h", "--watch", "--require-complete"}), 7);
  EXPECT_EQ(Run({"query", "submit", "--last=1h", "--require-complete"}), 2);
  EXPECT_THAT(err(), HasSubstr("--require-complete needs --watch"));
}

}  // namespace
}  // namespace gcjobs::testing
