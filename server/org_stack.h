#ifndef GCJOBS_SERVER_ORG_STACK_H_
#define GCJOBS_SERVER_ORG_STACK_H_

#include "absl/random/random.h"

#include "common/metrics.h"
#include "server/genesys/action_timeouts.h"
#include "server/genesys/rest_genesys_client.h"
#include "server/jobs/live_job.h"
#include "server/jobs/org_profile.h"
#include "server/jobs/survival_keeper.h"
#include "server/net/event_loop.h"
#include "server/net/http_transport.h"
#include "server/org_config.h"
#include "server/scheduler/family_budgets.h"
#include "server/scheduler/poll_scheduler.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/survival_book.h"
#include "server/store/store.h"

namespace gcjobs {

// What an organisation's client is told of it.
RestGenesysClient::Options ClientOptions(const OrgConfig& config);

// All that one organisation has of its own: token, budget, poll classes. What
// happens to one is never felt by another. Loop thread only, or the only thread
// before the loop runs and after.
class OrgStack {
 public:
  // All must outlive this. Reads from the store what earlier runs have learned
  // of the durations of jobs and of the profile.
  OrgStack(const OrgConfig& config, HttpTransport* transport, EventLoop* loop, Store* store,
           Metrics* metrics);
  OrgStack(const OrgStack&) = delete;
  OrgStack& operator=(const OrgStack&) = delete;

  // Takes over the credentials and the budget of `config`, and gets a new token in any
  // case: what it may do may have changed. All else stays as it is.
  void Reload(const OrgConfig& config);

  OrgRuntime* runtime() { return &runtime_; }
  ActionTimeouts* actions() { return &timeouts_; }
  // Stores what is learned of the durations of jobs.
  SurvivalKeeper* survival_keeper() { return &survival_keeper_; }

 private:
  absl::BitGen random_;
  RequestBudget budget_;
  FamilyBudgets families_;
  RestGenesysClient client_;
  SurvivalBook book_;
  SurvivalKeeper survival_keeper_;
  PollScheduler scheduler_;
  ActionTimeouts timeouts_;
  OrgProfile profile_;
  OrgRuntime runtime_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_ORG_STACK_H_
