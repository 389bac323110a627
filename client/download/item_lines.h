#ifndef GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_
#define GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// Result pages as lines: newline-delimited JSON. Items keep their bytes, but
// for line breaks (\n, \r), so that a line stays a line: between tokens they
// are left out, and in a string, where JSON does not allow them, they are
// escaped. For one thread.
class ItemLines {
 public:
  // Appends each of the page's items and a newline to `*lines`. The page keeps
  // its text, but that may move.
  // Errors: DATA_LOSS when it is no JSON array or does not have as many items as
  // it says; `*lines` may then have some of them.
  absl::Status Append(v1::ResultPage* page, std::string* lines);
};

// Appends `json` without line breaks, as above.
void AppendOneLine(absl::string_view json, std::string* line);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_
