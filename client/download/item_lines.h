#ifndef GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_
#define GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "common/json_scanner.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// Result pages as lines: newline-delimited JSON. Items keep their bytes, but
// for line breaks (\n, \r) between their tokens, which are left out so that a
// line stays a line; a line break cannot be within a JSON string. For one
// thread.
class ItemLines {
 public:
  // Appends each of the page's items and a newline to `*lines`. The page keeps
  // its text, but that may move.
  // Errors: DATA_LOSS when it is no JSON array or does not have as many items as
  // it says; `*lines` may then have some of them.
  absl::Status Append(v1::ResultPage* page, std::string* lines);

 private:
  JsonScanner scanner_;
};

// Appends `json` without the line breaks between its tokens. REQUIRES: valid
// JSON.
void AppendOneLine(absl::string_view json, std::string* line);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_DOWNLOAD_ITEM_LINES_H_
