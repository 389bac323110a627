#include "tests/integration/support/metrics.h"

#include <httplib.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/check.h"

namespace gcjobs::testing {
namespace {

constexpr char kListening[] = "metrics_listening address=";

std::string Scrape(System& system) {
  GCJOBS_CHECK(system.server().AwaitErrors(kListening), "no metrics are served");
  const std::string log = system.server().errors();
  const size_t begin = log.find(kListening) + sizeof(kListening) - 1;
  httplib::Client client("http://" + log.substr(begin, log.find('\n', begin) - begin));
  const auto result = client.Get("/metrics");
  return result ? result->body : "";
}

}  // namespace

double Metric(System& system, const std::string& name) {
  for (absl::string_view line : absl::StrSplit(Scrape(system), '\n')) {
    double value = -1;
    if (absl::ConsumePrefix(&line, absl::StrCat(name, " ")) && absl::SimpleAtod(line, &value)) {
      return value;
    }
  }
  return -1;
}

double AwaitMetric(System& system, const std::string& name,
                   const std::function<bool(double)>& wanted) {
  const absl::Time end = absl::Now() + absl::Seconds(30);
  for (;;) {
    const double value = Metric(system, name);
    if (wanted(value) || absl::Now() > end) return value;
  }
}

}  // namespace gcjobs::testing
