#ifndef GCJOBS_SERVER_BEFORE_SCRAPE_H_
#define GCJOBS_SERVER_BEFORE_SCRAPE_H_

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <functional>
#include <utility>
#include <vector>

#include "server/net/event_loop.h"

namespace gcjobs {

// For metrics that nobody keeps up to date: whoever scrapes has them set first.
// Register it before the registry that holds them. Has no metrics of its own.
class BeforeScrape final : public prometheus::Collectable {
 public:
  // `set_metrics` runs on the loop, which outlives the last scrape.
  BeforeScrape(EventLoop* loop, std::function<void()> set_metrics)
      : loop_(loop), set_metrics_(std::move(set_metrics)) {}

  // On the scraper's thread, which waits for the loop, a second at most.
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  EventLoop* const loop_;
  const std::function<void()> set_metrics_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_BEFORE_SCRAPE_H_
