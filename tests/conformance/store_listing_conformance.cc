// ListJobs: orders, pages, filters.

#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "common/time_conversion.h"
#include "tests/conformance/store_conformance.h"
#include "tests/conformance/store_matchers.h"

namespace gcjobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr JobOrder kOrders[] = {JobOrder::kCreateTime, JobOrder::kCreateTimeDesc,
                                JobOrder::kUpdateTime, JobOrder::kUpdateTimeDesc,
                                JobOrder::kRevision};

JobQuery InOrder(JobOrder order) {
  JobQuery query;
  query.order = order;
  return query;
}

// A query for the jobs after `job`, as the next page's.
JobQuery After(JobQuery query, const v1::Job& job) {
  const bool by_update =
      query.order == JobOrder::kUpdateTime || query.order == JobOrder::kUpdateTimeDesc;
  const auto& time = by_update ? job.update_time() : job.create_time();
  query.after = JobQuery::Position{FromProto(time), job.revision(), job.id()};
  return query;
}

std::vector<std::string> ListIds(StoreReader& store, const JobQuery& query) {
  const auto jobs = store.ListJobs(query);
  EXPECT_THAT(jobs, IsOk());
  return jobs.ok() ? Ids(*jobs) : std::vector<std::string>();
}

// All pages of `query`; `between` runs after each.
std::vector<std::string> ListPages(
    StoreReader& store, JobQuery query, const std::function<void()>& between = [] {}) {
  std::vector<std::string> ids;
  for (;;) {
    const auto page = store.ListJobs(query);
    EXPECT_THAT(page, IsOk());
    if (!page.ok() || page->empty()) return ids;
    for (const v1::Job& job : *page) ids.push_back(job.id());
    query = After(query, page->back());
    between();
  }
}

TEST_P(StoreConformance, JobsAreListedInEachOrder) {
  MustCommit(InsertOf(NewJob("a", 2)));
  const auto b = MustCommit(InsertOf(NewJob("b", 1)));
  MustCommit(InsertOf(NewJob("c", 3)));
  MustCommit(TransitionOf(b, v1::JOB_STATE_RUNNING, 9));

  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kCreateTime)), ElementsAre("b", "a", "c"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kCreateTimeDesc)), ElementsAre("c", "a", "b"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kUpdateTime)), ElementsAre("a", "c", "b"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kUpdateTimeDesc)), ElementsAre("b", "c", "a"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kRevision)), ElementsAre("a", "c", "b"));
}

TEST_P(StoreConformance, JobsOfOneTimeAreListedById) {
  for (const char* id : {"b", "c", "a"}) MustCommit(InsertOf(NewJob(id, 1)));

  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kCreateTime)), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kCreateTimeDesc)), ElementsAre("c", "b", "a"));
  EXPECT_THAT(ListIds(reader(), InOrder(JobOrder::kUpdateTimeDesc)), ElementsAre("c", "b", "a"));
}

TEST_P(StoreConformance, ListedJobIsTheWholeJob) {
  const auto job = MustCommit(InsertOf(NewJob("a")));

  const auto jobs = reader().ListJobs({});

  ASSERT_EQ(jobs->size(), 1u);
  EXPECT_EQ(jobs->front().SerializeAsString(), job.job().SerializeAsString());
}

TEST_P(StoreConformance, PagesOfEachOrderHoldEachJobOnce) {
  // Three jobs of each time, so that pages end between jobs of one time.
  for (int i = 0; i < 12; ++i) MustCommit(InsertOf(NewJob(std::string(1, 'a' + i), i / 3)));
  for (const JobOrder order : kOrders) {
    JobQuery query = InOrder(order);
    const auto whole = ListIds(reader(), query);
    query.limit = 5;

    EXPECT_EQ(ListPages(reader(), query), whole) << "order " << static_cast<int>(order);
    EXPECT_EQ(whole.size(), 12u);
  }
}

