#include "server/rpc/watch/watch_service.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/watch/watch_server.h"

namespace gcjobs {
namespace {

using testing::JobsWatch;
using testing::JobWatch;
using testing::StatusIs;
using testing::WatchServer;

class WatchServiceTest : public ::testing::Test {
 protected:
  absl::Status EndOfJob(const std::string& id, Revision after) {
    return JobWatch(&server_.stub(), id, after).Finish();
  }
  static std::string Field(const absl::Status& status) {
    return GetErrorInfo(status)->metadata().at("field");
  }

  WatchServer server_;
};

TEST_F(WatchServiceTest, AJobIdMustBeSetAndShort) {
  for (const std::string& id : {std::string(), std::string(65, 'x')}) {
    const absl::Status status = EndOfJob(id, 0);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
    EXPECT_EQ(Field(status), "job_id");
  }
  EXPECT_THAT(EndOfJob(std::string(64, 'x'), 0), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(WatchServiceTest, ANegativeRevisionIsRefused) {
  EXPECT_EQ(Field(EndOfJob("a", -1)), "after_revision");
  EXPECT_EQ(Field(JobsWatch(&server_.stub(), -1).Finish()), "after_revision");
}

TEST_F(WatchServiceTest, AnUnknownJobIsNotFound) {
  EXPECT_THAT(EndOfJob("a", 0), StatusIs(absl::StatusCode::kNotFound, "JOB_NOT_FOUND"));
}

TEST_F(WatchServiceTest, ARevisionInTheFutureIsRefused) {
  server_.world().Create("a");
  for (const absl::Status& status : {EndOfJob("a", 9), JobsWatch(&server_.stub(), 9).Finish()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, "REVISION_IN_FUTURE"));
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("after_revision"), "9");
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("head_revision"), "1");
  }
}

TEST_F(WatchServiceTest, ATrimmedRevisionIsCompacted) {
  server_.world().Complete("a");
  server_.world().Delete("a");
  server_.world().Create("b");
  server_.world().TrimDeleted();
  server_.Restart();
  const absl::Status status = JobsWatch(&server_.stub(), 1).Finish();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kOutOfRange, "REVISION_COMPACTED"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("oldest_revision"), "6");
}

TEST_F(WatchServiceTest, AFilterThatIsNotValidIsRefused) {
  v1::JobFilter filter;
  for (int i = 0; i < 101; ++i) filter.add_kinds(absl::StrCat(i));
  EXPECT_EQ(Field(JobsWatch(&server_.stub(), 0, filter).Finish()), "filter.kinds");
}

TEST_F(WatchServiceTest, BytesThatAreNoRequestAreRefused) {
  v1::WatchJobsRequest request;
  grpc::ClientContext context;
  request.mutable_filter()->set_action_id("\xff");  // not UTF-8, which `string` must be
  const auto reader = server_.stub().WatchJobs(&context, request);
  EXPECT_THAT(FromGrpc(reader->Finish()),
              StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
}

}  // namespace
}  // namespace gcjobs
