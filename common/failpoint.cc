#include "common/failpoint.h"

#ifdef GCJOBS_FAILPOINTS

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/mutex.h"

namespace gcjobs {
namespace {

struct Armed {
  std::string name;
  int passages_left = 1;
};

Armed ReadEnvironment() {
  Armed armed;
  const char* value = std::getenv("GCJOBS_FAILPOINT");
  if (value == nullptr) return armed;
  const std::vector<std::string> parts = absl::StrSplit(value, ':');
  armed.name = parts[0];
  if (parts.size() == 1) return armed;
  if (!absl::SimpleAtoi(parts[1], &armed.passages_left) || armed.passages_left < 1) {
    // A crash test that never crashes would pass for the wrong reason.
    std::fprintf(stderr, "GCJOBS_FAILPOINT=%s: the part after ':' must be 1 or more\n", value);
    std::abort();
  }
  return armed;
}

}  // namespace

void HitFailpoint(absl::string_view name) {
  // Never destroyed: threads pass failpoints until the process ends.
  static Mutex& mu = *new Mutex;
  static Armed& armed = *new Armed(ReadEnvironment());
  MutexLock lock(&mu);
  if (name == armed.name && --armed.passages_left == 0) std::raise(SIGKILL);
}

}  // namespace gcjobs

#endif  // GCJOBS_FAILPOINTS
