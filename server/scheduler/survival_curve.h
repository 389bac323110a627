#ifndef GCJOBS_SERVER_SCHEDULER_SURVIVAL_CURVE_H_
#define GCJOBS_SERVER_SCHEDULER_SURVIVAL_CURVE_H_

#include <array>

#include "absl/functional/function_ref.h"

namespace gcjobs {

// Ages and durations are doubles in seconds throughout the survival code: it is
// arithmetic with logarithms and exponentials, not time keeping.

// The log-spaced grid of ages on which durations are counted. Bin 0 reaches
// from 0 to kFirstEdge, the last one to infinity; in between each bin is
// 1/kBinsPerE of a factor e wide, so that a 5 s kind and a 5 h kind are
// resolved alike.
namespace age_grid {

inline constexpr double kFirstEdge = 0.25;
inline constexpr int kBinsPerE = 8;
inline constexpr int kBins = 104;  // the last bin begins at 0.25 s * e^(102/8): a day

// Where bins begin, and where the last one ends.
extern const std::array<double, kBins + 1> kEdges;

// Where the bin begins; Edge(0) is 0.
inline double Edge(int bin) { return kEdges[bin]; }
// How long the bin is; the last one counts as long as if it were like others.
inline double Width(int bin) { return kEdges[bin + 1] - kEdges[bin]; }
// The bin that an age falls into.
int BinOf(double age);

}  // namespace age_grid

// The law of a duration T: S(t) = P(T > t), with a constant hazard in each bin
// of the grid (the piecewise exponential model: M. Friedman, "Piecewise
// exponential models for survival data with covariates", Ann. Stat. 10, 1982).
//
// From it comes the rule of polling. A job seen unfinished at age x has, at
// age a, lost in expectation
//     W(x, a) = integral from x to a of (1 - S(t)/S(x)) dt
// seconds undetected; a poll that costs c seconds' worth of budget is due when
// W reaches c, which reproduces the best density of polls sqrt(h/2c) (J. B.
// Keller, "Optimum checking schedules for systems subject to random failure",
// Management Science 21, 1974) and comes within some percent of the best
// schedule (R. E. Barlow, L. C. Hunter, F. Proschan, "Optimum checking
// procedures", J. SIAM 11, 1963).
//
// Immutable values; any thread.
class SurvivalCurve {
 public:
  using Hazards = std::array<double, age_grid::kBins>;

  // Hazards per second; those too small to count are raised to a positive
  // minimum, so that every duration ends.
  explicit SurvivalCurve(const Hazards& hazards);

  // The curve of a law given as S(t): exact at the grid's edges.
  static SurvivalCurve OfLaw(absl::FunctionRef<double(double)> survival);

  // The prior of a class of which only a scale is known: lognormal with that mean.
  // `sigma` is the standard deviation of the duration's logarithm: 1 when the scale
  // is known, more when it is a guess.
  static SurvivalCurve LognormalPrior(double mean, double sigma = 1);

  // P(T > age).
  double Survival(double age) const;

  // -log P(T > age).
  double CumulativeHazard(double age) const;
  // Log of the chance that a job unfinished at age `from` is seen so at age `to`, or
  // seen finished.
  double LogChance(double from, double to, bool ended) const;
  // P(T > where the bin begins).
  double SurvivalAtEdge(int bin) const { return survival_[bin]; }

  double HazardOf(int bin) const { return hazard_[bin]; }

  // W(x, a); 0 when a <= x. O(1).
  double Waste(double x, double a) const;

  // The age at which W(x, .) reaches `waste`: Waste(x, AgeOfWaste(x, w)) = w.
  // O(log bins).
  double AgeOfWaste(double x, double waste) const;

 private:
  // Expected time from `age` to the end, for a job unfinished at `age`.
  double Residual(double age, int bin) const;

  Hazards hazard_;
  // At the beginning of each bin: -log S, S, and the expected time to the end.
  std::array<double, age_grid::kBins> cumulative_;
  std::array<double, age_grid::kBins> survival_;
  std::array<double, age_grid::kBins> residual_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_SURVIVAL_CURVE_H_
