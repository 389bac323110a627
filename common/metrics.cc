#include "common/metrics.h"

namespace gcjobs {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

// 100 us to 10 s: a sync takes 0.1 ms on a good disk and seconds on a sick one.
const prometheus::Histogram::BucketBoundaries kCommitBuckets = {
    0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10};

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      live_jobs_(BuildGauge()
                     .Name("gcjobs_jobs_live")
                     .Help("Jobs that are not in a terminal state.")
                     .Register(*registry_)),
      oldest_live_job_(BuildGauge()
                           .Name("gcjobs_oldest_live_job_age_seconds")
                           .Help("Time since the creation of the oldest live job.")
                           .Register(*registry_)),
      overdue_jobs_(BuildGauge()
                        .Name("gcjobs_jobs_overdue")
                        .Help("Live jobs that are older than 99 % of their class become.")
                        .Register(*registry_)),
      transitions_(BuildCounter()
                       .Name("gcjobs_transitions_total")
                       .Help("Committed job transitions, by the state entered.")
                       .Register(*registry_)),
      upstream_requests_(BuildCounter()
                             .Name("gcjobs_upstream_requests_total")
                             .Help("Requests sent to Genesys Cloud, by class and HTTP status.")
                             .Register(*registry_)),
      unknown_status_(BuildCounter()
                          .Name("gcjobs_unknown_upstream_status_total")
                          .Help("Polls that saw an upstream status that is not known.")
                          .Register(*registry_)),
      poll_errors_(BuildCounter()
                       .Name("gcjobs_poll_errors_total")
                       .Help("Polls that failed and are retried, by reason.")
                       .Register(*registry_)),
      permit_queue_(BuildGauge()
                        .Name("gcjobs_permit_queue_requests")
                        .Help("Requests that wait for a token or for the request budget.")
                        .Register(*registry_)),
      call_queue_(BuildGauge()
                      .Name("gcjobs_call_queue_jobs")
                      .Help("Jobs that wait because too many direct calls are held already.")
                      .Register(*registry_)),
      commit_queue_(&BuildGauge()
                         .Name("gcjobs_commit_queue_batches")
                         .Help("Write batches that wait for the store's writer.")
                         .Register(*registry_)
                         .Add({})),
      commit_duration_(&BuildHistogram()
                            .Name("gcjobs_commit_duration_seconds")
                            .Help("Duration of one store transaction, with its sync.")
                            .Register(*registry_)
                            .Add({}, kCommitBuckets)),
      watch_streams_(&BuildGauge()
                          .Name("gcjobs_watch_streams")
                          .Help("Open watch streams.")
                          .Register(*registry_)
                          .Add({})),
      result_streams_(&BuildGauge()
                           .Name("gcjobs_result_streams")
                           .Help("Open result streams.")
                           .Register(*registry_)
                           .Add({})),
      intake_refused_(&BuildCounter()
                           .Name("gcjobs_intake_refused_total")
                           .Help("Submissions refused because the intake was full.")
                           .Register(*registry_)
                           .Add({})),
      calls_refused_(&BuildCounter()
                          .Name("gcjobs_calls_refused_total")
                          .Help("Calls refused because they carry no valid token.")
                          .Register(*registry_)
                          .Add({})),
      log_lines_dropped_(&BuildCounter()
                              .Name("gcjobs_log_lines_dropped_total")
                              .Help("Log lines lost because stderr was not read in time.")
                              .Register(*registry_)
                              .Add({})) {}

prometheus::Gauge& Metrics::LiveJobs(const std::string& org) {
  return live_jobs_.Add({{"org", org}});
}

prometheus::Gauge& Metrics::OldestLiveJob(const std::string& org) {
  return oldest_live_job_.Add({{"org", org}});
}

prometheus::Gauge& Metrics::OverdueJobs(const std::string& org) {
  return overdue_jobs_.Add({{"org", org}});
}

prometheus::Counter& Metrics::Transitions(const std::string& org, const std::string& state) {
  return transitions_.Add({{"org", org}, {"state", state}});
}

prometheus::Counter& Metrics::UpstreamRequests(const std::string& org,
                                               const std::string& request_class,
                                               const std::string& outcome) {
  return upstream_requests_.Add({{"org", org}, {"class", request_class}, {"outcome", outcome}});
}

prometheus::Counter& Metrics::UnknownUpstreamStatus(const std::string& org) {
  return unknown_status_.Add({{"org", org}});
}

prometheus::Counter& Metrics::PollErrors(const std::string& org, const std::string& reason) {
  return poll_errors_.Add({{"org", org}, {"reason", reason}});
}

prometheus::Gauge& Metrics::PermitQueue(const std::string& org, const std::string& request_class) {
  return permit_queue_.Add({{"org", org}, {"class", request_class}});
}

prometheus::Gauge& Metrics::CallQueue(const std::string& org) {
  return call_queue_.Add({{"org", org}});
}

}  // namespace gcjobs
