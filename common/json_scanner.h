#ifndef GCJOBS_COMMON_JSON_SCANNER_H_
#define GCJOBS_COMMON_JSON_SCANNER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs {

// Finds parts of large JSON texts (result pages) without building a tree: some
// ten times as fast as a validating parser, by simdjson's On-Demand API
// (Keiser, Lemire: On-Demand JSON, 2023). What is found are spans of the text,
// byte for byte.
//
// Checked are the encoding (UTF-8), strings, that brackets match, and the
// grammar of whatever is on the way; what is stepped over as a whole is not
// checked further. Errors are INVALID_ARGUMENT, without ErrorInfo: the caller
// knows what the text was for.
//
// Texts are taken as `std::string*` since the parser reads some bytes beyond
// the end: their capacity is raised when it is too small, which moves them.
//
// One thread at a time. Buffers are kept between calls, about 6 bytes for each
// of the largest text, unless it had more than kMaxKeptTextBytes.
class JsonScanner {
 public:
  static constexpr size_t kMaxKeptTextBytes = 2 << 20;

  // Member names from the outside in. Where an array is on the way its first
  // element is meant. Never empty.
  using Path = std::vector<std::string>;

  // What Find has found.
  struct Found {
    absl::string_view raw;  // the value's bytes, without the space around it
    size_t elements = 0;    // of an array
  };

  JsonScanner();
  ~JsonScanner();

  // The values at `paths` in the object `text`, in the order of the paths;
  // unset where there is none. Where a member is there twice the last counts.
  // REQUIRES: no path is the beginning of another: both cannot be had in one
  // pass.
  absl::StatusOr<std::vector<std::optional<Found>>> Find(std::string* text,
                                                         const std::vector<Path>& paths);

  // Runs `visit` with each element of `array`, which is a span of `text` (or
  // all of it), in order, until it returns false.
  absl::Status ForEachElement(std::string* text, absl::string_view array,
                              absl::FunctionRef<bool(absl::string_view)> visit);

 private:
  struct Impl;  // keeps simdjson out of everybody's includes
  std::unique_ptr<Impl> impl_;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_JSON_SCANNER_H_
