#include "server/results/page_slices.h"

#include "absl/strings/str_cat.h"

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

absl::StatusOr<PageSlices> CutArray(JsonScanner* scanner, std::string* body,
                                    absl::string_view array, int skip_items,
                                    size_t max_slice_bytes) {
  const auto offset = static_cast<size_t>(array.data() - body->data());
  Cutter cutter(skip_items, max_slice_bytes);
  const absl::Status scanned = scanner->ForEachElement(body, array, [&](absl::string_view item) {
    cutter.Add(item);
    return true;
  });
  if (!scanned.ok()) return scanned;
  PageSlices cut = cutter.Take();
  const bool is_whole = skip_items == 0 && (array.size() <= max_slice_bytes || cut.slices.empty());
  if (is_whole) {
    const absl::string_view moved = absl::string_view(*body).substr(offset, array.size());
    cut.slices = {{moved, /*is_bare=*/false, cut.total_items}};
  }
  return cut;
}

}  // namespace

absl::StatusOr<PageSlices> CutPage(JsonScanner* scanner, std::string* body, const ResultsView& view,
                                   int skip_items, size_t max_slice_bytes) {
  absl::StatusOr<PageSlices> cut = PageSlices();
  if (view.is_single) {
    *cut = {{{view.items, /*is_bare=*/true, /*item_count=*/1}}, /*total_items=*/1};
  } else if (view.items.empty() || view.items == kNoItems) {
    // An answer may leave the array out; what stands for it is not of the body.
    *cut = {{{kNoItems, /*is_bare=*/false, /*item_count=*/0}}, /*total_items=*/0};
  } else {
    cut = CutArray(scanner, body, view.items, skip_items, max_slice_bytes);
  }
  if (cut.ok() && skip_items > 0 && skip_items >= cut->total_items) {
    return absl::OutOfRangeError(absl::StrCat("it has ", cut->total_items, " items now, and ",
                                              skip_items, " of them were read before"));
  }
  return cut;
}

}  // namespace gcjobs
