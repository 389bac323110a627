#ifndef GCJOBS_COMMON_METRICS_H_
#define GCJOBS_COMMON_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>

namespace gcjobs {

// Every metric of the server, each answering a question that an operator asks.
// Names end in their unit; `org` is the organisation's name. Thread-safe.
class Metrics {
 public:
  Metrics();

  // Where the exposition endpoint reads.
  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

  // "gcjobs_jobs_live": jobs that are not terminal, by org.
  prometheus::Gauge& LiveJobs(const std::string& org);
  // "gcjobs_oldest_live_job_age_seconds": since the creation of the oldest live job, by
  // org; 0 when there is none.
  prometheus::Gauge& OldestLiveJob(const std::string& org);
  // "gcjobs_jobs_overdue": live jobs that are older than 99 % of their class become, by
  // org.
  prometheus::Gauge& OverdueJobs(const std::string& org);
  // "gcjobs_transitions_total": transitions, by org and new state.
  prometheus::Counter& Transitions(const std::string& org, const std::string& state);
  // "gcjobs_upstream_requests_total": by org, class of request and outcome
  // (an HTTP status, or `none`).
  prometheus::Counter& UpstreamRequests(const std::string& org, const std::string& request_class,
                                        const std::string& outcome);
  // "gcjobs_unknown_upstream_status_total": polls that saw a status we do not
  // know, by org.
  prometheus::Counter& UnknownUpstreamStatus(const std::string& org);
  // "gcjobs_poll_errors_total": polls that failed and are retried, by org and
  // reason.
  prometheus::Counter& PollErrors(const std::string& org, const std::string& reason);
  // "gcjobs_permit_queue_requests": requests that wait for a token or for the
  // budget, by org and class; of class `poll`, the jobs whose poll is due.
  prometheus::Gauge& PermitQueue(const std::string& org, const std::string& request_class);
  // "gcjobs_call_queue_jobs": jobs whose call will be held until their work is
  // done, and that wait because so many calls are held already, by org.
  prometheus::Gauge& CallQueue(const std::string& org);
  // "gcjobs_commit_queue_batches": write batches that wait for the writer.
  prometheus::Gauge& CommitQueue() { return *commit_queue_; }
  // "gcjobs_commit_duration_seconds": one transaction, with its sync.
  prometheus::Histogram& CommitDuration() { return *commit_duration_; }
  // "gcjobs_watch_streams": open watch streams.
  prometheus::Gauge& WatchStreams() { return *watch_streams_; }
  // "gcjobs_result_streams": open result streams.
  prometheus::Gauge& ResultStreams() { return *result_streams_; }
  // "gcjobs_intake_refused_total": submissions refused with INTAKE_FULL.
  prometheus::Counter& IntakeRefused() { return *intake_refused_; }
  // "gcjobs_calls_refused_total": calls without a valid token.
  prometheus::Counter& CallsRefused() { return *calls_refused_; }
  // "gcjobs_log_lines_dropped_total": log lines that nobody read in time.
  prometheus::Counter& LogLinesDropped() { return *log_lines_dropped_; }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Gauge>& live_jobs_;
  prometheus::Family<prometheus::Gauge>& oldest_live_job_;
  prometheus::Family<prometheus::Gauge>& overdue_jobs_;
  prometheus::Family<prometheus::Counter>& transitions_;
  prometheus::Family<prometheus::Counter>& upstream_requests_;
  prometheus::Family<prometheus::Counter>& unknown_status_;
  prometheus::Family<prometheus::Counter>& poll_errors_;
  prometheus::Family<prometheus::Gauge>& permit_queue_;
  prometheus::Family<prometheus::Gauge>& call_queue_;
  prometheus::Gauge* const commit_queue_;
  prometheus::Histogram* const commit_duration_;
  prometheus::Gauge* const watch_streams_;
  prometheus::Gauge* const result_streams_;
  prometheus::Counter* const intake_refused_;
  prometheus::Counter* const calls_refused_;
  prometheus::Counter* const log_lines_dropped_;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_METRICS_H_
