#include "tests/bench/scheduler/duration_law.h"

#include <cmath>

namespace gcjobs::bench {

DurationLaw Exponential(double mean) {
  return {"exponential", mean, 25 * mean, [mean](double t) { return std::exp(-t / mean); },
          [mean](std::mt19937_64& random) {
            return std::exponential_distribution<double>(1 / mean)(random);
          }};
}

DurationLaw Lognormal(double median, double sigma) {
  const double mu = std::log(median);
  return {"lognormal", std::exp(mu + sigma * sigma / 2), std::exp(mu + 6.4 * sigma),
          [mu, sigma](double t) {
            return t <= 0 ? 1 : 0.5 * std::erfc((std::log(t) - mu) / (sigma * std::sqrt(2.0)));
          },
          [mu, sigma](std::mt19937_64& random) {
            return std::lognormal_distribution<double>(mu, sigma)(random);
          }};
}

DurationLaw Weibull(double shape, double mean) {
  const double scale = mean / std::tgamma(1 + 1 / shape);
  return {"Weibull", mean, scale * std::pow(25, 1 / shape),
          [shape, scale](double t) { return std::exp(-std::pow(t / scale, shape)); },
          [shape, scale](std::mt19937_64& random) {
            return std::weibull_distribution<double>(shape, scale)(random);
          }};
}

DurationLaw Mixture(double share_of_first, const DurationLaw& first, const DurationLaw& second) {
  return {"bimodal", share_of_first * first.mean + (1 - share_of_first) * second.mean,
          std::max(first.longest, second.longest),
          [=](double t) {
            return share_of_first * first.survival(t) + (1 - share_of_first) * second.survival(t);
          },
          [=](std::mt19937_64& random) {
            const bool is_first = std::uniform_real_distribution<double>()(random) < share_of_first;
            return (is_first ? first : second).draw(random);
          }};
}

DurationLaw Stretched(const DurationLaw& law, double factor) {
  return {law.name, law.mean * factor, law.longest * factor,
          [=](double t) { return law.survival(t / factor); },
          [=](std::mt19937_64& random) { return factor * law.draw(random); }};
}

std::vector<DurationLaw> BenchmarkLaws() {
  return {Exponential(30), Lognormal(20, 1), Weibull(2, 30),
          Mixture(0.7, Lognormal(5, 0.3), Lognormal(120, 0.3))};
}

std::vector<DurationLaw> OtherLaws() {
  return {Weibull(0.7, 30), Lognormal(20, 0.5), Exponential(90),
          Mixture(0.5, Lognormal(10, 0.3), Lognormal(60, 0.3)),
          Mixture(0.8, Lognormal(3, 0.3), Lognormal(200, 0.3))};
}

}  // namespace gcjobs::bench
