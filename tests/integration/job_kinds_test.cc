#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/job_state.h"
#include "server/genesys/kinds/kind_file.h"
#include "tests/integration/support/system.h"
#include "tests/matchers/status_matchers.h"

// Every declared job kind, from SubmitJob to its results and through a cancel,
// against the simulator's counterpart. Prints a table of what came of each.

namespace gcjobs {
namespace {

using ::gcjobs::testing::InParallel;
using ::gcjobs::testing::IsOk;
using ::gcjobs::testing::System;
using ::testing::IsEmpty;

v1::SubmitJobRequest RequestOf(const KindSpec& kind, const std::string& sim) {
  v1::SubmitJobRequest request;
  request.set_kind(kind.name);
  request.set_body(absl::StrCat(R"({"$sim":)", sim, "}"));
  for (const std::string& name : PlaceholdersOf(kind.submit.path)) {
    (*request.mutable_path_parameters())[name] = absl::StrCat("some ", name);
  }
  return request;
}

// What a kind's run came to; each part "ok", "-" where the kind has none, or
// what went wrong.
struct Row {
  std::string kind;
  std::string run = "-";
  std::string results = "-";
  std::string cancel = "-";

  bool ok() const {
    const auto good = [](const std::string& part) { return part == "ok" || part == "-"; };
    return run == "ok" && good(results) && good(cancel);
  }
};

std::string RunThrough(System* system, const KindSpec& kind, std::string* job_id) {
  const auto job = system->Submit(
      RequestOf(kind, R"({"queued":"300ms","duration":"700ms","pages":3,"itemsPerPage":2})"));
  if (!job.ok()) return job.status().ToString();
  *job_id = job->id();
  const System::Watched watched = system->Watch(job->id());
  if (!watched.status.ok()) return watched.status.ToString();
  const v1::Job& ended = watched.events.back().job();
  if (ended.state() != v1::JOB_STATE_SUCCEEDED) {
    return absl::StrCat(ShortName(ended.state()), ": ", ended.error().message());
  }
  const bool has_results = kind.results.mode != v1::RESULTS_MODE_NONE;
  return ended.has_results() == has_results ? "ok" : "has_results is wrong";
}

std::string ReadThrough(System* system, const KindSpec& kind, const std::string& job_id) {
  const System::Results results = system->ReadResults(job_id);
  if (!results.status.ok()) return results.status.ToString();
  const bool is_paged =
      kind.results.mode == v1::RESULTS_MODE_CURSOR || kind.results.mode == v1::RESULTS_MODE_LINK;
  const size_t pages = kind.results.next.empty() ? 1 : 3;  // some have but one
  if (is_paged && (results.pages.size() != pages || results.item_count() != 6)) {
    return absl::StrCat(results.pages.size(), " pages, ", results.item_count(), " items");
  }
  if (!is_paged && results.item_count() < 1) return "no item";
  return results.pages.back().last() ? "ok" : "the last page is not marked";
}

std::string CancelThrough(System* system, const KindSpec& kind) {
  const auto job = system->Submit(RequestOf(kind, R"({"queued":"0s","duration":"1h"})"));
  if (!job.ok()) return job.status().ToString();
  const auto cancelled = system->CancelJob(job->id());
  if (!cancelled.ok()) return cancelled.status().ToString();
  if (cancelled->state() != v1::JOB_STATE_CANCELLED) return ShortName(cancelled->state());
  return cancelled->upstream_cancelled() ? "ok" : "not cancelled upstream";
}

Row Check(System* system, const KindSpec& kind) {
  Row row;
  row.kind = kind.name;
  std::string job_id;
  row.run = RunThrough(system, kind, &job_id);
  if (row.run == "ok" && kind.results.mode != v1::RESULTS_MODE_NONE) {
    row.results = ReadThrough(system, kind, job_id);
  }
  if (kind.cancel) row.cancel = CancelThrough(system, kind);
  return row;
}

void Print(const std::vector<Row>& rows) {
  absl::PrintF("%-62s %-5s %-8s %-7s %s\n", "kind", "run", "results", "cancel", "");
  for (const Row& row : rows) {
    absl::PrintF("%-62s %-5s %-8s %-7s %s\n", row.kind, row.run, row.results, row.cancel,
                 row.ok() ? "pass" : "FAIL");
  }
}

TEST(JobKindsTest, EachBuiltInKindRunsThrough) {
  const auto kinds = LoadKinds({});
  ASSERT_THAT(kinds, IsOk());
  System::Options options;
  options.server = {"--request-budget", "100000"};
  System system(options);
  std::vector<Row> rows(kinds->size());
  InParallel(static_cast<int>(rows.size()), [&](int i) { rows[i] = Check(&system, (*kinds)[i]); });
  Print(rows);
  for (const Row& row : rows) EXPECT_TRUE(row.ok()) << row.kind;
}

TEST(JobKindsTest, ListJobKindsTellsAllOfThem) {
  const auto kinds = LoadKinds({});
  ASSERT_THAT(kinds, IsOk());
  System system;
  grpc::ClientContext context;
  v1::ListJobKindsResponse response;
  ASSERT_TRUE(system.jobs().ListJobKinds(&context, v1::ListJobKindsRequest(), &response).ok());
  EXPECT_EQ(response.kinds_size(), static_cast<int>(kinds->size()) + 2);  // and the two actions
  for (const v1::JobKind& kind : response.kinds()) {
    EXPECT_NE(kind.results_mode(), v1::RESULTS_MODE_UNSPECIFIED) << kind.kind();
    EXPECT_NE(kind.default_guarantee(), v1::SUBMIT_GUARANTEE_UNSPECIFIED) << kind.kind();
  }
}

}  // namespace
}  // namespace gcjobs
