#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "common/time_conversion.h"
#include "tests/matchers/status_matchers.h"
#include "tests/unit/rpc/service_fixture.h"
#include "tests/unit/rpc/stored_jobs.h"

// ListJobs: what a page holds and where the next one begins.

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobListingTest : public ServiceTest {
 protected:
  JobListingTest() { StartServer(); }

  void Add(const v1::Job& job) {
    gcjobs::InsertJob insert;
    *insert.job.mutable_job() = job;
    Commit(std::move(insert));
  }
  // Job `id`, created and updated that many seconds after an epoch.
  void Add(const std::string& id, int created, int updated = 0) {
    v1::Job job = MakeJob(id, absl::FromUnixSeconds(1000 + created));
    *job.mutable_update_time() = ToProto(absl::FromUnixSeconds(1000 + updated));
    Add(job);
  }

  absl::StatusOr<v1::ListJobsResponse> List(const v1::ListJobsRequest& request) {
    return Call(jobs_.get(), &v1::JobService::Stub::ListJobs, request);
  }
  absl::StatusOr<v1::ListJobsResponse> List() { return List(request_); }

  // The ids of one page; the request then stands at the next.
  std::vector<std::string> NextPage() {
    const auto page = List();
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> ids;
    for (const v1::Job& job : page->jobs()) ids.push_back(job.id());
    request_.set_page_token(page->next_page_token());
    return ids;
  }

  v1::ListJobsRequest request_;
};

auto IsInvalidPageToken() {
  return StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_PAGE_TOKEN");
}

TEST_F(JobListingTest, NothingIsOnePageWithoutToken) {
  EXPECT_THAT(NextPage(), IsEmpty());
  EXPECT_EQ(request_.page_token(), "");
}

TEST_F(JobListingTest, PagesFollowEachOtherAndEnd) {
  for (int i = 1; i <= 5; ++i) Add("j" + std::to_string(i), i);
  request_.set_page_size(2);
  EXPECT_THAT(NextPage(), ElementsAre("j5", "j4"));
  EXPECT_THAT(NextPage(), ElementsAre("j3", "j2"));
  EXPECT_THAT(NextPage(), ElementsAre("j1"));
  EXPECT_EQ(request_.page_token(), "");
}

TEST_F(JobListingTest, FullLastPageHasNoToken) {
  Add("j1", 1);
  Add("j2", 2);
  request_.set_page_size(2);
  EXPECT_THAT(NextPage(), ElementsAre("j2", "j1"));
  EXPECT_EQ(request_.page_token(), "");
}

TEST_F(JobListingTest, JobsThatAreAddedMeanwhileMoveNothing) {
  for (int i = 1; i <= 3; ++i) Add("j" + std::to_string(i), i);
  request_.set_page_size(2);
  EXPECT_THAT(NextPage(), ElementsAre("j3", "j2"));
  Add("j4", 4);
  EXPECT_THAT(NextPage(), ElementsAre("j1"));
}

TEST_F(JobListingTest, JobsOfOneInstantAreNeitherLostNorRepeated) {
  for (const char* id : {"a", "b", "c"}) Add(id, 7);
  request_.set_page_size(1);
  request_.set_order_by("create_time");
  EXPECT_THAT(NextPage(), ElementsAre("a"));
  EXPECT_THAT(NextPage(), ElementsAre("b"));
  EXPECT_THAT(NextPage(), ElementsAre("c"));
  EXPECT_EQ(request_.page_token(), "");
}

TEST_F(JobListingTest, PageThatIsFullOfBytesIsNotTheLast) {
  for (int i = 1; i <= 3; ++i) {
    v1::Job job = MakeJob("j" + std::to_string(i), absl::FromUnixSeconds(i));
    job.set_result_json(std::string(2 << 20, 'x'));
    Add(job);
  }
  EXPECT_THAT(NextPage(), ElementsAre("j3"));
  EXPECT_THAT(NextPage(), ElementsAre("j2"));
  EXPECT_THAT(NextPage(), ElementsAre("j1"));
  EXPECT_EQ(request_.page_token(), "");
}

