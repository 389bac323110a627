#include "server/rpc/submit/poll_class.h"

#include <gtest/gtest.h>

#include <string>

namespace gcjobs {
namespace {

NewJob Query(const std::string& body) {
  NewJob job;
  job.kind = "query";
  job.submission.set_body(body);
  return job;
}

std::string ClassOfInterval(const std::string& interval) {
  return PollClassOf(Query("{\"order\":\"asc\",\"interval\":\"" + interval + "\"}"));
}

TEST(PollClassTest, ActionsAreOfTheClassOfTheirAction) {
  NewJob job = Query(R"({"interval":"2026-01-01/2026-01-02"})");
  job.kind = "action.async";
  job.action_id = "custom_-_1a2b";
  EXPECT_EQ(PollClassOf(job), "action.async/custom_-_1a2b");
}

TEST(PollClassTest, QueriesAreOfTheClassOfTheirIntervalsSize) {
  EXPECT_EQ(ClassOfInterval("2026-01-01T00:00:00Z/2026-01-01T01:00:00Z"), "query/1h");
  EXPECT_EQ(ClassOfInterval("2026-01-01T00:00:00Z/2026-01-01T01:00:01Z"), "query/1d");
  EXPECT_EQ(ClassOfInterval("2026-01-01/2026-01-08"), "query/7d");
  EXPECT_EQ(ClassOfInterval("2026-01-01/2026-02-01"), "query/31d");
  EXPECT_EQ(ClassOfInterval("2026-01-01/2026-04-01"), "query/92d");
  EXPECT_EQ(ClassOfInterval("2026-01-01/2027-01-01"), "query/366d");
  EXPECT_EQ(ClassOfInterval("2026-01-01/2028-01-01"), "query/longer");
}

TEST(PollClassTest, WithoutAnIntervalThatCanBeReadTheKindIsTheClass) {
  EXPECT_EQ(PollClassOf(Query("")), "query");
  EXPECT_EQ(PollClassOf(Query("{}")), "query");
  EXPECT_EQ(PollClassOf(Query(R"({"interval":7})")), "query");
  EXPECT_EQ(PollClassOf(Query(R"({"interval":"soon"})")), "query");
  EXPECT_EQ(PollClassOf(Query(R"({"a":{"interval":"2026-01-01/2026-01-02"}})")), "query");
  EXPECT_EQ(PollClassOf(Query(R"({"interval")")), "query");
}

}  // namespace
}  // namespace gcjobs
