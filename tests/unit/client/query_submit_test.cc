#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/errors.h"
#include "tests/unit/client/cli_test_base.h"

namespace gcjobs::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class QuerySubmitTest : public CliTest {
 protected:
  QuerySubmitTest() { server_.jobs.submit_query.Return(MakeJob(v1::JOB_STATE_PENDING)); }

  int Submit(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"query", "submit"});
    return Run(std::move(arguments));
  }
  v1::SubmitConversationQueryRequest Sent() const {
    return server_.jobs.submit_query.requests().at(0);
  }
};

TEST_F(QuerySubmitTest, TheLastHoursUntilNow) {
  EXPECT_EQ(Submit({"--last", "24h"}), 0);
  EXPECT_EQ(FromProto(Sent().date_range().start_time()), clock_.Now() - absl::Hours(24));
  EXPECT_EQ(FromProto(Sent().date_range().end_time()), clock_.Now());
  EXPECT_THAT(Sent().query_json(), IsEmpty());
  EXPECT_THAT(err(), HasSubstr(std::string("gcjobs watch ") + kJobId));
}

TEST_F(QuerySubmitTest, NowIsAWholeSecond) {
  const absl::Time second = clock_.Now();
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Submit({"--last", "1h"}), 0);
  EXPECT_EQ(FromProto(Sent().date_range().end_time()), second);
}

TEST_F(QuerySubmitTest, FromAndTo) {
  EXPECT_EQ(Submit({"--from", "2023-11-01", "--to", "2023-11-02T12:00:00Z"}), 0);
  EXPECT_EQ(FromProto(Sent().date_range().start_time()), absl::FromUnixSeconds(1698796800));
  EXPECT_EQ(FromProto(Sent().date_range().end_time()), absl::FromUnixSeconds(1698926400));
}

TEST_F(QuerySubmitTest, FromUntilNow) {
  EXPECT_EQ(Submit({"--from", "2d"}), 0);
  EXPECT_EQ(FromProto(Sent().date_range().start_time()), clock_.Now() - absl::Hours(48));
  EXPECT_EQ(FromProto(Sent().date_range().end_time()), clock_.Now());
}

TEST_F(QuerySubmitTest, AnIntervalGoesAsItIs) {
  EXPECT_EQ(Submit({"--interval", "2026-01-01T00:00Z/P1D"}), 0);
  EXPECT_EQ(Sent().interval(), "2026-01-01T00:00Z/P1D");
  EXPECT_FALSE(Sent().has_date_range());
}

TEST_F(QuerySubmitTest, FiltersPageSizeAndEndpoint) {
  EXPECT_EQ(Submit({"--last=1h", "--filter", "mediaType=voice,chat", "--filter", "!ani",
                    "--segment-filter=queueId=q", "--page-size=100", "--endpoint=jobs"}),
            0);
  ASSERT_THAT(Sent().conversation_filters(), SizeIs(2));
  EXPECT_THAT(Sent().conversation_filters(0).predicates(), SizeIs(2));
  EXPECT_EQ(Sent().conversation_filters(1).predicates(0).operator_(), "notExists");
  EXPECT_EQ(Sent().segment_filters(0).predicates(0).value(), "q");
  EXPECT_EQ(Sent().page_size(), 100);
  EXPECT_EQ(Sent().endpoint(), v1::QUERY_ENDPOINT_JOBS);
}

TEST_F(QuerySubmitTest, AWholeQueryGoesByteForByte) {
  const std::string json = "{ \"interval\" : \"a/b\",\n \"n\": 1.10 }";
  EXPECT_EQ(Submit({"--query", json, "--page-size=10", "--endpoint=jobs"}), 0);
  EXPECT_EQ(Sent().query_json(), json);
  EXPECT_EQ(Sent().page_size(), 10);
}

TEST_F(QuerySubmitTest, AWholeQueryFromStdin) {
  in_.str("{\"interval\":\"a/b\"}\n");
  EXPECT_EQ(Submit({"--query-file", "-"}), 0);
  EXPECT_EQ(Sent().query_json(), "{\"interval\":\"a/b\"}\n");
}

TEST_F(QuerySubmitTest, CommonOptionsReachTheServer) {
  EXPECT_EQ(Submit({"--last=1h", "--label=team=a", "--request-id=r-1", "--wait=0", "--org=eu",
                    "--guarantee=at-most-once", "--poll-max=1m", "--validate-only"}),
            0);
  const v1::SubmitOptions options = Sent().options();
  EXPECT_EQ(options.org(), "eu");
  EXPECT_EQ(options.labels().at("team"), "a");
  EXPECT_EQ(options.request_id(), "r-1");
  EXPECT_TRUE(options.has_wait());
  EXPECT_EQ(options.submit_guarantee(), v1::SUBMIT_GUARANTEE_AT_MOST_ONCE);
  EXPECT_EQ(FromProto(options.poll().max_interval()), absl::Minutes(1));
  EXPECT_TRUE(options.validate_only());
}

TEST_F(QuerySubmitTest, ARetryCarriesTheSameGeneratedId) {
  server_.jobs.submit_query.FailOnce(absl::UnavailableError("reset"));
  EXPECT_EQ(Submit({"--last=1h"}), 0);
  const auto requests = server_.jobs.submit_query.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_THAT(requests[0].options().request_id(), StartsWith("cli-"));
  EXPECT_EQ(requests[0].options().request_id(), requests[1].options().request_id());
}

