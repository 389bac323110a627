#include "server/scheduler/poll_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace gcjobs {
namespace {

using age_grid::kBins;
using age_grid::kBinsPerE;
using age_grid::kFirstEdge;

// Nodes of the grid in each bin of the curve: they are a factor of e^(1/32) apart.
constexpr int kNodesPerBin = 4;
constexpr int kMostNodes = kNodesPerBin * (kBins - 1) + 1;

// The grid ends where e^-30 of the jobs are left.
constexpr double kHorizon = 30;

// A plan is good for prices up to this factor away from its own: around the best plan
// the lag hardly changes.
constexpr double kPriceTolerance = 1.05;

using NodeAges = std::array<double, kMostNodes>;

const NodeAges& Ages() {
  static const NodeAges ages = [] {
    NodeAges made;
    for (int node = 0; node < kMostNodes; ++node) {
      const double bins = static_cast<double>(node) / kNodesPerBin;
      made[node] = bins <= 1 ? kFirstEdge * bins : kFirstEdge * std::exp((bins - 1) / kBinsPerE);
    }
    return made;
  }();
  return ages;
}

// The last node that is not beyond `age`, give or take a rounding error.
int NodeOf(double age) {
  const double bins =
      age <= kFirstEdge ? age / kFirstEdge : 1 + kBinsPerE * std::log(age / kFirstEdge);
  return static_cast<int>(std::min(bins * kNodesPerBin, kMostNodes - 1.0));
}

double HazardAfter(const SurvivalCurve& curve, int node) {
  return curve.HazardOf(node / kNodesPerBin);
}

// The best gap g for a job whose hazard h stays as it is: e^(h g) - 1 - h g = h price.
// From any age on, lag and polls of such a job cost price + g.
double MemorylessGap(double hazard, double price) {
  const double target = hazard * price;
  const double root = std::sqrt(2 * target);
  double u = root < 1 ? root - root * root / 6 : std::log(1 + target + root);
  for (int step = 0; step < 2; ++step) {  // Newton's; 1e-4 at worst
    const double grown = std::expm1(u);
    u -= (grown - u - target) / grown;
  }
  return u / hazard;
}

// The lower envelope of lines in s. Lines are pushed with descending slopes, and each
// question is about an s that is not less than the one before.
class LowerEnvelope {
 public:
  struct Line {
    double slope, value;
    int node;
    double At(double s) const { return slope * s + value; }
  };

  explicit LowerEnvelope(size_t lines) { lines_.reserve(lines); }

  const Line& LeastAt(double s) {
    while (first_ + 1 < lines_.size() && lines_[first_ + 1].At(s) <= lines_[first_].At(s)) ++first_;
    return lines_[first_];
  }

  void Push(const Line& line) {
    while (lines_.size() - first_ >= 2 && IsNeverLeast(lines_.back(), line)) lines_.pop_back();
    lines_.push_back(line);
  }

 private:
  // A line that lies above the crossing of its neighbours.
  bool IsNeverLeast(const Line& line, const Line& after) const {
    const Line& before = lines_[lines_.size() - 2];
    return (line.value - before.value) * (before.slope - after.slope) >=
           (after.value - before.value) * (before.slope - line.slope);
  }

  std::vector<Line> lines_;
  size_t first_ = 0;  // the lines before it are no longer the lowest anywhere
};

// Solves the plan backwards, from the last node to the first. Costs are counted up to
// the poll that sees the end, so they include the duration of the job, which no plan
// changes.
class Solution {
 public:
  Solution(const SurvivalCurve& curve, double price) : curve_(curve), price_(price) {
    double cumulative = 0;
    for (int node = 0; node < kMostNodes && cumulative < kHorizon; ++node) {
      survival_.push_back(std::exp(-cumulative));
      if (node + 1 < kMostNodes) cumulative += HazardAfter(curve, node) * Cell(node);
    }
    cost_.resize(survival_.size());
    next_.resize(survival_.size());
  }

  std::vector<float> Solve() && {
    const int last = static_cast<int>(survival_.size()) - 1;
    const double gap = MemorylessGap(HazardAfter(curve_, last), price_);
    Set(last, {ages_[last] + gap, survival_[last] * MemorylessCost(last, gap)});
    LowerEnvelope polls(survival_.size());
    polls.Push({ages_[last], cost_[last], last});
    for (int node = last - 1; node >= 0; --node) {
      const int at = polls.LeastAt(survival_[node]).node;
      Set(node, Better(Refined(node, at), Dense(node)));
      polls.Push({ages_[node], cost_[node], node});
    }
    return std::move(next_);
  }

