#include "server/scheduler/survival_curve.h"

#include <algorithm>
#include <cmath>

namespace gcjobs {
namespace age_grid {
const std::array<double, kBins + 1> kEdges = [] {
  std::array<double, kBins + 1> edges{};
  for (int bin = 1; bin <= kBins; ++bin) {
    edges[bin] = kFirstEdge * std::exp((bin - 1) / static_cast<double>(kBinsPerE));
  }
  return edges;
}();

int BinOf(double age) {
  if (age < kFirstEdge) return 0;
  const int bin = 1 + static_cast<int>(std::log(std::min(age, 1e9) / kFirstEdge) * kBinsPerE);
  // The logarithm may round across an edge.
  if (bin >= kBins) return kBins - 1;
  if (age < Edge(bin)) return bin - 1;
  return bin + 1 < kBins && age >= Edge(bin + 1) ? bin + 1 : bin;
}

}  // namespace age_grid

namespace {

// Chances below this tell no more than "not expected".
constexpr double kLeastChance = 1e-12;

using age_grid::BinOf;
using age_grid::Edge;
using age_grid::kBins;
using age_grid::Width;

// Per second: once in three years. A lower hazard means "never", and would make the
// expected time to the end meaninglessly long.
constexpr double kLeastHazard = 1e-8;

// A law of 1e-300 is over; dividing by less is not defined.
constexpr double kLeastSurvival = 1e-300;

// Integral over `span` of exp(-hazard * t) dt.
double IntegralOfDecay(double hazard, double span) { return -std::expm1(-hazard * span) / hazard; }

}  // namespace

SurvivalCurve::SurvivalCurve(const Hazards& hazards) {
  for (int bin = 0; bin < kBins; ++bin) hazard_[bin] = std::max(hazards[bin], kLeastHazard);
  cumulative_[0] = 0;
  for (int bin = 1; bin < kBins; ++bin) {
    cumulative_[bin] = cumulative_[bin - 1] + hazard_[bin - 1] * Width(bin - 1);
  }
  for (int bin = 0; bin < kBins; ++bin) survival_[bin] = std::exp(-cumulative_[bin]);
  residual_[kBins - 1] = 1 / hazard_[kBins - 1];
  for (int bin = kBins - 2; bin >= 0; --bin) {
    const double ends = -std::expm1(-hazard_[bin] * Width(bin));
    residual_[bin] = ends / hazard_[bin] + (1 - ends) * residual_[bin + 1];
  }
}

SurvivalCurve SurvivalCurve::OfLaw(absl::FunctionRef<double(double)> survival) {
  Hazards hazards{};
  for (int bin = 0; bin < kBins; ++bin) {
    const double before = survival(Edge(bin));
    const double after = survival(Edge(bin) + Width(bin));
    if (after > kLeastSurvival) {
      hazards[bin] = std::log(before / after) / Width(bin);
    } else if (bin > 0) {
      hazards[bin] = hazards[bin - 1];  // it is over; go on as before
    }
  }
  return SurvivalCurve(hazards);
}

SurvivalCurve SurvivalCurve::LognormalPrior(double mean, double sigma) {
  const double mu = std::log(mean) - sigma * sigma / 2;  // mean = exp(mu + sigma^2 / 2)
  return OfLaw([mu, sigma](double age) {
    return age <= 0 ? 1 : 0.5 * std::erfc((std::log(age) - mu) / (sigma * std::sqrt(2.0)));
  });
}

double SurvivalCurve::LogChance(double from, double to, bool ended) const {
  const double passes = CumulativeHazard(from) - CumulativeHazard(to);
  return ended ? std::log(std::max(-std::expm1(passes), kLeastChance)) : passes;
}

double SurvivalCurve::CumulativeHazard(double age) const {
  const int bin = BinOf(age);
  return cumulative_[bin] + hazard_[bin] * (age - Edge(bin));
}

double SurvivalCurve::Survival(double age) const { return std::exp(-CumulativeHazard(age)); }

double SurvivalCurve::Residual(double age, int bin) const {
  if (bin == kBins - 1) return residual_[bin];
  const double rest = Edge(bin + 1) - age;
  return IntegralOfDecay(hazard_[bin], rest) + std::exp(-hazard_[bin] * rest) * residual_[bin + 1];
}

// The integral of S(t)/S(x) is the residual at x without that at a; written so,
// nothing divides by an S that has vanished.
double SurvivalCurve::Waste(double x, double a) const {
  if (a <= x) return 0;
  const int from = BinOf(x), to = BinOf(a);
  if (from == to) return (a - x) - IntegralOfDecay(hazard_[from], a - x);
  const double passes = std::exp(CumulativeHazard(x) - CumulativeHazard(a));
  return std::max((a - x) - (Residual(x, from) - passes * Residual(a, to)), 0.0);
}

double SurvivalCurve::AgeOfWaste(double x, double waste) const {
  if (waste <= 0) return x;
  // The last bin that begins with less waste; waste grows with age.
  int low = BinOf(x), high = kBins;
  const int first = low;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (Waste(x, Edge(middle)) < waste ? low : high) = middle;
  }
  const double begin = low == first ? x : Edge(low);
  const double already = Waste(x, begin);
  const double hazard = hazard_[low];
  const double alive = std::exp(CumulativeHazard(x) - CumulativeHazard(begin));
  // Within a bin W is convex, and Newton's steps from above stay above.
  double span = waste - already + alive / hazard;
  if (low + 1 < kBins) span = std::min(span, Edge(low + 1) - begin);
  for (int step = 0; step < 60; ++step) {
    const double excess = already + span - alive * IntegralOfDecay(hazard, span) - waste;
    const double slope = 1 - alive * std::exp(-hazard * span);
    if (excess <= 1e-12 * waste || slope <= 0) break;
    const double next = span - excess / slope;
    if (next <= 0 || span - next < 1e-12 * span) break;
    span = next;
  }
  return begin + span;
}

}  // namespace gcjobs
