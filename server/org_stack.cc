#include "server/org_stack.h"

#include <string>

namespace gcjobs {
namespace {

RequestBudget::Options BudgetOptions(const OrgConfig& config) {
  RequestBudget::Options options;
  options.limit = config.request_budget;
  return options;
}

RestGenesysClient::Options ClientOptions(const OrgConfig& config) {
  RestGenesysClient::Options options;
  options.org = config.name;
  options.api_url = config.api_url;
  options.login_url = config.login_url;
  options.credentials.client_id = config.client_id;
  options.credentials.client_secret = config.client_secret;
  options.credentials.scopes = config.scopes;
  options.user_agent = std::string("gcjobsd/") + GCJOBS_VERSION;
  return options;
}

}  // namespace

OrgStack::OrgStack(const OrgConfig& config, HttpTransport* transport, EventLoop* loop,
                   Metrics* metrics)
    : budget_(BudgetOptions(config), loop->clock()),
      client_(ClientOptions(config), transport, &budget_, loop, metrics),
      scheduler_(IntervalPollScheduler::Options(), random_),
      timeouts_(&client_, loop),
      backend_(&timeouts_),
      runtime_{config.name, &client_, &scheduler_} {}

}  // namespace gcjobs
