#ifndef GCJOBS_TESTS_SIMULATOR_RESULT_PLAN_H_
#define GCJOBS_TESTS_SIMULATOR_RESULT_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// What is wrong with the result pages of a job, from page ResultPlan::fault_page
// on (pages of items_per_page count).
enum class ResultFault {
  kNone,
  kRepeatedCursor,  // that page's cursor (or link) leads to itself
  kEmptyPages,      // pages without items, fault_count of them; 0: without end
  kForeignLink,     // that page's link leads to another origin
  kExpired,         // asking for that page finds the results gone, and the job expired
};

// "repeated_cursor", "empty_pages", "foreign_link", "expired".
std::optional<ResultFault> ParseResultFault(absl::string_view text);

enum class LinkStyle { kAbsolute, kRelative };

// The results of one job: items 0, 1, 2 ... in windows of one page each.
struct ResultPlan {
  int pages = 3;
  // The most items that a page has, however many are asked for. There are
  // pages * items_per_page items in all.
  int items_per_page = 100;
  // What a page of items_per_page weighs, about; 0: as its items come.
  int64_t page_bytes = 0;
  int asked_page_size = 0;  // by the submission; 0: it did not
  LinkStyle links = LinkStyle::kAbsolute;
  ResultFault fault = ResultFault::kNone;
  int fault_page = 1;  // from 1
  int fault_count = 0;
  std::string foreign_origin = "http://elsewhere.example.com";

  int64_t total() const { return int64_t{pages} * items_per_page; }
};

// One page of a plan.
struct PageWindow {
  int64_t first = 0;            // its first item
  int count = 0;                // its items; 0 on an empty page
  int64_t page = 1;             // which of the plan's pages `first` is in, from 1
  std::optional<int64_t> next;  // the next page's first item; absent on the last
};

// The window at item `first` with at most `page_size` items; 0: as the
// submission asked. OUT_OF_RANGE when there is none.
absl::StatusOr<PageWindow> WindowAt(const ResultPlan& plan, int64_t first, int page_size);

// How a cursor spells an item: `c/250==` is the page that starts with item 250.
// Such as real ones it needs to be percent-encoded.
std::string CursorOf(int64_t first);
std::optional<int64_t> ParseCursor(absl::string_view cursor);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_RESULT_PLAN_H_
