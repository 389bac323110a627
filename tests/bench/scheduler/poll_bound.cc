#include "tests/bench/scheduler/poll_bound.h"

#include <algorithm>
#include <cmath>

namespace gcjobs::bench {
namespace {

constexpr double kStep = 2e-4;       // of the grid, relative to the mean or the age
constexpr double kPriceStep = 1.03;  // between points of the hull

}  // namespace

PollBound::PollBound(const DurationLaw& law) : mean_(law.mean) {
  for (double t = 0; t < law.longest; t += kStep * std::max(mean_, 2 * t)) {
    time_.push_back(t);
    survival_.push_back(law.survival(t));
  }
  for (double price = 20 * mean_; price > 2e-4 * mean_; price /= kPriceStep) {
    const Point point = Best(price);
    if (hull_.empty() || point.polls > hull_.back().polls + 1e-9) hull_.push_back(point);
  }
}

PollBound::Point PollBound::Best(double price) const {
  const int n = static_cast<int>(time_.size());
  std::vector<double> value(n, 0);
  std::vector<int> next(n, n - 1);
  // The lower envelope of the lines value[y] + time[y] * s; slopes descend.
  std::vector<int> envelope = {n - 1};
  size_t head = 0;
  const auto at = [&](int line, double s) { return time_[line] * s + value[line]; };
  for (int x = n - 2; x >= 0; --x) {
    const double s = survival_[x];
    while (head + 1 < envelope.size() && at(envelope[head + 1], s) <= at(envelope[head], s)) ++head;
    next[x] = envelope[head];
    value[x] = s * (price - time_[x]) + at(envelope[head], s);
    // A line that lies above the crossing of its neighbours is never lowest.
    while (envelope.size() - head >= 2) {
      const int a = envelope[envelope.size() - 2], b = envelope.back();
      if ((value[b] - value[a]) * (time_[a] - time_[x]) <
          (value[x] - value[a]) * (time_[a] - time_[b])) {
        break;
      }
      envelope.pop_back();
    }
    envelope.push_back(x);
  }
  Point point{0, -mean_};
  for (int x = 0; x < n - 1 && survival_[x] > 1e-9; x = next[x]) {
    point.polls += survival_[x];
    point.lag += (time_[next[x]] - time_[x]) * survival_[x];
  }
  return point;
}

double PollBound::Lag(double polls) const {
  const auto above = std::lower_bound(hull_.begin(), hull_.end(), polls,
                                      [](const Point& p, double k) { return p.polls < k; });
  if (above == hull_.begin()) return above->lag;
  if (above == hull_.end()) return hull_.back().lag;
  const auto below = above - 1;
  const double part = (polls - below->polls) / (above->polls - below->polls);
  return below->lag + part * (above->lag - below->lag);
}

}  // namespace gcjobs::bench
