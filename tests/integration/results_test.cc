#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_info.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// ReadResults through the real programs: order, resumption, guards, memory's
// bound on what is fetched ahead.

namespace gcjobs {
namespace {

using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::SeenRequest;
using ::gcjobs::testing::StatusIs;
using ::gcjobs::testing::Steered;
using ::gcjobs::testing::SteeredQuery;
using ::gcjobs::testing::System;

constexpr v1::QueryEndpoint kEndpoints[] = {v1::QUERY_ENDPOINT_QUERY, v1::QUERY_ENDPOINT_JOBS};

// The id of a finished query whose results are as `sim` says.
std::string FinishedQuery(System* system, v1::QueryEndpoint endpoint, const std::string& sim) {
  const auto job = system->Submit(
      SteeredQuery(endpoint, absl::StrCat(R"({"queued":"0s","duration":"0s",)", sim, "}")));
  EXPECT_THAT(job, IsOk());
  EXPECT_EQ(system->AwaitEnd(job->id()).state(), v1::JOB_STATE_SUCCEEDED);
  return job->id();
}

int PageRequests(System* system) {
  return static_cast<int>(system->simulator()
                              .Seen([](const SeenRequest& request) {
                                return absl::StrContains(request.path, "/results");
                              })
                              .size());
}

TEST(ResultsTest, EveryCursorResumesWhereItStands) {
  System system;
  for (const v1::QueryEndpoint endpoint : kEndpoints) {
    const std::string id = FinishedQuery(&system, endpoint, R"("pages":5,"itemsPerPage":3)");
    const System::Results whole = system.ReadResults(id);
    ASSERT_THAT(whole.status, IsOk());
    ASSERT_EQ(whole.pages.size(), 5u);
    for (size_t i = 0; i + 1 < whole.pages.size(); ++i) {
      if (i == 2) system.RestartServer();
      const System::Results rest = system.ReadResults(id, whole.pages[i].next_cursor());
      ASSERT_THAT(rest.status, IsOk());
      ASSERT_EQ(rest.pages.size(), whole.pages.size() - i - 1);
      EXPECT_EQ(rest.pages[0].page_number(), static_cast<int>(i) + 2);
      EXPECT_EQ(rest.pages[0].items_json(), whole.pages[i + 1].items_json());
      EXPECT_EQ(rest.pages.back().items_json(), whole.pages.back().items_json());
    }
  }
}

TEST(ResultsTest, AKill9BetweenPagesLosesNothing) {
  System system;
  const std::string id =
      FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":40,"itemsPerPage":20)");
  const std::string whole = system.ReadResults(id).items();
  std::string items;
  std::string cursor;
  for (int round = 0; round < 4; ++round) {
    const System::Results some = system.ReadResults(id, cursor, /*max_pages=*/10);
    ASSERT_THAT(some.status, IsOk());
    items += some.items();
    cursor = some.pages.back().next_cursor();
    system.RestartServer();
  }
  EXPECT_EQ(items, whole);
}

TEST(ResultsTest, AForeignOrBrokenCursorIsRefused) {
  System system;
  const std::string a = FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":2)");
  const std::string b = FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":2)");
  const std::string cursor = system.ReadResults(a, "", 1).pages[0].next_cursor();
  EXPECT_THAT(system.ReadResults(b, cursor).status,
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_CURSOR"));
  EXPECT_THAT(system.ReadResults(a, "junk").status,
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_CURSOR"));
}

TEST(ResultsTest, ASlowReaderKeepsTheServerTwoPagesAhead) {
  System system;
  const std::string id =
      FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":100,"pageBytes":1000000)");
  // Windows that do not grow: what has left the server has been read.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
  const auto jobs = v1::JobService::NewStub(
      grpc::CreateCustomChannel(system.address(), grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  v1::ReadResultsRequest request;
  request.set_job_id(id);
  const auto stream = jobs->ReadResults(&context, request);
  v1::ResultPage page;
  ASSERT_TRUE(stream->Read(&page));
  // One was read, two are held.
  while (PageRequests(&system) < 3) ASSERT_THAT(system.GetJob(id), IsOk());
  // Other work, which takes a while and through which the server would run on.
  FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":1)");
  EXPECT_EQ(PageRequests(&system), 3);
  context.TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

struct Guard {
  const char* fault;
  absl::StatusCode code;
  const char* reason;
  const char* problem;  // in the metadata; null = none
};

class ResultsGuardTest : public ::testing::TestWithParam<Guard> {};

TEST_P(ResultsGuardTest, EndsTheStreamAfterTheGoodPages) {
  System system;
  for (const v1::QueryEndpoint endpoint : kEndpoints) {
    const std::string fault = GetParam().fault;
    if (fault == "foreign_link" && endpoint == v1::QUERY_ENDPOINT_JOBS) continue;  // no links
    const std::string id = FinishedQuery(
        &system, endpoint,
        absl::StrCat(R"("pages":8,"itemsPerPage":2,"results":{"fault":")", fault, R"(","at":4})"));
    const System::Results results = system.ReadResults(id);
    EXPECT_THAT(results.status, StatusIs(GetParam().code, GetParam().reason));
    EXPECT_GE(results.pages.size(), 3u);
    EXPECT_FALSE(results.pages.back().last());
    if (GetParam().problem != nullptr) {
      EXPECT_EQ(GetErrorInfo(results.status)->metadata().at("problem"), GetParam().problem);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, ResultsGuardTest,
                         ::testing::Values(Guard{"repeated_cursor", absl::StatusCode::kInternal,
                                                 "GENESYS_BAD_RESPONSE", "repeated_cursor"},
                                           Guard{"foreign_link", absl::StatusCode::kInternal,
                                                 "GENESYS_BAD_RESPONSE", "foreign_link"},
                                           Guard{"expired", absl::StatusCode::kNotFound,
                                                 "GENESYS_RESULT_EXPIRED", nullptr}),
                         [](const auto& test) { return test.param.fault; });

TEST(ResultsTest, WhatPassesByItselfIsTriedAgain) {
  System system;
  const std::string id =
      FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":4,"itemsPerPage":2)");
  system.simulator().AddFault(
      R"({"method":"GET","route":"**/results","status":503,"skip":1,"count":1})");
  system.simulator().AddFault(
      R"({"method":"GET","route":"**/results","status":429,"headers":{"Retry-After":"1"},)"
      R"("skip":2,"count":1})");
  system.simulator().AddFault(R"({"method":"GET","route":"**/results","when":"after","truncate":5,)"
                              R"("count":1})");
  const System::Results results = system.ReadResults(id);
  EXPECT_THAT(results.status, IsOk());
  EXPECT_EQ(results.item_count(), 8);
}

TEST(ResultsTest, ATokenThatEndsBetweenPagesIsRenewed) {
  System system;
  const std::string id = FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS, R"("pages":3)");
  system.simulator().Post("/__sim/tokens/revoke");
  EXPECT_THAT(system.ReadResults(id).status, IsOk());
}

TEST(ResultsTest, AnInlineResultIsAPageToo) {
  System system;
  const auto job =
      system.Submit(Steered(R"({"duration":"0s","result":{"id":12345678901234567890}})"));
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_TRUE(ended.has_results());
  const System::Results results = system.ReadResults(job->id());
  ASSERT_THAT(results.status, IsOk());
  ASSERT_EQ(results.pages.size(), 1u);
  EXPECT_EQ(results.pages[0].items_json(), "[{\"id\":12345678901234567890}]");
  EXPECT_TRUE(results.pages[0].last());
}

TEST(ResultsTest, AResultBeyondTheCapIsFetchedAgain) {
  System::Options options;
  options.server = {"--max-result-bytes", "10"};
  System system(options);
  const auto job =
      system.Submit(Steered(R"({"duration":"0s","result":[{"long":"0123456789"},2]})"));
  const v1::Job ended = system.AwaitEnd(job->id());
  EXPECT_EQ(ended.result_json(), "");
  EXPECT_EQ(ended.result_bytes(), 25);
  const System::Results results = system.ReadResults(job->id());
  ASSERT_THAT(results.status, IsOk());
  EXPECT_EQ(results.pages[0].items_json(), R"([{"long":"0123456789"},2])");
  EXPECT_EQ(results.item_count(), 2);
}

TEST(ResultsTest, APageBeyondTheUsualMessageLimitComesInPieces) {
  System system;
  const std::string id = FinishedQuery(&system, v1::QUERY_ENDPOINT_JOBS,
                                       R"("pages":2,"itemsPerPage":50,"pageBytes":7000000)");
  const System::Results whole = system.ReadResults(id);
  ASSERT_THAT(whole.status, IsOk());
  EXPECT_GT(whole.pages.size(), 4u);
  EXPECT_EQ(whole.item_count(), 100);
  const System::Results rest = system.ReadResults(id, whole.pages[0].next_cursor());
  ASSERT_THAT(rest.status, IsOk());
  EXPECT_EQ(rest.item_count(), 100 - whole.pages[0].item_count());
  EXPECT_EQ(rest.pages[0].items_json(), whole.pages[1].items_json());
}

}  // namespace
}  // namespace gcjobs
