#include "tests/simulator/glob.h"

#include "absl/strings/match.h"

namespace gcjobs::sim {

// Recursion is bounded by the stars of a pattern, which the test's author writes.
bool GlobMatches(absl::string_view pattern, absl::string_view text) {
  while (!pattern.empty() && pattern[0] != '*') {
    if (text.empty() || text[0] != pattern[0]) return false;
    pattern.remove_prefix(1);
    text.remove_prefix(1);
  }
  if (pattern.empty()) return text.empty();
  const bool crosses_segments = absl::StartsWith(pattern, "**");
  pattern.remove_prefix(crosses_segments ? 2 : 1);
  for (;;) {
    if (GlobMatches(pattern, text)) return true;
    if (text.empty() || (text[0] == '/' && !crosses_segments)) return false;
    text.remove_prefix(1);
  }
}

}  // namespace gcjobs::sim
