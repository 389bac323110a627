#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/genesys/kinds/declared_kind.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/matchers/status_matchers.h"

namespace gcjobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

std::vector<KindSpec> BuiltInKinds() {
  const auto kinds = ParseKindFile("job_kinds.json", BuiltInKindFile());
  EXPECT_THAT(kinds, IsOk()) << kinds.status().message();
  return kinds.ok() ? *kinds : std::vector<KindSpec>();
}

const KindSpec& Find(const std::vector<KindSpec>& kinds, absl::string_view name) {
  return *std::find_if(kinds.begin(), kinds.end(),
                       [&](const KindSpec& kind) { return kind.name == name; });
}

}  // namespace

void PrintTo(const KindSpec& kind, std::ostream* os) { *os << kind.name; }

namespace {

class BuiltInKindTest : public ::testing::TestWithParam<KindSpec> {
 protected:
  // A value for each placeholder of the submission.
  BuiltInKindTest() {
    for (const std::string& name : PlaceholdersOf(GetParam().submit.path)) {
      parameters_[name] = absl::StrCat("value/of/", name);
    }
  }

  // A target that has all its values, and each as one segment.
  void ExpectWhole(const ApiRequest& request) const {
    EXPECT_TRUE(absl::StartsWith(request.target, "/api/v2/")) << request.target;
    for (const char* left_over : {"{", "}", "//", "*", "value/"}) {
      EXPECT_THAT(request.target, Not(HasSubstr(left_over)));
    }
  }

