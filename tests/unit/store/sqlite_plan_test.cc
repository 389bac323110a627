// Each query finds its rows by the index that it names, and sorts nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

#include "common/time_conversion.h"
#include "server/store/data_dir.h"
#include "server/store/sqlite_writer.h"
#include "server/store/store_sql.h"
#include "tests/conformance/job_builders.h"
#include "tests/conformance/store_matchers.h"
#include "tests/fakes/temp_dir.h"

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

class SqlitePlanTest : public ::testing::Test {
 protected:
  SqlitePlanTest() {
    dir_ = *DataDir::Open(temp_.path());
    const std::string file = *dir_->CreateFile("db");
    EXPECT_THAT(SqliteWriter::Open(file, SqliteWriter::Durability::kNoSync), IsOk());
    handle_ = *SqliteHandle::Open(file, SqliteHandle::Access::kReadWrite);
  }

  std::string PlanOf(const std::string& sql) {
    const std::string explain = absl::StrCat("EXPLAIN QUERY PLAN ", sql);
    SqliteQuery query = handle_->Prepare("explain", explain);
    std::string plan;
    absl::StatusOr<bool> row = query.Step();
    for (; row.ok() && *row; row = query.Step()) absl::StrAppend(&plan, query.Text(3), "\n");
    EXPECT_THAT(row, IsOk()) << sql;
    return plan;
  }

  void ExpectPlans(absl::Span<const SqlText* const> statements) {
    for (const SqlText* sql : statements) {
      SCOPED_TRACE(sql->text);
      const std::string plan = PlanOf(sql->text);
      EXPECT_THAT(plan, HasSubstr(sql->index));
      EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
    }
  }

  void ExpectListPlan(const JobQuery& query) {
    const ListStatement list(query);
    SCOPED_TRACE(list.text());
    const std::string plan = PlanOf(list.text());
    EXPECT_THAT(plan, HasSubstr(absl::StrCat("INDEX ", list.index())));
    EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
    if (query.after) {
      EXPECT_THAT(plan, HasSubstr("SEARCH"));
    }
  }

  const testing::TempDir temp_;
  std::unique_ptr<DataDir> dir_;
  std::unique_ptr<SqliteHandle> handle_;
};

JobQuery WithEveryFilter(JobOrder order) {
  JobQuery query;
  query.order = order;
  query.filter.add_orgs("a");
  query.filter.add_orgs("b");
  query.filter.add_states(v1::JOB_STATE_FAILED);
  query.filter.add_kinds("action.async");
  query.filter.set_action_id("act");
  *query.filter.mutable_create_time_after() = ToProto(testing::At(0));
  *query.filter.mutable_create_time_before() = ToProto(testing::At(9));
  return query;
}

TEST_F(SqlitePlanTest, WriterUsesTheIndexesThatItNames) {
  ExpectPlans(SqliteWriter::TestOnlyStatements());
}

TEST_F(SqlitePlanTest, ReadsUseTheIndexesThatTheyName) { ExpectPlans(sql::kReads); }

TEST_F(SqlitePlanTest, EachListingUsesTheIndexOfItsOrder) {
  for (const JobOrder order :
       {JobOrder::kCreateTime, JobOrder::kCreateTimeDesc, JobOrder::kUpdateTime,
        JobOrder::kUpdateTimeDesc, JobOrder::kRevision}) {
    JobQuery plain;
    plain.order = order;
    ExpectListPlan(plain);
    JobQuery query = WithEveryFilter(order);
    ExpectListPlan(query);
    query.after = JobQuery::Position{testing::At(5), 7, "id"};
    query.max_revision = 9;
    ExpectListPlan(query);
  }
}

TEST_F(SqlitePlanTest, ListingOfLiveJobsUsesTheirIndex) {
  for (const JobOrder order : {JobOrder::kCreateTime, JobOrder::kCreateTimeDesc}) {
    JobQuery query;
    query.order = order;
    query.filter.add_states(v1::JOB_STATE_QUEUED);
    query.filter.add_states(v1::JOB_STATE_RUNNING);
    EXPECT_EQ(ListStatement(query).index(), "jobs_live");
    ExpectListPlan(query);
    query.filter.add_states(v1::JOB_STATE_FAILED);
    EXPECT_EQ(ListStatement(query).index(), "jobs_by_create_time");
  }
}

}  // namespace
}  // namespace gcjobs
