#include "server/org_stack.h"

#include <string>

#include "common/task.h"
#include "server/rpc/submit/submission_builder.h"

namespace gcjobs {
namespace {

// A token, and a first answer even where some of these fail. Nobody waits for
// more than that answer.
constexpr int kBlindRequests = 10;

RequestBudget::Options BudgetOptions(const OrgConfig& config) {
  RequestBudget::Options options;
  options.limit = config.request_budget;
  options.blind_requests = kBlindRequests;
  return options;
}

ClientCredentials CredentialsOf(const OrgConfig& config) {
  return {config.client_id, config.client_secret, config.scopes};
}

SurvivalBook::Options BookOptions() {
  SurvivalBook::Options options;
  options.usual_means = UsualQuerySeconds();
  return options;
}

}  // namespace

RestGenesysClient::Options ClientOptions(const OrgConfig& config) {
  RestGenesysClient::Options options;
  options.org = config.name;
  options.api_url = config.api_url;
  options.login_url = config.login_url;
  options.credentials = CredentialsOf(config);
  options.user_agent = std::string("gcjobsd/") + GCJOBS_VERSION;
  return options;
}

OrgStack::OrgStack(const OrgConfig& config, HttpTransport* transport, EventLoop* loop, Store* store,
                   Metrics* metrics)
    : budget_(BudgetOptions(config), loop->clock()),
      families_({config.request_budget, config.family_budgets}, loop->clock()),
      client_(ClientOptions(config), {transport, &budget_, &families_, loop, metrics}),
      book_(BookOptions()),
      survival_keeper_(SurvivalKeeper::Options(), config.name, &book_, store),
      scheduler_(PollScheduler::Options(), &budget_, &book_, random_,
                 loop->clock()->MonotonicNow()),
      timeouts_(&client_, loop),
      profile_(config.name, config.profile, store),
      runtime_{config.name, &client_, &scheduler_, &profile_} {
  survival_keeper_.Load();
  profile_.Load();
}

void OrgStack::Reload(const OrgConfig& config) {
  budget_.SetLimit(config.request_budget);
  families_.SetLimits({config.request_budget, config.family_budgets});
  client_.SetCredentials(CredentialsOf(config));
  // How it went is in the log.
  Spawn<absl::StatusOr<absl::Time>>(client_.RenewToken(), [](auto /*until*/) {});
}

}  // namespace gcjobs
