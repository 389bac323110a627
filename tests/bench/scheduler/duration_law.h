#ifndef GCJOBS_TESTS_BENCH_SCHEDULER_DURATION_LAW_H_
#define GCJOBS_TESTS_BENCH_SCHEDULER_DURATION_LAW_H_

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace gcjobs::bench {

// A law of durations, in seconds.
struct DurationLaw {
  std::string name;
  double mean = 0;
  double longest = 0;  // beyond it next to nothing is left
  std::function<double(double)> survival;
  std::function<double(std::mt19937_64&)> draw;
};

DurationLaw Exponential(double mean);
DurationLaw Lognormal(double median, double sigma);
DurationLaw Weibull(double shape, double mean);
DurationLaw Mixture(double share_of_first, const DurationLaw& first, const DurationLaw& second);

// The same law, `factor` times as long.
DurationLaw Stretched(const DurationLaw& law, double factor);

// The four of the benchmark: a memoryless one, one of heavy tail, one that
// ages, and one of two modes.
std::vector<DurationLaw> BenchmarkLaws();

// Laws that nothing in the scheduler was chosen with.
std::vector<DurationLaw> OtherLaws();

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_SCHEDULER_DURATION_LAW_H_
