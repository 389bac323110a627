#include "server/genesys/kinds/job_kind.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gcjobs {
namespace {

struct StatusCase {
  const char* status;
  v1::JobState state;
};

void PrintTo(const StatusCase& c, std::ostream* os) { *os << '"' << c.status << '"'; }

class StateOfUpstreamStatusTest : public ::testing::TestWithParam<StatusCase> {};

TEST_P(StateOfUpstreamStatusTest, GivesTheState) {
  EXPECT_EQ(StateOfUpstreamStatus(GetParam().status), GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(Table, StateOfUpstreamStatusTest,
                         ::testing::Values(StatusCase{"queued", v1::JOB_STATE_PENDING},
                                           StatusCase{"PENDING", v1::JOB_STATE_PENDING},
                                           StatusCase{"Accepted", v1::JOB_STATE_PENDING},
                                           StatusCase{"scheduled", v1::JOB_STATE_PENDING},
                                           StatusCase{"SUBMITTED", v1::JOB_STATE_PENDING},
                                           StatusCase{"Registered", v1::JOB_STATE_PENDING},
                                           StatusCase{"running", v1::JOB_STATE_RUNNING},
                                           StatusCase{"in progress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"IN_PROGRESS", v1::JOB_STATE_RUNNING},
                                           StatusCase{"In-Progress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"InProgress", v1::JOB_STATE_RUNNING},
                                           StatusCase{"processing", v1::JOB_STATE_RUNNING},
                                           StatusCase{"executing", v1::JOB_STATE_RUNNING},
                                           StatusCase{"gathering", v1::JOB_STATE_RUNNING},
                                           StatusCase{"started", v1::JOB_STATE_RUNNING},
                                           StatusCase{"completed", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"complete", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"success", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"Succeeded", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"FULFILLED", v1::JOB_STATE_SUCCEEDED},
                                           StatusCase{"failed", v1::JOB_STATE_FAILED},
                                           StatusCase{"failure", v1::JOB_STATE_FAILED},
                                           StatusCase{"ERROR", v1::JOB_STATE_FAILED},
                                           StatusCase{"expired", v1::JOB_STATE_FAILED},
                                           StatusCase{"cancelled", v1::JOB_STATE_CANCELLED},
                                           StatusCase{"Canceled", v1::JOB_STATE_CANCELLED}));

TEST(StateOfUpstreamStatusTest, WhatIsNotKnownHasNoState) {
  for (const char* status : {"", "paused", "complete!", "not running", "completed-with-errors"}) {
    EXPECT_EQ(StateOfUpstreamStatus(status), std::nullopt) << status;
  }
}

class NamedKind final : public JobKind {
 public:
  explicit NamedKind(const std::string& name) { description_.set_kind(name); }
  const v1::JobKind& description() const override { return description_; }
  ApiRequest BuildSubmit(const JobRef&, const SubmissionRef&) const override { return {}; }
  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse&) const override {
    return SubmitReceipt();
  }
  ApiRequest BuildPoll(const JobRef&) const override { return {}; }
  absl::StatusOr<PollReport> ParsePoll(const HttpResponse&) const override { return PollReport(); }
  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }

 private:
  v1::JobKind description_;
};

JobKindRegistry MakeRegistry() {
  std::vector<std::unique_ptr<JobKind>> kinds;
  kinds.push_back(std::make_unique<NamedKind>("b"));
  kinds.push_back(MakeAsyncActionKind());
  kinds.push_back(std::make_unique<NamedKind>("a"));
  return JobKindRegistry(std::move(kinds));
}

TEST(JobKindRegistryTest, FindsKindsByName) {
  const JobKindRegistry registry = MakeRegistry();
  EXPECT_EQ(registry.Find("b")->name(), "b");
  EXPECT_EQ(registry.Find(kAsyncActionKind)->name(), "action.async");
  EXPECT_EQ(registry.Find("c"), nullptr);
  EXPECT_EQ(registry.Find(""), nullptr);
}

TEST(JobKindRegistryTest, ListsKindsByName) {
  std::vector<std::string> names;
  for (const v1::JobKind& kind : MakeRegistry().List()) names.push_back(kind.kind());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "action.async", "b"}));
}

TEST(PercentEncodeTest, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("custom_-_1a.b~C9"), "custom_-_1a.b~C9");
  EXPECT_EQ(PercentEncode("a/b?c#d e%é"), "a%2Fb%3Fc%23d%20e%25%C3%A9");
  EXPECT_EQ(PercentEncode(""), "");
}

TEST(PercentEncodeTest, ADotSegmentCannotLeaveItsFolder) {
  EXPECT_EQ(PercentEncode(".."), "%2E%2E");
  EXPECT_EQ(PercentEncode("."), "%2E");
  EXPECT_EQ(PercentEncode("..."), "...");
}

}  // namespace
}  // namespace gcjobs
