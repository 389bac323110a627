#include "server/scheduler/poll_explanation.h"

namespace gcjobs {

absl::string_view Name(PollLimit limit) {
  switch (limit) {
    case PollLimit::kWaste:
      return "waste";
    case PollLimit::kMinGap:
      return "min_gap";
    case PollLimit::kMaxGap:
      return "max_gap";
    case PollLimit::kPolicy:
      return "policy";
    case PollLimit::kBackoff:
      return "backoff";
    case PollLimit::kBudget:
      return "budget";
    case PollLimit::kPollUnderWay:
      return "poll_under_way";
  }
  return "unknown";
}

}  // namespace gcjobs
