#ifndef GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_
#define GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "server/results/page_slices.h"

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
};

// The page that was read at `start` and cut into `slices`, which are of `body`.
// `next` is as in ResultPosition, but empty on the last page.
UpstreamPage MakeUpstreamPage(std::shared_ptr<const std::string> body, const PageSlices& slices,
                              const ResultPosition& start, const std::string& next);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RESULTS_UPSTREAM_PAGE_H_
