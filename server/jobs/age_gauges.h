#ifndef GCJOBS_SERVER_JOBS_AGE_GAUGES_H_
#define GCJOBS_SERVER_JOBS_AGE_GAUGES_H_

#include <vector>

#include "common/metrics.h"
#include "common/task.h"

#include "server/jobs/job_book.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// Tells the metrics, now and then, whether jobs hang: how old the oldest live job of
// each organisation is, and how many are older than nearly all of their class become.
// Loop thread only.
class AgeGauges {
 public:
  struct Deps {  // all outlive this
    EventLoop* loop = nullptr;
    JobBook* book = nullptr;
    Metrics* metrics = nullptr;
  };
  // `orgs` outlive this.
  AgeGauges(Deps deps, std::vector<OrgRuntime*> orgs);

  void Stop() { story_.End(); }

 private:
  Task<> MeasureForEver();
  void Measure();

  const Deps deps_;
  const std::vector<OrgRuntime*> orgs_;
  Story story_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_AGE_GAUGES_H_
