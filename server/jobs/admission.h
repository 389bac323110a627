#ifndef GCJOBS_SERVER_JOBS_ADMISSION_H_
#define GCJOBS_SERVER_JOBS_ADMISSION_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "common/metrics.h"

namespace gcjobs {

// Bounds what waits to be submitted, per organisation, so that a flood is
// refused early and one organisation's backlog never fills another's intake.
// Loop thread only.
class Admission {
 public:
  struct Options {
    // Jobs that may be QUEUED in one organisation. At 300 requests a minute
    // 10,000 take over half an hour to submit.
    size_t max_queued_jobs = 10000;
    // Their bodies are held in memory until Genesys Cloud has taken them.
    size_t max_queued_bytes = 256 << 20;
  };

  // A place in the intake; given back when it is destroyed. The Admission must
  // outlive it.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept { *this = std::move(other); }
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(org_, other.org_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Ticket();

   private:
    friend class Admission;
    Ticket(Admission* admission, std::string org, size_t bytes)
        : admission_(admission), org_(std::move(org)), bytes_(bytes) {}

    Admission* admission_ = nullptr;
    std::string org_;
    size_t bytes_ = 0;
  };

  // `metrics` must outlive this.
  Admission(Options options, Metrics* metrics) : options_(options), metrics_(metrics) {}

  // RESOURCE_EXHAUSTED/INTAKE_FULL with RetryInfo when there is no place for a
  // job with a body of `bytes`.
  absl::StatusOr<Ticket> Admit(const std::string& org, size_t bytes);

  // For jobs that are durable already: they have a right to their place.
  Ticket Readmit(const std::string& org, size_t bytes);

 private:
  struct Intake {
    size_t jobs = 0;
    size_t bytes = 0;
  };

  const Options options_;
  Metrics* const metrics_;
  absl::flat_hash_map<std::string, Intake> intakes_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_ADMISSION_H_
