#include "server/results/upstream_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kNoItems = "[]";

struct PageSlices {
  std::vector<PageSlice> slices;  // in order; at least one, unless all items were skipped
  int total_items = 0;            // of the page, those skipped included
};

PageSlices WholeArray(absl::string_view array, size_t item_count) {
  const int count = static_cast<int>(item_count);
  return {{{array, /*is_bare=*/false, count}}, count};
}

// Cuts between items: an item opens a new slice where it would make the last one
// too long.
absl::StatusOr<PageSlices> CutArray(std::string* body, absl::string_view array, int skip_items,
                                    size_t max_slice_bytes) {
  PageSlices cut;
  RETURN_IF_ERROR(ForEachJsonElement(body, array, [&](absl::string_view item) {
    if (++cut.total_items <= skip_items) return true;
    // What the last slice would have if it ended with this item.
    const auto bytes = [&] {
      return static_cast<size_t>(item.data() + item.size() - cut.slices.back().items.data());
    };
    if (cut.slices.empty() || bytes() > max_slice_bytes) {
      cut.slices.push_back({item, /*is_bare=*/true, /*item_count=*/0});
    }
    PageSlice& slice = cut.slices.back();
    slice.items = absl::string_view(slice.items.data(), bytes());
    ++slice.item_count;
    return true;
  }));
  return cut;
}

absl::StatusOr<PageSlices> SlicesOf(std::string* body, const ResultsView& view, int skip_items,
                                    size_t max_slice_bytes) {
  const absl::string_view array = view.items;
  if (view.is_single) return PageSlices{{{array, /*is_bare=*/true, 1}}, 1};
  // An answer may leave the array out; what stands for it is not of the body.
  if (array.empty() || array == kNoItems) return WholeArray(kNoItems, 0);
  const bool fits = skip_items == 0 && array.size() <= max_slice_bytes;
  if (fits && view.item_count) return WholeArray(array, *view.item_count);
  const auto offset = static_cast<size_t>(array.data() - body->data());
  ASSIGN_OR_RETURN(PageSlices cut, CutArray(body, array, skip_items, max_slice_bytes));
  const bool is_empty = cut.total_items == 0;
  if (!fits && !is_empty) return cut;
  // The body may have been moved meanwhile.
  return WholeArray(absl::string_view(*body).substr(offset, array.size()), cut.total_items);
}

}  // namespace

absl::StatusOr<UpstreamPage> CutPage(std::shared_ptr<std::string> body, const ResultsView& view,
                                     const ResultPosition& start, const std::string& next,
                                     size_t max_part_bytes) {
  ASSIGN_OR_RETURN(const PageSlices cut,
                   SlicesOf(body.get(), view, start.skip_items, max_part_bytes));
  if (start.skip_items > 0 && start.skip_items >= cut.total_items) {
    return absl::OutOfRangeError(absl::StrCat("it has ", cut.total_items, " items now, and ",
                                              start.skip_items, " of them were read before"));
  }
  UpstreamPage page;
  page.body = std::move(body);
  page.data_available_until = view.data_available_until;
  page.bytes_replaced = view.bytes_replaced;
  ResultPosition position = start;
  for (const PageSlice& slice : cut.slices) {
    ++position.pages;
    position.skip_items += slice.item_count;
    page.parts.push_back({slice, position, /*is_last=*/false});
  }
  ResultPart& last = page.parts.back();
  last.after.next = next;
  last.after.skip_items = 0;
  last.after.empty_pages = cut.total_items == 0 ? start.empty_pages + 1 : 0;
  last.is_last = next.empty();
  return page;
}

absl::StatusOr<UpstreamPage> ReadStoredResult(std::string result_json,
                                              const ResultPosition& start) {
  auto body = std::make_shared<std::string>(std::move(result_json));
  ASSIGN_OR_RETURN(const JsonValue result, JsonValue::Parse(*body));
  ResultsView view;
  view.items = result.raw();
  view.is_single = !result.Is(JsonValue::Type::kArray);
  view.item_count = result.size();
  return CutPage(std::move(body), view, start, /*next=*/"");
}

}  // namespace gcjobs
