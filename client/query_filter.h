#ifndef GCJOBS_CLIENT_QUERY_FILTER_H_
#define GCJOBS_CLIENT_QUERY_FILTER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// A filter of an analytics query from its short form:
//   NAME=VALUE          the dimension has this value
//   NAME=VALUE,VALUE    ... one of these; `\,` is a comma, `\\` a backslash
//   NAME                the dimension is there
//   !NAME               the dimension is not there
//   TYPE:NAME...        the same for another type than `dimension`: `metric`,
//                       `property`
// What does not fit into it is written as a whole query in JSON.
// Errors: UsageError that names `option`.
absl::StatusOr<v1::QueryFilter> ParseQueryFilter(absl::string_view option, absl::string_view text);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_QUERY_FILTER_H_