TEST_P(StoreConformance, PagesOfEachOrderAreStableUnderInserts) {
  int inserted = 0;
  for (const JobOrder order : kOrders) {
    JobQuery query = InOrder(order);
    query.limit = 4;
    for (int i = 0; i < 6; ++i) MustCommit(InsertOf(NewJob(absl::StrCat("x", inserted++), 50)));
    const auto before = ListIds(reader(), InOrder(order));

    // After each page come jobs older and newer than all.
    int rounds = 0;
    auto paged = ListPages(reader(), query, [&] {
      if (++rounds > 3) return;
      ++inserted;
      MustCommit(InsertOf(NewJob(absl::StrCat("new", inserted), 100 + inserted)));
      MustCommit(InsertOf(NewJob(absl::StrCat("old", inserted), -inserted)));
    });

    const auto is_late = [&before](const std::string& id) {
      return std::find(before.begin(), before.end(), id) == before.end();
    };
    paged.erase(std::remove_if(paged.begin(), paged.end(), is_late), paged.end());
    EXPECT_EQ(paged, before) << "order " << static_cast<int>(order);
  }
}

TEST_P(StoreConformance, PageEndsAtItsBytesButHoldsOne) {
  const auto jobs = InsertMany(4);
  const size_t one = jobs[0].job().ByteSizeLong();
  JobQuery query = InOrder(JobOrder::kCreateTime);

  query.max_bytes = 1;
  EXPECT_THAT(ListIds(reader(), query), ElementsAre("job-000"));
  EXPECT_EQ(ListPages(reader(), query).size(), 4u);
  query.max_bytes = 2 * one + one / 2;
  EXPECT_THAT(ListIds(reader(), query), ElementsAre("job-000", "job-001"));
}

TEST_P(StoreConformance, RevisionOrderEndsAtTheGivenRevision) {
  const auto jobs = InsertMany(4);
  MustCommit(TransitionOf(jobs[1], v1::JOB_STATE_RUNNING));  // now revision 5
  JobQuery query = InOrder(JobOrder::kRevision);
  query.max_revision = 3;
  query.limit = 1;

  EXPECT_THAT(ListPages(reader(), query), ElementsAre("job-000", "job-002"));
}

// `base`, and jobs that differ from it in the field that they are named after.
std::vector<store::StoredJob> JobsToFilter() {
  std::vector<store::StoredJob> jobs;
  for (const char* id : {"base", "org", "state", "kind", "action", "label", "time"}) {
    jobs.push_back(NewJob(id, 10));
    jobs.back().mutable_job()->set_action_id("act");
    (*jobs.back().mutable_job()->mutable_labels())["team"] = "blue";
  }
  jobs[1].mutable_job()->set_org("other");
  jobs[2].mutable_job()->set_state(v1::JOB_STATE_FAILED);
  jobs[3].mutable_job()->set_kind("conversation.query");
  jobs[4].mutable_job()->set_action_id("act2");
  (*jobs[5].mutable_job()->mutable_labels())["team"] = "red";
  *jobs[6].mutable_job()->mutable_create_time() = ToProto(At(20));
  return jobs;
}

TEST_P(StoreConformance, EachFieldOfTheFilterNarrowsTheList) {
  for (const auto& job : JobsToFilter()) MustCommit(InsertOf(job));
  const auto list = [this](const auto& set) {
    JobQuery query = InOrder(JobOrder::kRevision);
    set(query.filter);
    return ListIds(reader(), query);
  };

  EXPECT_THAT(list([](v1::JobFilter& filter) { filter.add_orgs("other"); }), ElementsAre("org"));
  EXPECT_THAT(list([](v1::JobFilter& filter) { filter.add_states(v1::JOB_STATE_FAILED); }),
              ElementsAre("state"));
  EXPECT_THAT(list([](v1::JobFilter& filter) { filter.add_kinds("conversation.query"); }),
              ElementsAre("kind"));
  EXPECT_THAT(list([](v1::JobFilter& filter) { filter.set_action_id("act2"); }),
              ElementsAre("action"));
  EXPECT_THAT(list([](v1::JobFilter& filter) { (*filter.mutable_labels())["team"] = "red"; }),
              ElementsAre("label"));
  EXPECT_THAT(
      list([](v1::JobFilter& filter) { *filter.mutable_create_time_after() = ToProto(At(20)); }),
      ElementsAre("time"));
  EXPECT_THAT(
      list([](v1::JobFilter& filter) { *filter.mutable_create_time_before() = ToProto(At(20)); }),
      ElementsAre("base", "org", "state", "kind", "action", "label"));
}