 private:
  struct Choice {
    double next, cost;
  };

  static double Cell(int node) { return Ages()[node + 1] - Ages()[node]; }
  static Choice Better(const Choice& a, const Choice& b) { return a.cost <= b.cost ? a : b; }

  void Set(int node, const Choice& choice) {
    next_[node] = static_cast<float>(choice.next);
    cost_[node] = choice.cost;
  }

  double MemorylessCost(int node, double gap) const {
    return price_ + gap + 1 / HazardAfter(curve_, node);
  }

  // From `node` the best next poll is at about the node `at`; exactly where is told by
  // the parabola through the costs there and at its neighbours.
  Choice Refined(int node, int at) const {
    const double s = survival_[node];
    const auto cost = [&](int poll) {
      return (ages_[poll] - ages_[node] + price_) * s + cost_[poll];
    };
    Choice choice{ages_[at], cost(at)};
    if (at == node + 1 || at + 1 == static_cast<int>(cost_.size())) return choice;
    const double before = -Cell(at - 1), after = Cell(at);
    const double slope_before = (cost(at - 1) - choice.cost) / before;
    const double slope_after = (cost(at + 1) - choice.cost) / after;
    const double curvature = (slope_after - slope_before) / (after - before);
    if (curvature <= 0) return choice;
    const double slope = slope_before - curvature * before;
    const double shift = std::clamp(-slope / (2 * curvature), before / 2, after / 2);
    return {choice.next + shift, choice.cost + shift * (slope + shift * curvature)};
  }

  // The choice where several polls fall within one cell, whose hazard is constant.
  Choice Dense(int node) const {
    constexpr Choice kNone{0, 1e300};
    const double hazard = HazardAfter(curve_, node), cell = Cell(node);
    if (hazard * cell * cell < price_) return kNone;  // to save the search for the gap
    const double gap = MemorylessGap(hazard, price_);
    if (gap >= cell) return kNone;
    const double ends_here = survival_[node] - survival_[node + 1];
    return {ages_[node] + gap, ends_here * MemorylessCost(node, gap) + cost_[node + 1]};
  }

  const NodeAges& ages_ = Ages();
  const SurvivalCurve& curve_;
  const double price_;
  std::vector<double> survival_;
  std::vector<double> cost_;  // U of the class comment, counted as said above
  std::vector<float> next_;
};

}  // namespace

PollPlan::PollPlan(const SurvivalCurve& curve, double price)
    : price_(price), next_(Solution(curve, price).Solve()) {}

double PollPlan::NextPoll(const SurvivalCurve& curve, double seen) const {
  const NodeAges& ages = Ages();
  const int node = NodeOf(seen);
  if (node + 1 >= static_cast<int>(next_.size())) return curve.AgeOfWaste(seen, price_);
  const double gap = next_[node] - ages[node], gap_after = next_[node + 1] - ages[node + 1];
  const double part = std::clamp((seen - ages[node]) / (ages[node + 1] - ages[node]), 0.0, 1.0);
  const double smooth = gap + part * (gap_after - gap);
  // Where the next poll jumps from one mode of the law to the next, it must not be put
  // in between.
  if (std::abs(gap_after - gap) < 0.5 * gap) return seen + smooth;
  const double nearest = part < 0.5 ? next_[node] : next_[node + 1];
  return std::max(nearest, seen + std::min(gap, gap_after) / 2);
}

double PollPlanner::NextPoll(SurvivalBook::ClassId poll_class, double seen, double price) {
  const SurvivalModel& model = book_->ModelOf(poll_class);
  KeptPlans& kept = kept_[poll_class];
  const auto fits = [&](const Kept& entry) {
    return entry.plan && entry.version == model.version() &&
           entry.price < price * kPriceTolerance && price < entry.price * kPriceTolerance;
  };
  if (!fits(kept.plans[kept.used])) kept.used = 1 - kept.used;
  Kept& entry = kept.plans[kept.used];
  if (!fits(entry)) {
    entry.version = model.version();
    entry.price = price;
    entry.plan.emplace(model.curve(), price);
  }
  return entry.plan->NextPoll(model.curve(), seen);
}

}  // namespace gcjobs
