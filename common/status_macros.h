#ifndef GCJOBS_COMMON_STATUS_MACROS_H_
#define GCJOBS_COMMON_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Leaves the function with the error, if there is one:
//
//   RETURN_IF_ERROR(file.Sync());
//
// In a coroutine: CO_RETURN_IF_ERROR(co_await Send(request)).
#define RETURN_IF_ERROR(expression) GCJOBS_IF_ERROR_(return, expression)
#define CO_RETURN_IF_ERROR(expression) GCJOBS_IF_ERROR_(co_return, expression)

// Declares or assigns what an absl::StatusOr holds, or leaves the function with
// its error:
//
//   ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
//
// A type with a comma in it needs parentheses around it, or `auto`.
#define ASSIGN_OR_RETURN(left, expression) \
  GCJOBS_ASSIGN_OR_(return, GCJOBS_STATUS_NAME_(__LINE__), left, expression)
#define CO_ASSIGN_OR_RETURN(left, expression) \
  GCJOBS_ASSIGN_OR_(co_return, GCJOBS_STATUS_NAME_(__LINE__), left, expression)

#define GCJOBS_IF_ERROR_(leave, expression)            \
  do {                                                 \
    absl::Status status_of_expression_ = (expression); \
    if (!status_of_expression_.ok()) {                 \
      leave status_of_expression_;                     \
    }                                                  \
  } while (false)
// NOLINTBEGIN(bugprone-macro-parentheses): names and a statement, not operands
#define GCJOBS_ASSIGN_OR_(leave, name, left, expression) \
  auto name = (expression);                              \
  if (!name.ok()) leave std::move(name).status();        \
  left = *std::move(name)
// NOLINTEND(bugprone-macro-parentheses)
#define GCJOBS_STATUS_NAME_(line) GCJOBS_STATUS_NAME_2_(line)
#define GCJOBS_STATUS_NAME_2_(line) status_or_of_line_##line##_

#endif  // GCJOBS_COMMON_STATUS_MACROS_H_
