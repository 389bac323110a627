#include "tests/simulator/result_paging.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulator/http_message.h"
#include "tests/simulator/job_kind_bodies.h"
#include "tests/simulator/sim_directive.h"

namespace gcjobs::sim {
namespace {

// 0: none is asked for.
absl::StatusOr<int> ReadPageSize(const KindSpec& kind, const QueryParams& query) {
  const bool is_link = kind.results.mode == v1::RESULTS_MODE_LINK;
  const std::string name = is_link ? "pageSize" : kind.results.page_size_parameter;
  const std::optional<std::string> text = FindParam(query, name);
  int size = 0;
  if (!text.has_value() || name.empty()) return size;
  if (!absl::SimpleAtoi(*text, &size) || size < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("Value [", *text, "] is not valid for parameter [", name, "]."));
  }
  return kind.results.max_page_size > 0 ? std::min(size, kind.results.max_page_size) : size;
}

absl::StatusOr<int64_t> ReadCursor(const KindSpec& kind, const QueryParams& query) {
  const bool is_link = kind.results.mode == v1::RESULTS_MODE_LINK;
  const std::optional<std::string> cursor =
      FindParam(query, is_link ? "cursor" : kind.results.cursor_parameter);
  if (!cursor.has_value() || cursor->empty()) return 0;
  const std::optional<int64_t> first = ParseCursor(*cursor);
  if (first.has_value()) return *first;
  return absl::InvalidArgumentError(absl::StrCat("The cursor [", *cursor, "] is not valid."));
}

}  // namespace

CallSpec LinkCall(const KindSpec& kind) {
  return {"GET", absl::StrCat(kind.status.path, "/results"), "", ""};
}

absl::StatusOr<PageWindow> FindWindow(const KindSpec& kind, const ExecutionScript& script,
                                      const QueryParams& query) {
  const ResultPlan& plan = script.results;
  PageWindow all;
  all.count = static_cast<int>(std::min<int64_t>(plan.total(), kMaxItemsPerPage));
  // A kind without a way to the next page has one page; a given result is one.
  if (kind.results.next.empty() || !script.result.empty()) return all;
  const absl::StatusOr<int64_t> first = ReadCursor(kind, query);
  if (!first.ok()) return first.status();
  const absl::StatusOr<int> size = ReadPageSize(kind, query);
  if (!size.ok()) return size.status();
  return WindowAt(plan, *first, *size);
}

std::string NextOf(const KindSpec& kind, const Execution& execution, const PageWindow& window,
                   const Call& call) {
  std::string cursor = CursorOf(*window.next);
  if (kind.results.mode != v1::RESULTS_MODE_LINK) return cursor;
  const ResultPlan& plan = execution.script->results;
  std::string link =
      absl::StrCat(PathOf(LinkCall(kind).path, execution), "?cursor=", PercentEncode(cursor));
  const std::optional<std::string> page_size = FindParam(call.query, "pageSize");
  if (page_size.has_value()) absl::StrAppend(&link, "&pageSize=", PercentEncode(*page_size));
  const bool is_foreign = plan.fault == ResultFault::kForeignLink && window.page == plan.fault_page;
  if (is_foreign) return plan.foreign_origin + link;
  const absl::string_view host = call.request->Header("host");
  const bool is_relative = plan.links == LinkStyle::kRelative || host.empty();
  return is_relative ? link : absl::StrCat("http://", host, link);
}

}  // namespace gcjobs::sim
