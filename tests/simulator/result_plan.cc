#include "tests/simulator/result_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gcjobs::sim {
namespace {

constexpr int64_t kMaxItem = 1'000'000'000'000'000;  // keeps sums far from overflow

int PageSize(const ResultPlan& plan, int page_size) {
  const int asked = page_size > 0 ? page_size : plan.asked_page_size;
  return asked > 0 ? std::min(asked, plan.items_per_page) : plan.items_per_page;
}

bool IsEmptied(const ResultPlan& plan, int64_t page) {
  if (plan.fault != ResultFault::kEmptyPages || page < plan.fault_page) return false;
  return plan.fault_count == 0 || page < int64_t{plan.fault_page} + plan.fault_count;
}

// Whether pages go on behind the last item.
bool IsEndless(const ResultPlan& plan) {
  return plan.fault == ResultFault::kEmptyPages && plan.fault_count == 0;
}

}  // namespace

std::optional<ResultFault> ParseResultFault(absl::string_view text) {
  constexpr std::pair<absl::string_view, ResultFault> kNames[] = {
      {"repeated_cursor", ResultFault::kRepeatedCursor},
      {"empty_pages", ResultFault::kEmptyPages},
      {"foreign_link", ResultFault::kForeignLink},
      {"expired", ResultFault::kExpired}};
  for (const auto& [name, fault] : kNames) {
    if (name == text) return fault;
  }
  return std::nullopt;
}

absl::StatusOr<PageWindow> WindowAt(const ResultPlan& plan, int64_t first, int page_size) {
  if (first < 0 || (first >= plan.total() && first > 0 && !IsEndless(plan))) {
    return absl::OutOfRangeError(absl::StrCat("there is no item ", first));
  }
  const int size = PageSize(plan, page_size);
  PageWindow window;
  window.first = first;
  window.page = first / plan.items_per_page + 1;
  if (!IsEmptied(plan, window.page)) {
    window.count = static_cast<int>(std::clamp<int64_t>(plan.total() - first, 0, size));
  }
  if (first + size < plan.total() || IsEndless(plan)) window.next = first + size;
  if (plan.fault == ResultFault::kRepeatedCursor && window.page == plan.fault_page) {
    window.next = first;
  }
  return window;
}

std::string CursorOf(int64_t first) { return absl::StrCat("c/", first, "=="); }

std::optional<int64_t> ParseCursor(absl::string_view cursor) {
  int64_t first = 0;
  if (!absl::ConsumePrefix(&cursor, "c/") || !absl::ConsumeSuffix(&cursor, "==") ||
      !absl::SimpleAtoi(cursor, &first) || first < 0 || first > kMaxItem) {
    return std::nullopt;
  }
  return first;
}

}  // namespace gcjobs::sim
