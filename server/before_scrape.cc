#include "server/before_scrape.h"

#include <memory>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace gcjobs {
namespace {

// A loop that takes longer is in trouble, and old values are better than none.
constexpr absl::Duration kPatience = absl::Seconds(1);

}  // namespace

std::vector<prometheus::MetricFamily> BeforeScrape::Collect() const {
  const auto done = std::make_shared<absl::Notification>();
  loop_->Post([done, set_metrics = set_metrics_] {
    set_metrics();
    done->Notify();
  });
  done->WaitForNotificationWithTimeout(kPatience);
  return {};
}

}  // namespace gcjobs