  const std::unique_ptr<JobKind> kind_ = MakeDeclaredKind(GetParam());
  PathParameters parameters_;
  const JobRef job_ = {"", "up/1", &parameters_};
};

TEST_P(BuiltInKindTest, BuildsAllItsRequests) {
  ExpectWhole(kind_->BuildSubmit(job_, {"{}"}));
  ExpectWhole(kind_->BuildPoll(job_));
  EXPECT_THAT(kind_->BuildPoll(job_).target, HasSubstr("up%2F1"));
  if (const auto cancel = kind_->BuildCancel(job_)) ExpectWhole(*cancel);
  if (GetParam().results.mode != v1::RESULTS_MODE_NONE) {
    ExpectWhole(kind_->BuildResults(job_, "", 0));
  }
}

TEST_P(BuiltInKindTest, HasAStateOfEachKindThatItNeeds) {
  std::set<v1::JobState> states;
  for (const auto& [status, state] : GetParam().states) states.insert(state);
  EXPECT_EQ(states.count(v1::JOB_STATE_SUCCEEDED), 1);
  EXPECT_GE(states.count(v1::JOB_STATE_PENDING) + states.count(v1::JOB_STATE_RUNNING), 1);
}

TEST_P(BuiltInKindTest, SaysWhatItIs) {
  EXPECT_EQ(GetParam().description.find('*'), std::string::npos);
  EXPECT_EQ(kind_->description().submit_path(),
            absl::StrCat(GetParam().submit.method, " ", GetParam().submit.path));
}

INSTANTIATE_TEST_SUITE_P(Kinds, BuiltInKindTest, ::testing::ValuesIn(BuiltInKinds()),
                         [](const ::testing::TestParamInfo<KindSpec>& tested) {
                           std::string name = tested.param.name;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(BuiltInKindsTest, AllAnalyticsKindsAndManyOthersAreThere) {
  std::map<std::string, int> count;
  for (const KindSpec& kind : BuiltInKinds()) {
    const bool is_analytics = absl::StartsWith(kind.name, "analytics.");
    ++count[is_analytics ? "analytics" : "other"];
    if (absl::EndsWith(kind.name, ".aggregates.jobs") && is_analytics) ++count["aggregates"];
  }
  EXPECT_EQ(count["aggregates"], 18);
  EXPECT_EQ(count["analytics"], 18 + 2 + 1);  // the query, too
  EXPECT_EQ(count["other"], 40);
}

TEST(BuiltInKindsTest, WhatChangesThingsIsNotRepeated) {
  int changes = 0;
  for (const KindSpec& kind : BuiltInKinds()) {
    for (const char* word : {"terminate", "remove", "update", "bulk.add", "publish", "gdpr",
                             "flows.executions", "recording."}) {
      if (!absl::StrContains(kind.name, word)) continue;
      EXPECT_EQ(kind.guarantee, v1::SUBMIT_GUARANTEE_AT_MOST_ONCE) << kind.name;
      ++changes;
    }
  }
  EXPECT_GE(changes, 10);
}

TEST(BuiltInKindsTest, WhatOnlyReadsMayBeRepeated) {
  int reads = 0;
  for (const KindSpec& kind : BuiltInKinds()) {
    for (const char* begin : {"analytics.", "socialmedia.analytics.", "audits.", "usage."}) {
      if (!absl::StartsWith(kind.name, begin)) continue;
      EXPECT_EQ(kind.guarantee, v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE) << kind.name;
      ++reads;
    }
  }
  EXPECT_EQ(reads, 21 + 2 + 1 + 4);
}

TEST(BuiltInKindsTest, TheConversationQueryIsThatOfTheContract) {
  const std::vector<KindSpec> kinds = BuiltInKinds();
  const KindSpec& query = Find(kinds, kConversationQueryKind);
  EXPECT_EQ(query.submit.path, "/api/v2/analytics/conversations/details/query");
  EXPECT_THAT(query.id, ElementsAre("jobId"));
  EXPECT_EQ(query.status.path, "/api/v2/analytics/conversations/details/query/{upstream_id}");
  EXPECT_THAT(query.status_field, ElementsAre("status"));
  EXPECT_THAT(query.error_fields, ElementsAre(ElementsAre("errors")));
  EXPECT_EQ(query.results.mode, v1::RESULTS_MODE_LINK);
  EXPECT_THAT(query.results.items, ElementsAre("result", "items"));
  EXPECT_THAT(query.results.next, ElementsAre("result", "nextPageLink"));
}

TEST(BuiltInKindsTest, TheConversationJobIsThatOfTheContract) {
  const std::vector<KindSpec> kinds = BuiltInKinds();
  const KindSpec& job = Find(kinds, kConversationJobKind);
  EXPECT_EQ(job.submit.path, "/api/v2/analytics/conversations/details/jobs");
  EXPECT_THAT(job.status_field, ElementsAre("state"));
  EXPECT_THAT(job.error_fields, ElementsAre(ElementsAre("errorMessage")));
  EXPECT_EQ(job.results.mode, v1::RESULTS_MODE_CURSOR);
  EXPECT_EQ(job.results.call.path,
            "/api/v2/analytics/conversations/details/jobs/{upstream_id}/results");
  EXPECT_THAT(job.results.items, ElementsAre("conversations"));
  EXPECT_EQ(job.cancel->method, "DELETE");
}

TEST(BuiltInKindsTest, RecordingJobsGoOnWhenTheyAreReady) {
  const std::vector<KindSpec> kinds = BuiltInKinds();
  const KindSpec& recording = Find(kinds, "recording.jobs");
  ASSERT_TRUE(recording.second_phase);
  EXPECT_THAT(recording.second_phase->when, ElementsAre("READY"));
  EXPECT_EQ(recording.second_phase->call.method, "PUT");
  EXPECT_EQ(recording.second_phase->call.body, R"({"state": "PROCESSING"})");
}

std::string Manual() {
  std::ifstream file(GCJOBS_JOB_KINDS_PAGE);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The rows of the manual's last table.
std::vector<std::string> DocumentedRows() {
  const std::string manual = Manual();
  std::vector<std::string> rows;
  for (const absl::string_view line : absl::StrSplit(manual, '\n')) {
    if (absl::StartsWith(line, "| kind |")) rows.clear();
    if (absl::StartsWith(line, "| `")) rows.emplace_back(line);
  }
  return rows;
}

std::string ModeText(v1::ResultsMode mode) {
  switch (mode) {
    case v1::RESULTS_MODE_INLINE:
      return "inline";
    case v1::RESULTS_MODE_CURSOR:
      return "cursor";
    case v1::RESULTS_MODE_LINK:
      return "link";
    case v1::RESULTS_MODE_URL:
      return "url";
    default:
      return "";
  }
}

std::string RowOf(const KindSpec& kind) {
  const std::string cancel = kind.cancel ? kind.cancel->method : "";
  const std::string second = kind.second_phase ? kind.second_phase->call.method : "";
  const bool repeats = kind.guarantee == v1::SUBMIT_GUARANTEE_AT_LEAST_ONCE;
  return absl::StrCat("| `", kind.name, "` | ", ModeText(kind.results.mode), " | ", cancel, " | ",
                      second, " | ", repeats ? "at least once" : "at most once", " |");
}

TEST(BuiltInKindsTest, TheManualListsThemAll) {
  std::vector<std::string> rows;
  for (const KindSpec& kind : BuiltInKinds()) rows.push_back(RowOf(kind));
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(DocumentedRows(), rows);
}

TEST(BuiltInKindsTest, TheManualsExampleIsAKindFile) {
  const std::vector<std::string> before_and_behind = absl::StrSplit(Manual(), "```json\n");
  ASSERT_EQ(before_and_behind.size(), 2);
  const std::string& behind = before_and_behind.back();
  const auto kinds = ParseKindFile("job-kinds.md", behind.substr(0, behind.find("```")));
  ASSERT_THAT(kinds, IsOk()) << kinds.status().message();
  EXPECT_EQ(kinds->front().name, "acme.exports");
  EXPECT_TRUE(kinds->front().second_phase);
}

}  // namespace
}  // namespace gcjobs
