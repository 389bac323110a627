#include "tests/simulator/availability_api.h"

#include "absl/strings/str_cat.h"
#include "tests/simulator/job_kind_bodies.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

// How far the data is behind (assumption: documented is only "up to a day").
constexpr absl::Duration kDelay = absl::Minutes(10);

}  // namespace

void AvailabilityApi::AddRoutes(Router* router) {
  for (const char* subject : {"conversations", "users"}) {
    router->Add({"GET", absl::StrCat("/api/v2/analytics/", subject, "/details/jobs/availability"),
                 "get_availability", RouteClass::kRead, [this](Call* /*call*/) { return Get(); }});
  }
}

ApiResponse AvailabilityApi::Get() const {
  RawObject body;
  ApiResponse response;
  response.body =
      body.SetString("dataAvailabilityDate", Iso8601(clock_->Now() - kDelay)).ToString();
  return response;
}

}  // namespace gcjobs::sim
