#ifndef GCJOBS_SERVER_JOBS_FOLLOW_UPS_H_
#define GCJOBS_SERVER_JOBS_FOLLOW_UPS_H_

#include <string>

#include "absl/status/status.h"

#include "server/genesys/genesys_client.h"
#include "server/jobs/job_book.h"

namespace gcjobs {

// Sends what Genesys Cloud waits for before it goes on with a job
// (PollReport::follow_up). Nothing of it is durable, and nothing is tried
// again here: a later look sees the same status and asks for the same. Loop
// thread only.
class FollowUps {
 public:
  // `book` must outlive this.
  explicit FollowUps(JobBook* book) : book_(book) {}

  // Sends `request`, unless the job's last one is still under way, or the job
  // is to be cancelled. A failure shows as the job's last error.
  void Send(LiveJob* job, ApiRequest request);

  // Sends nothing more.
  void Stop() { stopped_ = true; }

 private:
  void OnPermit(const std::string& job_id, OrgRuntime* org, ApiRequest request,
                absl::StatusOr<Permit> permit);
  void OnOutcome(const std::string& job_id, const absl::Status& status);

  JobBook* const book_;
  bool stopped_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_FOLLOW_UPS_H_
