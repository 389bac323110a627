#include "server/scheduler/survival_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gcjobs {
namespace {

using age_grid::Edge;
using age_grid::kBins;
using age_grid::Width;

// A job counts exp(-1) after so many later ones: enough to know a law within
// some percent, and to follow a slow drift within a day of ordinary work.
constexpr double kMemoryJobs = 400;

// The prior counts as so many jobs: a twentieth of the 30 ends after which it is
// to have little say, since it is spread over all bins.
constexpr double kPriorJobs = 1.5;

// The prior's scale counts as so many ends.
constexpr double kScaleEnds = 1.5;

// What a guessed scale adds to the prior's sigma: durations may be seven times
// (e^2) longer or shorter than guessed.
constexpr double kSigmaOfGuess = 1;

// Beyond the ages that were seen, the prior counts at least this many jobs.
constexpr double kLeastPriorAtRisk = 0.1;

// A parent that rests on fewer ends than this knows no more than the prior.
constexpr double kInformedParent = 30;

// When the evidence for a change reaches so many nats the past is dropped; one job
// adds at most kMostDoubtOfOneJob, so that a single odd one never suffices.
constexpr double kDoubtThatDrops = 14;
constexpr double kMostDoubtOfOneJob = 2;

// Recent jobs were polled in the wrong places, and some of them still followed the
// old law: as the new past they count for so much.
constexpr double kTrustInSuccessor = 0.1;

// When the recent jobs are so much of the past there is nothing left to compare: as
// the explanation that rests on more jobs they would win by precision alone.
constexpr double kMostOfThePast = 0.9;

// The same for early polls, which are rare and say more.
constexpr double kEarlyDoubtThatDrops = 5;

// Polls that may wait before the curve is made anew, as a share of the jobs it rests
// on: it would move by less than its own uncertainty.
constexpr double kNewsThatMatter = 0.02;

// Ends that may wait, as the same share, before those remembered are spread anew.
constexpr double kEndsThatMatter = 0.03;

// The prior is made anew when its scale has moved by this factor.
constexpr double kScaleThatMatters = 1.03;

// A class that rests on more ends than this does not consult the one above.
constexpr double kInformed = 100;

// Ends after which a model is trusted, and the doubt (in nats) that ends the trust.
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

// How much older a job has become, in factors of e, at most one. A job that hangs
// for ever is polled often, and is still one job.
double SpanOf(double from, double to) {
  constexpr double kFactor = 2.718281828;
  return to > kFactor * from ? 1 : std::log(to / from);
}

}  // namespace

SurvivalModel::SurvivalModel(const SurvivalModel* parent, std::optional<double> usual_mean)
    : parent_(parent), usual_mean_(usual_mean) {}

SurvivalModel SurvivalModel::Known(const SurvivalCurve& law) {
  SurvivalModel model(nullptr);
  model.learns_ = false;
  DurationHistogram certain;
  certain.jobs = 1e6;
  model.settled_ = PollEvidence(certain);
  model.curve_ = law;
  return model;
}

void SurvivalModel::Unfinished(double from, double to, PollKind poll) {
  if (!learns_ || !(to > from)) return;
  if (poll == PollKind::kEarly) WeighEarlyPoll(from, to, /*ended=*/false);
  WatchForChange(from, to, /*ended=*/false);
  settled_.AddUnfinished(from, to);
  CountNews();
}

void SurvivalModel::Ended(double from, double to, PollKind poll) {
  if (!learns_ || !(to > from)) return;
  if (poll == PollKind::kEarly) WeighEarlyPoll(from, to, /*ended=*/true);
  WatchForChange(from, to, /*ended=*/true);
  settled_.AddEnd(from, to, curve(), std::exp(-1 / kMemoryJobs));
  ++unspread_ends_;
  CountNews();
}

void SurvivalModel::CountNews() {
  if (++news_ < kNewsThatMatter * settled_.jobs()) return;
  news_ = 0;
  if (unspread_ends_ > kEndsThatMatter * settled_.jobs()) {
    settled_.Spread(curve());
    unspread_ends_ = 0;
  }
  curve_.reset();
  ++version_;
}

const SurvivalCurve& SurvivalModel::curve() const {
  if (!curve_) curve_ = CurveOf(settled_.histogram(), &settled_prior_);
  return *curve_;
}

bool SurvivalModel::proven() const {
  return settled_.jobs() >= kProvenSamples && doubt_ < kDoubtThatDisproves;
}

void SurvivalModel::Restore(const DurationHistogram& evidence) {
  ReplacePast(PollEvidence(evidence));
}

void SurvivalModel::ReplacePast(PollEvidence successor) {
  settled_ = std::move(successor);
  recent_ = early_ = PollEvidence();
  recent_curve_.reset();
  doubt_ = early_doubt_ = 0;
  news_ = unspread_ends_ = 0;
  curve_.reset();
  ++version_;
}

