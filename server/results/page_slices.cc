#include "server/results/page_slices.h"

#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kNoItems = "[]";

// Puts the items one after another into slices.
class Cutter {
 public:
  Cutter(int skip_items, size_t max_slice_bytes)
      : skip_items_(skip_items), max_slice_bytes_(max_slice_bytes) {}

  void Add(absl::string_view item) {
    if (++cut_.total_items <= skip_items_) return;
    const char* const end = item.data() + item.size();
    if (!FitsUpTo(end)) cut_.slices.push_back({item, /*is_bare=*/true, /*item_count=*/0});
    PageSlice& slice = cut_.slices.back();
    slice.items = absl::string_view(slice.items.data(), BytesUpTo(end));
    ++slice.item_count;
  }

  PageSlices&& Take() { return std::move(cut_); }

 private:
  // What the last slice would have if it ended there.
  size_t BytesUpTo(const char* end) const {
    return static_cast<size_t>(end - cut_.slices.back().items.data());
  }
  bool FitsUpTo(const char* end) const {
    return !cut_.slices.empty() && BytesUpTo(end) <= max_slice_bytes_;
  }

  const int skip_items_;
  const size_t max_slice_bytes_;
  PageSlices cut_;
};

PageSlices WholeArray(absl::string_view array, size_t item_count) {
  const int count = static_cast<int>(item_count);
  return {{{array, /*is_bare=*/false, count}}, count};
}

absl::StatusOr<PageSlices> CutArray(std::string* body, const ResultsView& view, int skip_items,
                                    size_t max_slice_bytes) {
  const absl::string_view array = view.items;
  const bool fits = skip_items == 0 && array.size() <= max_slice_bytes;
  if (fits && view.item_count) return WholeArray(array, *view.item_count);
  const auto offset = static_cast<size_t>(array.data() - body->data());
  Cutter cutter(skip_items, max_slice_bytes);
  const absl::Status scanned = ForEachJsonElement(body, array, [&](absl::string_view item) {
    cutter.Add(item);
    return true;
  });
  if (!scanned.ok()) return scanned;
  PageSlices cut = cutter.Take();
  if (!fits && !(skip_items == 0 && cut.slices.empty())) return cut;
  return WholeArray(absl::string_view(*body).substr(offset, array.size()), cut.total_items);
}

}  // namespace

absl::StatusOr<PageSlices> CutPage(std::string* body, const ResultsView& view, int skip_items,
                                   size_t max_slice_bytes) {
  absl::StatusOr<PageSlices> cut = PageSlices();
  if (view.is_single) {
    *cut = {{{view.items, /*is_bare=*/true, /*item_count=*/1}}, /*total_items=*/1};
  } else if (view.items.empty() || view.items == kNoItems) {
    // An answer may leave the array out; what stands for it is not of the body.
    *cut = {{{kNoItems, /*is_bare=*/false, /*item_count=*/0}}, /*total_items=*/0};
  } else {
    cut = CutArray(body, view, skip_items, max_slice_bytes);
  }
  if (cut.ok() && skip_items > 0 && skip_items >= cut->total_items) {
    return absl::OutOfRangeError(absl::StrCat("it has ", cut->total_items, " items now, and ",
                                              skip_items, " of them were read before"));
  }
  return cut;
}

}  // namespace gcjobs
