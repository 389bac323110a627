#ifndef GCJOBS_CLIENT_EXPLANATION_H_
#define GCJOBS_CLIENT_EXPLANATION_H_

#include <string>

#include "absl/time/time.h"

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// Why a job's next look is when it is, for a person: what is planned and what
// says so, then the figures behind it. Control characters are escaped.
std::string DescribeExplanation(const v1::JobExplanation& explanation, absl::Time now,
                                const absl::TimeZone& zone);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_EXPLANATION_H_
