#ifndef GCJOBS_COMMON_CHECK_H_
#define GCJOBS_COMMON_CHECK_H_

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/log.h"

namespace gcjobs {

// Ends the process when an impossible state is met: what follows could write
// it to disk. Never for bad input, which is always possible. The arguments
// after the condition are the values that help, joined by absl::StrCat.
#define GCJOBS_CHECK(condition, ...)                                                    \
  do {                                                                                  \
    if (!(condition)) {                                                                 \
      ::gcjobs::CheckFailed(__FILE__, __LINE__, #condition, absl::StrCat(__VA_ARGS__)); \
    }                                                                                   \
  } while (false)

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition,
                                     const std::string& values) {
  Log(LogLevel::kError, "check_failed",
      {{"condition", condition}, {"values", values}, {"file", file}, {"line", line}});
  FlushLog(absl::Seconds(1));
  std::abort();
}

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_CHECK_H_
