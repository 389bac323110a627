#ifndef GCJOBS_TESTS_SIMULATOR_DURATIONS_H_
#define GCJOBS_TESTS_SIMULATOR_DURATIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/simulator/deterministic_random.h"

namespace gcjobs::sim {

// A law of durations, named on the command line as `KIND:A,B,...`, all times in
// seconds:
//   constant:S                            always S
//   uniform:A,B                           between A and B
//   exponential:MEAN
//   lognormal:MEDIAN,SIGMA
//   weibull:SHAPE,MEAN
//   bimodal:P,MEDIAN1,MEDIAN2,SIGMA       lognormal of MEDIAN1 with probability P, else of MEDIAN2
// A value type; safe to share between threads.
class DurationLaw {
 public:
  // INVALID_ARGUMENT with the reason for anything else.
  static absl::StatusOr<DurationLaw> Parse(absl::string_view spec);
  static DurationLaw Constant(absl::Duration duration);

  // At most kLongest, so that arithmetic on times stays finite.
  absl::Duration Draw(DeterministicRandom* random) const;

  const std::string& spec() const { return spec_; }

  static constexpr absl::Duration kLongest = absl::Hours(24 * 7);

 private:
  enum class Kind { kConstant, kUniform, kExponential, kLognormal, kWeibull, kBimodal };
  struct KindInfo;

  DurationLaw(Kind kind, std::string spec, std::vector<double> arguments)
      : kind_(kind), spec_(std::move(spec)), arguments_(std::move(arguments)) {}

  static const KindInfo* FindKind(absl::string_view name);
  absl::Status CheckArguments() const;
  double DrawSeconds(DeterministicRandom* random) const;

  Kind kind_;
  std::string spec_;
  std::vector<double> arguments_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_DURATIONS_H_
