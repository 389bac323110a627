#include "tests/simulator/durations.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gcjobs::sim {

struct DurationLaw::KindInfo {
  absl::string_view name;
  Kind kind;
  absl::string_view arguments;  // for messages
  size_t argument_count;
};

const DurationLaw::KindInfo* DurationLaw::FindKind(absl::string_view name) {
  static constexpr KindInfo kKinds[] = {
      {"constant", Kind::kConstant, "S", 1},
      {"uniform", Kind::kUniform, "A,B", 2},
      {"exponential", Kind::kExponential, "MEAN", 1},
      {"lognormal", Kind::kLognormal, "MEDIAN,SIGMA", 2},
      {"weibull", Kind::kWeibull, "SHAPE,MEAN", 2},
      {"bimodal", Kind::kBimodal, "P,MEDIAN1,MEDIAN2,SIGMA", 4},
  };
  for (const KindInfo& info : kKinds) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

absl::StatusOr<DurationLaw> DurationLaw::Parse(absl::string_view spec) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(spec, absl::MaxSplits(':', 1));
  const KindInfo* const info = FindKind(parts.first);
  if (info == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("durations '", spec, "': unknown law '", parts.first, "'"));
  }
  std::vector<double> arguments;
  for (const absl::string_view text : absl::StrSplit(parts.second, ',')) {
    double value = 0;
    if (!absl::SimpleAtod(text, &value) || !std::isfinite(value) || value < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("durations '", spec, "': '", text, "' is not a number of at least 0"));
    }
    arguments.push_back(value);
  }
  if (arguments.size() != info->argument_count) {
    return absl::InvalidArgumentError(
        absl::StrCat("durations '", spec, "': expected ", info->name, ":", info->arguments));
  }
  DurationLaw law(info->kind, std::string(spec), std::move(arguments));
  if (const absl::Status status = law.CheckArguments(); !status.ok()) return status;
  return law;
}

DurationLaw DurationLaw::Constant(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  return DurationLaw(Kind::kConstant, absl::StrCat("constant:", seconds), {seconds});
}

absl::Status DurationLaw::CheckArguments() const {
  if (kind_ == Kind::kUniform && arguments_[0] > arguments_[1]) {
    return absl::InvalidArgumentError(absl::StrCat("durations '", spec_, "': A is above B"));
  }
  if (kind_ == Kind::kWeibull && arguments_[0] <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("durations '", spec_, "': SHAPE must be > 0"));
  }
  if (kind_ == Kind::kBimodal && arguments_[0] > 1) {
    return absl::InvalidArgumentError(absl::StrCat("durations '", spec_, "': P is above 1"));
  }
  return absl::OkStatus();
}

absl::Duration DurationLaw::Draw(DeterministicRandom* random) const {
  const double seconds = std::min(DrawSeconds(random), absl::ToDoubleSeconds(kLongest));
  return absl::Seconds(seconds);
}

double DurationLaw::DrawSeconds(DeterministicRandom* random) const {
  const auto lognormal = [random](double median, double sigma) {
    return median * std::exp(sigma * random->Normal());
  };
  const std::vector<double>& a = arguments_;
  switch (kind_) {
    case Kind::kConstant:
      return a[0];
    case Kind::kUniform:
      return a[0] + (a[1] - a[0]) * random->Uniform();
    case Kind::kExponential:
      return a[0] * random->Exponential();
    case Kind::kLognormal:
      return lognormal(a[0], a[1]);
    case Kind::kWeibull:
      return a[1] / std::tgamma(1 + 1 / a[0]) * std::pow(random->Exponential(), 1 / a[0]);
    case Kind::kBimodal: {
      const bool first = random->Uniform() < a[0];
      return lognormal(first ? a[1] : a[2], a[3]);
    }
  }
  return 0;
}

}  // namespace gcjobs::sim
