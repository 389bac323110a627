#include "server/scheduler/survival_model.h"

#include <algorithm>
#include <cmath>

namespace gcjobs {
namespace {

using age_grid::BinOf;
using age_grid::Edge;
using age_grid::kBins;
using age_grid::Width;

// A job counts exp(-1) after so many later ones: enough to know a law within
// some percent, and to follow a slow drift within a day of ordinary work.
constexpr double kMemoryJobs = 400;

// The prior counts as so many jobs. A tenth of the 30 ends after which it is
// to have little say, for it is spread over all bins.
constexpr double kPriorJobs = 1.5;

// The prior's scale counts as so many ends.
constexpr double kScaleEnds = 1.5;

// Beyond the ages that were seen, the prior counts at least this many jobs.
constexpr double kLeastPriorAtRisk = 0.1;

// A parent that rests on fewer ends than this knows no more than the prior.
constexpr double kInformedParent = 30;

// When the evidence for a change reaches so many nats the past is dropped; one
// job adds at most kMostDoubtOfOneJob, so that a single odd one never does it.
constexpr double kDoubtThatDrops = 14;
constexpr double kMostDoubtOfOneJob = 2;

// The same for early looks, which are rare and say more.
constexpr double kEarlyDoubtThatDrops = 5;

// Observations that may wait before the curve is made anew, as a part of the
// jobs it rests on: it would move by less than its own uncertainty.
constexpr double kNewsThatMatter = 0.02;

// The prior is made anew when its scale has moved by this factor.
constexpr double kScaleThatMatters = 1.03;

// A class that rests on more ends than this needs no advice from above.
constexpr double kInformed = 100;

// Ends after which a model is taken at its word, and the doubt that takes the
// trust away again.
constexpr double kProvenSamples = 150;
constexpr double kDoubtThatDisproves = 3;

using Row = std::array<float, kBins>;

// Binomial weights 1-2-1: a bin's hazard leans on its neighbours', since some
// hundred ends over a hundred bins would otherwise look jagged. Wider weights
// would blur the gap between the modes of a class that has two.
std::array<double, kBins> Smooth(const Row& row) {
  std::array<double, kBins> smooth{};
  for (int bin = 0; bin < kBins; ++bin) {
    const float before = row[std::max(bin - 1, 0)], after = row[std::min(bin + 1, kBins - 1)];
    smooth[bin] = (before + 2 * row[bin] + after) / 4;
  }
  return smooth;
}

// Calls visit(bin, begin, end) for the part of each bin between two ages.
template <typename Visit>
void ForEachPart(double from, double to, Visit visit) {
  for (int bin = BinOf(from); bin < kBins && Edge(bin) < to; ++bin) {
    const double begin = std::max(from, Edge(bin));
    const double end = bin + 1 < kBins ? std::min(to, Edge(bin + 1)) : to;
    visit(bin, begin, end);
  }
}

}  // namespace

void DurationHistogram::AddUnfinished(double from, double to) {
  ForEachPart(from, to, [this](int bin, double begin, double end) {
    at_risk[bin] += static_cast<float>((end - begin) / Width(bin));
  });
}

void DurationHistogram::AddEnd(double from, double to, const SurvivalCurve& law) {
  // Chances that the job is unfinished, given that it was at `from` and was not
  // at `to`. What the law excludes happened evenly.
  const double at_from = law.CumulativeHazard(from);
  const double ends = -std::expm1(at_from - law.CumulativeHazard(to));
  const auto unfinished_at = [&](double age) {
    if (ends < 1e-9) return (to - age) / (to - from);
    return 1 + std::expm1(at_from - law.CumulativeHazard(age)) / ends;
  };
  ForEachPart(from, to, [&](int bin, double begin, double end) {
    const double before = unfinished_at(begin), after = unfinished_at(end);
    ended[bin] += static_cast<float>(before - after);
    at_risk[bin] += static_cast<float>((end - begin) / Width(bin) * (before + after) / 2);
  });
  jobs += 1;
}

void DurationHistogram::Decay(double factor) {
  for (float& count : ended) count *= static_cast<float>(factor);
  for (float& count : at_risk) count *= static_cast<float>(factor);
  jobs *= factor;
}

double DurationHistogram::Exposure() const {
  double seconds = 0;
  for (int bin = 0; bin < kBins; ++bin) seconds += at_risk[bin] * Width(bin);
  return seconds;
}

SurvivalModel::SurvivalModel(const SurvivalModel* parent) : parent_(parent) {}

SurvivalModel SurvivalModel::Known(const SurvivalCurve& law) {
  SurvivalModel model(nullptr);
  model.learns_ = false;
  model.settled_.jobs = 1e6;
  model.curve_ = law;
  return model;
}

void SurvivalModel::Unfinished(double from, double to, LookKind look) {
  if (!learns_ || !(to > from)) return;
  if (look == LookKind::kEarly) WeighEarlyLook(from, to, /*ended=*/false);
  settled_.AddUnfinished(from, to);
  recent_.AddUnfinished(from, to);
  Learned();
}

void SurvivalModel::Ended(double from, double to, LookKind look) {
  if (!learns_ || !(to > from)) return;
  if (look == LookKind::kEarly) WeighEarlyLook(from, to, /*ended=*/true);
  WatchForChange(from, to);
  settled_.Decay(std::exp(-1 / kMemoryJobs));
  settled_.AddEnd(from, to, curve());
  Learned();
}

void SurvivalModel::Learned() {
  if (++news_ < kNewsThatMatter * settled_.jobs) return;
  news_ = 0;
  curve_.reset();
  ++version_;
}

const SurvivalCurve& SurvivalModel::curve() const {
  if (!curve_) curve_ = CurveOf(settled_, &settled_prior_);
  return *curve_;
}

bool SurvivalModel::proven() const {
  return settled_.jobs >= kProvenSamples && doubt_ < kDoubtThatDisproves;
}

void SurvivalModel::Restore(const DurationHistogram& evidence) { Drop(evidence); }

void SurvivalModel::Drop(const DurationHistogram& successor) {
  settled_ = successor;
  recent_ = early_ = DurationHistogram();
  doubt_ = early_doubt_ = 0;
  news_ = 0;
  curve_.reset();
  ++version_;
}

// Two explanations of an end compete: the whole past, and what came since the
// past last explained best. `recent_` begins as a prior of the old scale, which
// loses against a past that holds, and wins at once against one that does not.
void SurvivalModel::WatchForChange(double from, double to) {
  const SurvivalCurve fresh = CurveOf(recent_, &recent_prior_);
  const double doubt = fresh.LogChanceBetween(from, to) - curve().LogChanceBetween(from, to);
  doubt_ = std::max(doubt_ + std::clamp(doubt, -kMostDoubtOfOneJob, kMostDoubtOfOneJob), 0.0);
  recent_.AddEnd(from, to, fresh);
  if (doubt_ >= kDoubtThatDrops) return Drop(DurationHistogram(recent_));
  if (doubt_ == 0) recent_ = DurationHistogram();
}

// What an early look shows is predicted by the law with a chance p; somebody
// who knows nothing would say one half.
void SurvivalModel::WeighEarlyLook(double from, double to, bool ended) {
  const double passes = std::exp(curve().CumulativeHazard(from) - curve().CumulativeHazard(to));
  const double chance = std::max(ended ? 1 - passes : passes, 1e-6);
  early_doubt_ += std::clamp(std::log(0.5 / chance), -kMostDoubtOfOneJob, kMostDoubtOfOneJob);
  early_doubt_ = std::max(early_doubt_, 0.0);
  if (ended) {
    early_.AddEnd(from, to, curve());
  } else {
    early_.AddUnfinished(from, to);
  }
  if (early_doubt_ >= kEarlyDoubtThatDrops) return Drop(DurationHistogram(early_));
  if (early_doubt_ == 0) early_ = DurationHistogram();
}

// The posterior mean of each bin's hazard: ends over jobs at risk, the prior's
// counted in.
SurvivalCurve SurvivalModel::CurveOf(const DurationHistogram& evidence, ScaledPrior* prior) const {
  const double mean = ScaleOf(evidence);
  if (!prior->curve || mean > prior->mean * kScaleThatMatters ||
      mean * kScaleThatMatters < prior->mean) {
    *prior = {mean, SurvivalCurve::LognormalPrior(mean)};
  }
  const SurvivalCurve& scaled = *prior->curve;
  const bool ask_above =
      parent_ != nullptr && evidence.jobs < kInformed && parent_->samples() >= kInformedParent;
  const SurvivalCurve* above = ask_above ? &parent_->curve() : nullptr;
  const std::array<double, kBins> ended = Smooth(evidence.ended);
  const std::array<double, kBins> at_risk = Smooth(evidence.at_risk);
  SurvivalCurve::Hazards hazards;
  const auto count = [&hazards](int bin, const SurvivalCurve& law, double jobs, double* risk) {
    const double weight = std::max(jobs * law.Survival(Edge(bin)), kLeastPriorAtRisk);
    hazards[bin] += weight * law.HazardOf(bin) * Width(bin);
    *risk += weight;
  };
  for (int bin = 0; bin < kBins; ++bin) {
    double risk = at_risk[bin];
    hazards[bin] = ended[bin];
    count(bin, scaled, above != nullptr ? kPriorJobs / 2 : kPriorJobs, &risk);
    if (above != nullptr) count(bin, *above, kPriorJobs / 2, &risk);
    hazards[bin] /= risk * Width(bin);
  }
  return SurvivalCurve(hazards);
}

// Time seen over ends seen: the mean, whether the jobs seen have ended or not.
double SurvivalModel::ScaleOf(const DurationHistogram& evidence) const {
  double expected = kDefaultMean;
  if (&evidence == &recent_ && settled_.jobs > 0) {
    expected = settled_.Exposure() / settled_.jobs;
  } else if (parent_ != nullptr) {
    expected = parent_->ScaleOf(parent_->settled_);
  }
  return (evidence.Exposure() + kScaleEnds * expected) / (evidence.jobs + kScaleEnds);
}

}  // namespace gcjobs