// Page's test of whether the law has changed:
//
// 1. Two explanations of what a poll shows compete: the whole past (curve()) and the
//    polls since the past last was the better one (recent_). recent_ begins as a
//    prior of the past's scale: it loses against a past that still holds, and soon
//    wins against one that does not.
// 2. The chance of what is seen is taken given what the poll before has shown, so
//    that jobs that are old already when the law changes do not mislead.
// 3. The log of the chances' ratio is added to the doubt, limited per job, and the
//    doubt never falls below 0. At 0 the past is the better one: recent_ begins anew.
// 4. When the doubt reaches kDoubtThatDrops, recent_ becomes the past.
void SurvivalModel::WatchForChange(double from, double to, bool ended) {
  if (!recent_curve_) recent_curve_ = CurveOf(recent_.histogram(), &recent_prior_);
  const double doubt =
      recent_curve_->LogChance(from, to, ended) - curve().LogChance(from, to, ended);
  const double most = kMostDoubtOfOneJob * (ended ? 1 : SpanOf(from, to));
  doubt_ = std::max(doubt_ + std::clamp(doubt, -most, most), 0.0);
  if (ended) {
    recent_.AddEnd(from, to, *recent_curve_);
    recent_curve_.reset();
  } else {
    recent_.AddUnfinished(from, to);
  }
  if (doubt_ >= kDoubtThatDrops) {
    recent_.Decay(kTrustInSuccessor);
    return ReplacePast(recent_);
  }
  if (recent_.jobs() > kMostOfThePast * settled_.jobs()) doubt_ = 0;
  if (doubt_ == 0) ForgetRecent();
}

void SurvivalModel::ForgetRecent() {
  // The curve of no end yet stays the same.
  if (recent_.jobs() > 0) recent_curve_.reset();
  recent_ = PollEvidence();
}

// The same for early polls, against somebody who knows nothing and gives whatever
// is seen a chance of one half.
void SurvivalModel::WeighEarlyPoll(double from, double to, bool ended) {
  const double passes = std::exp(curve().CumulativeHazard(from) - curve().CumulativeHazard(to));
  const double chance = std::max(ended ? 1 - passes : passes, 1e-6);
  early_doubt_ += std::clamp(std::log(0.5 / chance), -kMostDoubtOfOneJob, kMostDoubtOfOneJob);
  early_doubt_ = std::max(early_doubt_, 0.0);
  if (ended) {
    early_.AddEnd(from, to, curve());
  } else {
    early_.AddUnfinished(from, to);
  }
  if (early_doubt_ >= kEarlyDoubtThatDrops) return ReplacePast(early_);
  if (early_doubt_ == 0) early_ = PollEvidence();
}

// The posterior mean of each bin's hazard: ends over jobs at risk, with those of the
// priors added (a gamma prior for the rate of a piecewise exponential law).
SurvivalCurve SurvivalModel::CurveOf(const DurationHistogram& evidence, ScaledPrior* prior) const {
  const SurvivalCurve& scaled = PriorOf(evidence, prior);
  const bool ask_above = parent_ != nullptr && !usual_mean_ && evidence.jobs < kInformed &&
                         parent_->samples() >= kInformedParent;
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

const SurvivalCurve& SurvivalModel::PriorOf(const DurationHistogram& evidence,
                                            ScaledPrior* prior) const {
  const double mean = ScaleOf(evidence), sigma = SigmaOf(evidence);
  const auto moved = [](double to, double from) {
    return to > from * kScaleThatMatters || to * kScaleThatMatters < from;
  };
  if (!prior->curve || moved(mean, prior->mean) || moved(sigma, prior->sigma)) {
    *prior = {mean, sigma, SurvivalCurve::LognormalPrior(mean, sigma)};
  }
  return *prior->curve;
}

// The mean duration in seconds, estimated as time seen over ends seen, which is
// right for jobs that are still running too.
double SurvivalModel::ScaleOf(const DurationHistogram& evidence) const {
  double expected = kDefaultMean;
  if (&evidence == &recent_.histogram() && settled_.jobs() > 0) {
    expected = settled_.histogram().Exposure() / settled_.jobs();
  } else if (usual_mean_) {
    expected = *usual_mean_;
  } else if (parent_ != nullptr) {
    expected = parent_->ScaleOf(parent_->settled_.histogram());
  }
  return (evidence.Exposure() + kScaleEnds * expected) / (evidence.jobs + kScaleEnds);
}

// The prior's sigma. Of a class without ends even the scale is a guess: its first
// jobs may take a second or an hour, and are polled early enough for either.
double SurvivalModel::SigmaOf(const DurationHistogram& evidence) const {
  if (&evidence == &recent_.histogram()) return 1;
  const bool told_from_above =
      parent_ != nullptr && !usual_mean_ && parent_->samples() >= kInformedParent;
  return 1 + kSigmaOfGuess / ((told_from_above ? 2 : 1) + evidence.jobs);
}

}  // namespace gcjobs
