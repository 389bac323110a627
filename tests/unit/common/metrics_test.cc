#include "common/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace gcjobs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Exposition(const Metrics& metrics) {
  return prometheus::TextSerializer().Serialize(metrics.registry()->Collect());
}

TEST(MetricsTest, AFreshServerShowsWhatNeedsNoLabels) {
  const std::string text = Exposition(Metrics());
  EXPECT_THAT(text, HasSubstr("# TYPE gcjobs_commit_queue_batches gauge\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_commit_queue_batches 0\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_watch_streams 0\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_intake_refused_total 0\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_commit_duration_seconds_count 0\n"));
}

TEST(MetricsTest, LabelledMetricsAppearUnderTheirNamesAndLabels) {
  Metrics metrics;
  metrics.LiveJobs("acme").Set(3);
  metrics.Transitions("acme", "RUNNING").Increment();
  metrics.UpstreamRequests("acme", "poll", "429").Increment(2);
  metrics.UnknownUpstreamStatus("acme").Increment();
  metrics.PollErrors("acme", "GENESYS_TIMEOUT").Increment();
  const std::string text = Exposition(metrics);
  EXPECT_THAT(text, HasSubstr("gcjobs_jobs_live{org=\"acme\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_transitions_total{org=\"acme\",state=\"RUNNING\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_upstream_requests_total"
                              "{class=\"poll\",org=\"acme\",outcome=\"429\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_unknown_upstream_status_total{org=\"acme\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("gcjobs_poll_errors_total{org=\"acme\",reason=\"GENESYS_TIMEOUT\"} 1\n"));
}

TEST(MetricsTest, TheSameLabelsAreTheSameMetric) {
  Metrics metrics;
  EXPECT_EQ(&metrics.Transitions("acme", "FAILED"), &metrics.Transitions("acme", "FAILED"));
  EXPECT_NE(&metrics.Transitions("acme", "FAILED"), &metrics.Transitions("other", "FAILED"));
}

TEST(MetricsTest, CommitDurationCountsIntoSecondsBuckets) {
  Metrics metrics;
  metrics.CommitDuration().Observe(0.002);
  const std::string text = Exposition(metrics);
  EXPECT_THAT(text, HasSubstr("gcjobs_commit_duration_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_commit_duration_seconds_bucket{le=\"0.003\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("gcjobs_commit_duration_seconds_bucket{le=\"+Inf\"} 1\n"));
}

TEST(MetricsTest, LabelValuesAreEscaped) {
  Metrics metrics;
  metrics.LiveJobs("a\"b\n").Set(1);
  EXPECT_THAT(Exposition(metrics), HasSubstr("gcjobs_jobs_live{org=\"a\\\"b\\n\"} 1\n"));
}

TEST(MetricsTest, TwoServersInOneProcessDoNotShareMetrics) {
  Metrics one;
  const Metrics other;
  one.LiveJobs("acme").Set(1);
  EXPECT_THAT(Exposition(other), Not(HasSubstr("acme")));
}

}  // namespace
}  // namespace gcjobs
