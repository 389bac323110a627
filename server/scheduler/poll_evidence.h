#ifndef GCJOBS_SERVER_SCHEDULER_POLL_EVIDENCE_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_EVIDENCE_H_

#include <array>
#include <deque>

#include "server/scheduler/survival_curve.h"

namespace gcjobs {

// What polls have shown, on the grid of ages: for each bin, how many jobs ended in it,
// and how many were at risk in it (a job that passed through half of a bin counts
// half). Their quotient is the bin's hazard. Jobs that are still running are treated
// like those that ended: each counts for as long as it was seen (E. L. Kaplan, P.
// Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958).
struct DurationHistogram {
  std::array<float, age_grid::kBins> ended{};
  std::array<float, age_grid::kBins> at_risk{};
  double jobs = 0;  // how many ends, after decay

  // A job was seen unfinished at `from` and again at `to`.
  void AddUnfinished(double from, double to);
  // A job was seen unfinished at `from` and finished at `to`; it counts `weight`. It is
  // spread over the bins in between as `law`, the best guess so far, has it.
  void AddEnd(double from, double to, const SurvivalCurve& law, double weight = 1);
  // Multiplies all counts by `factor`.
  void Decay(double factor);

  // For how long jobs were seen altogether, in seconds.
  double Exposure() const;
};

// A histogram that remembers between which polls its latest ends were seen, to spread
// them anew when more is known. Of a hundred jobs that ended within their first 15 s
// nothing else is known; two polls after 6 s then tell when most of them ended.
// Repeated, this is the estimate of B. W. Turnbull, "The empirical distribution
// function with arbitrarily grouped, censored and truncated data", JRSS B 38, 1976.
class PollEvidence {
 public:
  PollEvidence() = default;
  explicit PollEvidence(const DurationHistogram& histogram)
      : older_(histogram), histogram_(histogram) {}

  void AddUnfinished(double from, double to);
  // What was there before is first multiplied by `decay`.
  void AddEnd(double from, double to, const SurvivalCurve& law, double decay = 1);
  // Multiplies all counts by `factor`.
  void Decay(double factor);
  // Spreads the remembered ends as `law` has it: one step of the estimate.
  void Spread(const SurvivalCurve& law);

  const DurationHistogram& histogram() const { return histogram_; }
  double jobs() const { return histogram_.jobs; }

 private:
  struct End {
    float from, to;
    float weight;
  };

  std::deque<End> ends_;         // oldest first
  DurationHistogram older_;      // all but these
  DurationHistogram histogram_;  // all
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_EVIDENCE_H_
