#ifndef GCJOBS_SERVER_GENESYS_UPSTREAM_REASONS_H_
#define GCJOBS_SERVER_GENESYS_UPSTREAM_REASONS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/json.h"

namespace gcjobs {

// Why something failed, as Genesys Cloud tells it. It has many forms: a text, an
// ErrorBody with `message` and `code`, arrays of either, an ErrorBody within
// another (`errors`), the fields that are wrong (`details`), or the number of
// items that failed. All that is told is kept, each reason once and in order.
class UpstreamReasons {
 public:
  // Adds what stands at `path` in `value`. Of arrays, on the way and at the end,
  // all elements count, but for those that say `"failed": false`. Numbers count
  // with their name, unless they are 0. The empty path is `value` itself.
  // Depth and length are bounded: an answer may be anything.
  void Collect(const JsonValue& value, absl::Span<const std::string> path);

  // Adds one text, as it may stand in our messages (CleanUpstreamText).
  void Add(absl::string_view text);

  bool empty() const { return texts_.empty(); }

  // All of them, joined with "; ": UTF-8, one line, at most 1 KiB. What had to be
  // left out is "...".
  std::string Join() const;

  // The first code that came with one; may be empty.
  const std::string& code() const { return code_; }

 private:
  void CollectAt(const JsonValue& value, absl::Span<const std::string> path, int depth);
  void AddValue(const JsonValue& value, int depth);
  void AddObject(const JsonValue& object, int depth);

  std::vector<std::string> texts_;
  std::string code_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_UPSTREAM_REASONS_H_
