#ifndef GCJOBS_SERVER_SCHEDULER_REQUEST_CLASS_H_
#define GCJOBS_SERVER_SCHEDULER_REQUEST_CLASS_H_

#include "absl/strings/string_view.h"

namespace gcjobs {

// What a request to Genesys Cloud is for, most urgent first: where the budget is
// short, the earlier one goes first. Retry-After is kept per class, so that a throttled
// export does not stop submissions.
enum class RequestClass { kToken, kSubmit, kCancel, kManage, kPoll, kResults };

inline constexpr int kRequestClasses = 6;

// For metrics and logs: `token`, `submit`, ...
absl::string_view Name(RequestClass request_class);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_REQUEST_CLASS_H_