TEST_F(JobListingTest, EachOrder) {
  Add("old", 1, 30);
  Add("new", 2, 20);
  const std::vector<std::pair<const char*, const char*>> first_by_order = {
      {"", "new"},
      {"create_time", "old"},
      {"create_time desc", "new"},
      {"  create_time   desc ", "new"},
      {"update_time", "new"},
      {"update_time desc", "old"}};
  request_.set_page_size(1);
  for (const auto& [order, first] : first_by_order) {
    const std::string second = std::string(first) == "old" ? "new" : "old";
    request_.set_order_by(order);
    EXPECT_THAT(NextPage(), ElementsAre(first)) << order;
    EXPECT_THAT(NextPage(), ElementsAre(second)) << order;
  }
}

TEST_F(JobListingTest, OtherOrdersAreRefused) {
  for (const char* order : {"id", "create_time asc", "create_time DESC", "desc", "create_time,id",
                            "create_time desc desc"}) {
    request_.set_order_by(order);
    EXPECT_THAT(List(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST")) << order;
  }
}

TEST_F(JobListingTest, PageSizeMayChangeBetweenPages) {
  for (int i = 1; i <= 4; ++i) Add("j" + std::to_string(i), i);
  request_.set_page_size(1);
  EXPECT_THAT(NextPage(), ElementsAre("j4"));
  request_.set_page_size(2);
  EXPECT_THAT(NextPage(), ElementsAre("j3", "j2"));
}

TEST_F(JobListingTest, TokenIsBoundToFilterAndOrder) {
  Add("j1", 1);
  Add("j2", 2);
  request_.set_page_size(1);
  NextPage();
  EXPECT_THAT(List(), IsOk());

  v1::ListJobsRequest other = request_;
  other.set_order_by("create_time");
  EXPECT_THAT(List(other), IsInvalidPageToken());
  other = request_;
  other.mutable_filter()->set_action_id("a");
  EXPECT_THAT(List(other), IsInvalidPageToken());
  other = request_;
  other.set_page_token("nonsense");
  EXPECT_THAT(List(other), IsInvalidPageToken());
}

// A map has no order of its own: the same labels must give the same scope.
TEST_F(JobListingTest, TokenIsGoodForTheSameLabelsInAnotherOrder) {
  const auto add_labels = [](v1::JobFilter* filter, int first, int step) {
    for (int i = 0, n = first; i < 20; ++i, n += step) {
      (*filter->mutable_labels())[std::to_string(n)] = "v";
    }
  };
  for (int i = 1; i <= 2; ++i) {
    v1::Job job = MakeJob("j" + std::to_string(i), absl::FromUnixSeconds(i));
    for (int n = 0; n < 20; ++n) (*job.mutable_labels())[std::to_string(n)] = "v";
    Add(job);
  }
  add_labels(request_.mutable_filter(), 0, 1);
  request_.set_page_size(1);
  EXPECT_THAT(NextPage(), ElementsAre("j2"));
  request_.clear_filter();
  add_labels(request_.mutable_filter(), 19, -1);
  EXPECT_THAT(NextPage(), ElementsAre("j1"));
}

TEST_F(JobListingTest, BadRequestsAreRefused) {
  request_.set_page_size(-1);
  EXPECT_THAT(List(), StatusIs(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  request_.clear_page_size();
  request_.mutable_filter()->add_orgs("nobody");
  EXPECT_THAT(List(), StatusIs(absl::StatusCode::kInvalidArgument, "UNKNOWN_ORG"));
}

TEST_F(JobListingTest, DefaultAndLargestPage) {
  for (int i = 0; i < 1001; ++i) Add("j" + std::to_string(i), i);
  EXPECT_EQ(List()->jobs_size(), 50);
  request_.set_page_size(1001);
  EXPECT_EQ(List()->jobs_size(), 1000);
}

}  // namespace
}  // namespace gcjobs::testing