TEST_F(QuerySubmitTest, WatchEndsWithTheWayToTheResults) {
  v1::JobEvent end = Succeeded();
  end.mutable_job()->set_has_results(true);
  server_.jobs.watch_job.Play({{Queued(), Running(), end}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--last=1h", "--watch"}), 0);
  EXPECT_THAT(err(), HasSubstr(std::string("gcjobs results ") + kJobId + " --out FILE"));
}

TEST_F(QuerySubmitTest, MistakesAreFoundBeforeAnythingIsSent) {
  const std::vector<std::vector<std::string>> lines = {{},
                                                       {"--last=1"},
                                                       {"--last=0"},
                                                       {"--last=1h", "--from=2h"},
                                                       {"--to=1h"},
                                                       {"--from=1h", "--to=2h"},
                                                       {"--interval=2026-01-01"},
                                                       {"--interval=a/b", "--last=1h"},
                                                       {"--query={}", "--last=1h"},
                                                       {"--query={}", "--filter=a=b"},
                                                       {"--query={}", "--query-file=-"},
                                                       {"--query=[]"},
                                                       {"--last=1h", "--filter=a>b"},
                                                       {"--last=1h", "--segment-filter=a="},
                                                       {"--last=1h", "--page-size=0"},
                                                       {"--last=1h", "--page-size=1001"},
                                                       {"--last=1h", "--endpoint=other"},
                                                       {"--last=1h", "--result-only"}};
  for (const std::vector<std::string>& line : lines) {
    EXPECT_EQ(Submit(line), 2) << ::testing::PrintToString(line);
  }
  EXPECT_THAT(server_.jobs.submit_query.requests(), IsEmpty());
}

class SubmitJobTest : public CliTest {
 protected:
  SubmitJobTest() { server_.jobs.submit_job.Return(MakeJob(v1::JOB_STATE_PENDING)); }

  int Submit(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"submit", "job", "audits.query"});
    return Run(std::move(arguments));
  }
  v1::SubmitJobRequest Sent() const { return server_.jobs.submit_job.requests().at(0); }
};

TEST_F(SubmitJobTest, KindBodyPathAndOptionsReachTheServer) {
  EXPECT_EQ(Submit({"--body", "[ 1.10 ]", "--path=id=a/b", "--path", "v=1", "--label=x=y"}), 0);
  EXPECT_EQ(Sent().kind(), "audits.query");
  EXPECT_EQ(Sent().body(), "[ 1.10 ]");
  EXPECT_EQ(Sent().path_parameters().at("id"), "a/b");
  EXPECT_EQ(Sent().path_parameters().at("v"), "1");
  EXPECT_EQ(Sent().options().labels().at("x"), "y");
  EXPECT_THAT(Sent().options().request_id(), StartsWith("cli-"));
}

TEST_F(SubmitJobTest, WithoutABodyNoneIsSent) {
  EXPECT_EQ(Submit({}), 0);
  EXPECT_THAT(Sent().body(), IsEmpty());
}

TEST_F(SubmitJobTest, ABodyFromStdin) {
  in_.str("{}\n");
  EXPECT_EQ(Submit({"--body-file=-"}), 0);
  EXPECT_EQ(Sent().body(), "{}\n");
}

TEST_F(SubmitJobTest, ResultOnlyPrintsTheBytes) {
  v1::JobEvent end = Succeeded();
  end.mutable_job()->set_result_json("{ \"n\":1.10}");
  server_.jobs.watch_job.Play({{Queued(), Running(), end}, absl::OkStatus()});
  EXPECT_EQ(Submit({"--result-only"}), 0);
  EXPECT_EQ(out(), "{ \"n\":1.10}\n");
}

TEST_F(SubmitJobTest, AnUnknownKindIsNotFound) {
  server_.jobs.submit_job.Fail(MakeError(errors::kJobKindNotFound, "no kind audits.query"));
  EXPECT_EQ(Submit({}), 5);
  EXPECT_THAT(err(), HasSubstr("Choose one from the list of job kinds"));
}

TEST_F(SubmitJobTest, Mistakes) {
  EXPECT_EQ(Run({"submit", "job"}), 2);
  EXPECT_EQ(Submit({"--body=1"}), 2);
  EXPECT_EQ(Submit({"--path=a"}), 2);
  EXPECT_EQ(Submit({"--path=a=1", "--path=a=2"}), 2);
  EXPECT_THAT(server_.jobs.submit_job.requests(), IsEmpty());
}

TEST_F(QuerySubmitTest, AnInterruptFixesTheTimesOfTheSameQuery) {
  server_.jobs.submit_query.Handle([this](const auto&, v1::Job*) {
    interrupt_.Set();
    return absl::OkStatus();
  });
  EXPECT_EQ(Submit({"--last=24h", "--filter", "mediaType=voice"}), 130);
  EXPECT_THAT(err(), HasSubstr("gcjobs query submit --filter mediaType=voice --server="));
  EXPECT_THAT(err(), HasSubstr(" --from 2023-11-13T22:13:20Z --to 2023-11-14T22:13:20Z "
                               "--request-id cli-"));
}

}  // namespace
}  // namespace gcjobs::testing
