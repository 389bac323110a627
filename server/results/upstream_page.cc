#include "server/results/upstream_page.h"

#include <utility>

namespace gcjobs {

UpstreamPage MakeUpstreamPage(std::shared_ptr<const std::string> body, const PageSlices& slices,
                              const ResultPosition& start, const std::string& next) {
  UpstreamPage page;
  page.body = std::move(body);
  ResultPosition position = start;
  for (const PageSlice& slice : slices.slices) {
    ++position.pages;
    position.skip_items += slice.item_count;
    page.parts.push_back({slice, position, /*is_last=*/false});
  }
  ResultPart& last = page.parts.back();
  last.after.next = next;
  last.after.skip_items = 0;
  last.after.empty_pages = slices.total_items == 0 ? start.empty_pages + 1 : 0;
  last.is_last = next.empty();
  return page;
}

}  // namespace gcjobs
