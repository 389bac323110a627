#include "tests/simulator/deterministic_random.h"

#include <cmath>

#include "absl/strings/str_format.h"

namespace gcjobs::sim {
namespace {

// FNV-1a: std::hash may differ between libraries.
uint64_t HashName(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

DeterministicRandom::DeterministicRandom(uint64_t seed, absl::string_view name, uint64_t ordinal)
    : state_(seed) {
  state_ = Next() ^ HashName(name);
  state_ = Next() ^ ordinal;
  state_ = Next();
}

uint64_t DeterministicRandom::Next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

double DeterministicRandom::Uniform() {
  return static_cast<double>(Next() >> 11) * 0x1.0p-53;  // the 53 bits of a double
}

double DeterministicRandom::Exponential() { return -std::log(1.0 - Uniform()); }

double DeterministicRandom::Normal() {
  constexpr double kTwoPi = 6.283185307179586;
  const double radius = std::sqrt(2.0 * Exponential());
  return radius * std::cos(kTwoPi * Uniform());  // Box and Muller; the twin is not kept
}

uint64_t DeterministicRandom::Below(uint64_t bound) {
  return Next() % bound;  // the bias is far below what a simulation can show
}

std::string DeterministicRandom::Guid() {
  const uint64_t high = (Next() & 0xffffffffffff0fff) | 0x4000;
  const uint64_t low = (Next() & 0x3fffffffffffffff) | 0x8000000000000000;
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xffff,
                         high & 0xffff, low >> 48, low & 0xffffffffffff);
}

}  // namespace gcjobs::sim
