#ifndef GCJOBS_SERVER_RESULTS_PAGE_SLICES_H_
#define GCJOBS_SERVER_RESULTS_PAGE_SLICES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/genesys/kinds/job_kind.h"

namespace gcjobs {

// Bytes of items in one message. Clients take messages of 4 MiB by default; the
// rest is left for the cursor, which upstream chooses.
inline constexpr size_t kMaxSliceBytes = 3 << 20;

// Items of a page that travel together.
struct PageSlice {
  // The items' array, byte for byte; or, when `is_bare`, what stands in it from
  // the first of these items to the last.
  absl::string_view items;
  bool is_bare = false;
  int item_count = 0;
};

struct PageSlices {
  std::vector<PageSlice> slices;  // in order; at least one
  int total_items = 0;            // of the page, those skipped included
};

// Cuts a page's items into slices of at most `max_slice_bytes`, between items:
// a larger item is a slice of its own. A page without items is one slice. The
// first `skip_items` are left out.
//
// `view` is of `body`, which may be moved for it; the slices are of `body` as
// it then is. Errors have no ErrorInfo: INVALID_ARGUMENT when the items are not
// JSON, OUT_OF_RANGE when there are none behind those to skip.
absl::StatusOr<PageSlices> CutPage(std::string* body, const ResultsView& view, int skip_items,
                                   size_t max_slice_bytes = kMaxSliceBytes);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RESULTS_PAGE_SLICES_H_
