#include "server/scheduler/poll_evidence.h"

#include <algorithm>
#include <cmath>

namespace gcjobs {
namespace {

using age_grid::BinOf;
using age_grid::Edge;
using age_grid::kBins;
using age_grid::Width;

// Ends that are remembered. Higher: what polls tell about each other is used for
// longer, and a class costs more memory and time.
constexpr size_t kRememberedEnds = 128;

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

void DurationHistogram::AddEnd(double from, double to, const SurvivalCurve& law, double weight) {
  // `before` and `after`: the chance that the job was unfinished at the beginning and
  // the end of a bin, given that it was so at `from` and not at `to`. Where the law
  // excludes what has happened, all times are equally likely.
  const double at_to = law.Survival(to), ends = law.Survival(from) - at_to;
  const bool excluded = ends < 1e-9 * (ends + at_to) || ends < 1e-200;
  double before = 1;
  ForEachPart(from, to, [&](int bin, double begin, double end) {
    double after = 0;
    if (end < to) {
      after = excluded ? (to - end) / (to - from) : (law.SurvivalAtEdge(bin + 1) - at_to) / ends;
    }
    ended[bin] += static_cast<float>(weight * (before - after));
    at_risk[bin] += static_cast<float>(weight * (end - begin) / Width(bin) * (before + after) / 2);
    before = after;
  });
  jobs += weight;
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

void PollEvidence::AddUnfinished(double from, double to) {
  older_.AddUnfinished(from, to);
  histogram_.AddUnfinished(from, to);
}

void PollEvidence::AddEnd(double from, double to, const SurvivalCurve& law, double decay) {
  if (decay != 1) Decay(decay);
  histogram_.AddEnd(from, to, law);
  ends_.push_back({static_cast<float>(from), static_cast<float>(to), 1});
  if (ends_.size() <= kRememberedEnds) return;
  const End& oldest = ends_.front();
  older_.AddEnd(oldest.from, oldest.to, law, oldest.weight);
  ends_.pop_front();
}

void PollEvidence::Decay(double factor) {
  older_.Decay(factor);
  histogram_.Decay(factor);
  for (End& end : ends_) end.weight *= static_cast<float>(factor);
}

void PollEvidence::Spread(const SurvivalCurve& law) {
  histogram_ = older_;
  for (const End& end : ends_) histogram_.AddEnd(end.from, end.to, law, end.weight);
}

}  // namespace gcjobs
