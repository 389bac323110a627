#include "common/job_id.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_format.h"

namespace gcjobs {
namespace {

// The counter (RFC 9562, section 6.2, method 1) fills rand_a (12 bits) and the
// first 30 bits of rand_b. A fresh millisecond starts it at random with the
// top bit clear, so that 2^41 increments fit.
constexpr int kCounterBits = 42;
constexpr int kCounterLowBits = 30;

// The last time that 48 bits hold, in the year 10889.
constexpr int64_t kMaxMillis = (int64_t{1} << 48) - 1;

}  // namespace

std::string JobIdGenerator::Next(absl::Time now) {
  MutexLock lock(&mu_);
  const int64_t millis = std::min(absl::ToUnixMillis(now), kMaxMillis);
  if (millis > last_millis_) {
    last_millis_ = millis;
    counter_ = absl::Uniform<uint64_t>(random_, 0, uint64_t{1} << (kCounterBits - 1));
  } else if (++counter_ >> kCounterBits != 0) {
    ++last_millis_;
    counter_ = 0;
  }
  const auto time = static_cast<uint64_t>(last_millis_);
  const uint64_t rand_a = counter_ >> kCounterLowBits;
  const uint64_t low = counter_ & ((uint64_t{1} << kCounterLowBits) - 1);
  const uint64_t tail = absl::Uniform<uint32_t>(random_);
  const uint64_t rand_b = uint64_t{0b10} << 62 | low << 32 | tail;
  return absl::StrFormat("%08x-%04x-7%03x-%04x-%012x", time >> 16, time & 0xFFFF, rand_a,
                         rand_b >> 48, rand_b & 0xFFFFFFFFFFFF);
}

}  // namespace gcjobs