TEST_P(StoreConformance, FilterJoinsFieldsWithAndAndValuesWithOr) {
  for (const auto& job : JobsToFilter()) MustCommit(InsertOf(job));
  JobQuery query = InOrder(JobOrder::kRevision);
  query.filter.add_orgs("main");
  query.filter.add_orgs("other");
  query.filter.add_kinds("action.async");
  query.filter.set_action_id("act");
  (*query.filter.mutable_labels())["team"] = "blue";
  *query.filter.mutable_create_time_after() = ToProto(At(10));
  *query.filter.mutable_create_time_before() = ToProto(At(11));
  query.filter.add_states(v1::JOB_STATE_QUEUED);
  query.filter.add_states(v1::JOB_STATE_FAILED);

  EXPECT_THAT(ListIds(reader(), query), ElementsAre("base", "org", "state"));
}

TEST_P(StoreConformance, LiveStatesAreFilteredInEachOrder) {
  const auto jobs = InsertMany(3);
  MustCommit(TransitionOf(jobs[1], v1::JOB_STATE_SUCCEEDED));
  MustCommit(TransitionOf(jobs[2], v1::JOB_STATE_RUNNING, 2));
  for (const JobOrder order : kOrders) {
    JobQuery query = InOrder(order);
    query.filter.add_states(v1::JOB_STATE_QUEUED);
    query.filter.add_states(v1::JOB_STATE_RUNNING);

    EXPECT_EQ(ListIds(reader(), query).size(), 2u) << "order " << static_cast<int>(order);
  }
}

TEST_P(StoreConformance, PagesOfRareLabelsAreFull) {
  std::vector<Write> writes;
  for (int i = 0; i < 200; ++i) {
    auto job = NewJob(absl::StrCat("job-", 1000 + i), i);
    (*job.mutable_job()->mutable_labels())["rare"] = i % 40 == 0 ? "yes" : "no";
    writes.push_back(InsertOf(job));
  }
  CommitAll(std::move(writes));
  JobQuery query = InOrder(JobOrder::kCreateTime);
  (*query.filter.mutable_labels())["rare"] = "yes";
  query.limit = 2;

  EXPECT_THAT(ListIds(reader(), query), ElementsAre("job-1000", "job-1040"));
  EXPECT_EQ(ListPages(reader(), query).size(), 5u);
}

TEST_P(StoreConformance, FilterValuesAreData) {
  InsertMany(2);
  JobQuery query;
  query.filter.add_orgs("main' OR '1'='1");
  query.filter.set_action_id("; DROP TABLE jobs");

  EXPECT_THAT(ListIds(reader(), query), IsEmpty());
  EXPECT_EQ(ListIds(reader(), {}).size(), 2u);
}

TEST_P(StoreConformance, TimesFarOutsideOurAgeDoNotHideJobs) {
  InsertMany(1);
  JobQuery query;
  query.filter.mutable_create_time_after()->set_seconds(-62135596800);   // year 1
  query.filter.mutable_create_time_before()->set_seconds(253402300799);  // year 9999

  EXPECT_EQ(ListIds(reader(), query).size(), 1u);
}

TEST_P(StoreConformance, DeletedJobIsNotListed) {
  const auto jobs = InsertMany(2);
  MustCommit(DeleteOf(jobs[0]));

  EXPECT_THAT(ListIds(reader(), {}), ElementsAre("job-001"));
}

}  // namespace
}  // namespace gcjobs::testing
