#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_METRICS_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_METRICS_H_

#include <functional>
#include <string>

#include "tests/integration/support/system.h"

namespace gcjobs::testing {

// A metric of a server that was started with `--metrics-listen 127.0.0.1:0`, by
// its name and labels as Prometheus writes them; -1 when it is not there.
double Metric(System& system, const std::string& name);

// Scrapes until `wanted` holds, for half a minute at most; the last value.
double AwaitMetric(System& system, const std::string& name,
                   const std::function<bool(double)>& wanted);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_METRICS_H_
