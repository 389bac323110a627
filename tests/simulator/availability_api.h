#ifndef GCJOBS_TESTS_SIMULATOR_AVAILABILITY_API_H_
#define GCJOBS_TESTS_SIMULATOR_AVAILABILITY_API_H_

#include "common/clock.h"
#include "tests/simulator/router.h"

namespace gcjobs::sim {

// GET /api/v2/analytics/{conversations,users}/details/jobs/availability: up to
// when the data lake has the data that details jobs read. Thread-safe.
class AvailabilityApi {
 public:
  // `clock` outlives the API, and the API the router.
  explicit AvailabilityApi(const Clock* clock) : clock_(clock) {}

  void AddRoutes(Router* router);

 private:
  ApiResponse Get() const;

  const Clock* const clock_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_AVAILABILITY_API_H_
