#include "server/jobs/age_gauges.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "server/net/timer.h"

namespace gcjobs {
namespace {

// A scrape comes every quarter of a minute or so. To look at 100,000 jobs takes some
// 10 ms.
constexpr absl::Duration kInterval = absl::Seconds(15);

}  // namespace

AgeGauges::AgeGauges(Deps deps, std::vector<OrgRuntime*> orgs)
    : deps_(deps), orgs_(std::move(orgs)), story_(MeasureForEver()) {}

Task<> AgeGauges::MeasureForEver() {
  for (;;) {
    Measure();
    co_await Sleep(deps_.loop, kInterval);
  }
}

void AgeGauges::Measure() {
  const Clock& clock = *deps_.loop->clock();
  const absl::Time now = clock.Now();
  absl::flat_hash_map<const OrgRuntime*, absl::Time> oldest;
  deps_.book->ForEach([&](const LiveJob& job) {
    const auto [found, is_new] = oldest.try_emplace(&job.org(), job.create_time());
    found->second = std::min(found->second, job.create_time());
  });
  for (const OrgRuntime* const org : orgs_) {
    const auto found = oldest.find(org);
    const absl::Duration age = found == oldest.end() ? absl::ZeroDuration() : now - found->second;
    deps_.metrics->OldestLiveJob(org->name).Set(absl::ToDoubleSeconds(age));
    deps_.metrics->OverdueJobs(org->name).Set(
        static_cast<double>(org->scheduler->CountOverdue(clock.MonotonicNow())));
  }
}

}  // namespace gcjobs
