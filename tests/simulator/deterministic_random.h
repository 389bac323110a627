#ifndef GCJOBS_TESTS_SIMULATOR_DETERMINISTIC_RANDOM_H_
#define GCJOBS_TESTS_SIMULATOR_DETERMINISTIC_RANDOM_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// Random numbers that are the same for the same seed in every build: the
// standard's and Abseil's distributions promise that to nobody. SplitMix64
// (Steele, Lea and Flood, 2014). Not for secrets. Not thread-safe.
class DeterministicRandom {
 public:
  explicit DeterministicRandom(uint64_t seed) : state_(seed) {}

  // A stream of its own for the `ordinal`-th thing of `name`: what one thing
  // draws does not depend on how many others were drawn for before it.
  DeterministicRandom(uint64_t seed, absl::string_view name, uint64_t ordinal);

  uint64_t Next();
  double Uniform();                // in [0, 1)
  double Normal();                 // mean 0, standard deviation 1
  double Exponential();            // mean 1
  uint64_t Below(uint64_t bound);  // in [0, bound). REQUIRES: bound > 0.
  std::string Guid();              // 36 characters, version 4

 private:
  uint64_t state_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_DETERMINISTIC_RANDOM_H_
