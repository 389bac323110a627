#include "server/rpc/results/results_service.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "common/error_info.h"
#include "common/grpc_status.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/results/results_server.h"

namespace gcjobs {
namespace {

using testing::IsOk;
using testing::ResultsRead;
using testing::ResultsServer;
using ::testing::SizeIs;
using testing::StatusIs;

class ResultsServiceTest : public ::testing::Test {
 protected:
  absl::Status EndOf(const std::string& id, const std::string& cursor = "") {
    return ResultsRead(&server_.stub(), id, cursor).Finish();
  }

  ResultsServer server_;
};

TEST_F(ResultsServiceTest, AnUnknownJobIsNotFound) {
  EXPECT_THAT(EndOf("a"), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(ResultsServiceTest, AnInvalidRequestIsRefused) {
  const absl::Status status = EndOf("");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("field"), "job_id");
}

TEST_F(ResultsServiceTest, BytesThatAreNoRequestAreRefused) {
  grpc::GenericStub stub(server_.NewChannel());
  grpc::ClientContext context;
  const grpc::Slice junk("\x0a\xff", 2);  // a field that is longer than the message
  const grpc::ByteBuffer request(&junk, 1);
  grpc::ByteBuffer response;
  absl::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, "/gcjobs.v1.JobService/ReadResults", {}, &request, &response,
                 [&](const grpc::Status& end) {
                   status = FromGrpc(end);
                   done.Notify();
                 });
  done.WaitForNotification();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

TEST_F(ResultsServiceTest, ACursorOfAnotherJobIsRefused) {
  server_.AddJob("a", {"[1]", "[2]"});
  server_.AddJob("b", {"[1]", "[2]"});
  const std::string cursor = ResultsRead(&server_.stub(), "a").Next()->next_cursor();
  EXPECT_THAT(EndOf("b", cursor), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_CURSOR"));
  EXPECT_THAT(EndOf("a", cursor), IsOk());
}

TEST_F(ResultsServiceTest, AJobThatRunsIsNotFinished) {
  server_.AddStored("a", [](v1::Job* job) { job->set_state(v1::JOB_STATE_RUNNING); });
  const absl::Status status = EndOf("a");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "JOB_NOT_FINISHED"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("job_id"), "a");
}

TEST_F(ResultsServiceTest, AKeptResultIsOnePageWithoutAnUpstreamCall) {
  server_.AddStored("a", [](v1::Job* job) {
    job->set_kind("inline");
    job->set_result_json(R"({"id":12345678901234567890})");
  });
  ResultsRead read(&server_.stub(), "a");
  const std::vector<v1::ResultPage> pages = read.All();
  ASSERT_THAT(pages, SizeIs(1));
  EXPECT_EQ(pages[0].items_json(), R"([{"id":12345678901234567890}])");
  EXPECT_EQ(pages[0].item_count(), 1);
  EXPECT_EQ(pages[0].page_number(), 1);
  EXPECT_TRUE(pages[0].last());
  EXPECT_EQ(pages[0].next_cursor(), "");
  EXPECT_THAT(read.Finish(), IsOk());
  EXPECT_EQ(server_.fetches("a"), 0);
}

TEST_F(ResultsServiceTest, AResultThatWasNotKeptIsFetched) {
  server_.AddJob("a", {});
  server_.WithClient([](testing::PagedUpstream* client) { client->AddJob("u-b", {"{\"x\":1}"}); });
  server_.AddStored("b", [](v1::Job* job) {
    job->set_kind("inline");
    job->set_result_bytes(7);
  });
  ResultsRead read(&server_.stub(), "b");
  const std::vector<v1::ResultPage> pages = read.All();
  ASSERT_THAT(pages, SizeIs(1));
  EXPECT_EQ(pages[0].items_json(), "[{\"x\":1}]");
  EXPECT_EQ(server_.fetches("b"), 1);
}

}  // namespace
}  // namespace gcjobs
