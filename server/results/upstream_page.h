#ifndef GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_
#define GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/genesys/kinds/job_kind.h"

namespace gcjobs {

// Where a reader stands in a job's results.
struct ResultPosition {
  // The page of Genesys Cloud's to go on in, as JobKind::BuildResults takes it;
  // empty = the first.
  std::string next;
  // Items at its beginning that have been read.
  int skip_items = 0;
  // Pages as the reader counts them (ResultPage) that have been read.
  int pages = 0;
  // Pages of Genesys Cloud's right before this one that had no items.
  int empty_pages = 0;
};

// Items of a page that travel together.
struct PageSlice {
  // The items' array, byte for byte; or, when `is_bare`, what stands in it from
  // the first of these items to the last.
  absl::string_view items;
  bool is_bare = false;
  int item_count = 0;
};

// What becomes one ResultPage.
struct ResultPart {
  PageSlice slice;
  // Where to go on after it; means nothing when it is the last.
  ResultPosition after;
  bool is_last = false;
};

// One page of Genesys Cloud's, in the parts in which it is passed on. Movable;
// `body` may be shared with whoever sends its bytes.
struct UpstreamPage {
  std::shared_ptr<const std::string> body;  // what the parts are spans of
  std::vector<ResultPart> parts;            // in order; at least one
  // As in ResultsView.
  std::optional<absl::Time> data_available_until;
  bool bytes_replaced = false;
};

// Bytes of items in one part. Clients accept messages of 4 MiB by default; the
// rest is left for the cursor, which upstream chooses.
inline constexpr size_t kMaxPartBytes = 3 << 20;

// Cuts the page that was read at `start` into parts of at most
// `max_part_bytes`, between items: a larger item is a part of its own. A page
// without items is one part. Items that `start` skips are left out. `next` is
// as in ResultPosition, but empty on the last page.
//
// `view` is of `body`, which may be moved for it; the parts are of `body` as it
// then is. Errors have no ErrorInfo: INVALID_ARGUMENT when the items are not
// JSON, OUT_OF_RANGE when there are none after those to skip.
absl::StatusOr<UpstreamPage> CutPage(std::shared_ptr<std::string> body, const ResultsView& view,
                                     const ResultPosition& start, const std::string& next,
                                     size_t max_part_bytes = kMaxPartBytes);

// A result that the store has kept (Job.result_json), as the only page: an
// array's elements are its items, any other value is the only one. Blocks for a
// millisecond a megabyte. Errors as CutPage's: an action's own answer may not
// be JSON.
absl::StatusOr<UpstreamPage> ReadStoredResult(std::string result_json, const ResultPosition& start);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_
