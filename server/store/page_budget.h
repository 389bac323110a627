#ifndef GCJOBS_SERVER_STORE_PAGE_BUDGET_H_
#define GCJOBS_SERVER_STORE_PAGE_BUDGET_H_

#include <cstddef>

namespace gcjobs {

// What still fits on a page that ends at a number of items or of bytes,
// whichever comes first, but that always has room for its first item.
class PageBudget {
 public:
  PageBudget(size_t items, size_t bytes) : items_left_(items), bytes_left_(bytes) {}

  // Takes room for one item; false, and nothing taken, when there is none.
  bool Take(size_t bytes) {
    if (!empty_ && (items_left_ == 0 || bytes > bytes_left_)) return false;
    items_left_ -= items_left_ > 0 ? 1 : 0;
    bytes_left_ -= bytes < bytes_left_ ? bytes : bytes_left_;
    empty_ = false;
    return true;
  }

  // Whether no further item can fit.
  bool full() const { return !empty_ && (items_left_ == 0 || bytes_left_ == 0); }

 private:
  size_t items_left_;
  size_t bytes_left_;
  bool empty_ = true;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_STORE_PAGE_BUDGET_H_
