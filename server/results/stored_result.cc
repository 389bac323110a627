#include "server/results/stored_result.h"

#include <memory>
#include <utility>

#include "common/json.h"

namespace gcjobs {

absl::StatusOr<UpstreamPage> ReadStoredResult(std::string result_json,
                                              const ResultPosition& start) {
  const auto body = std::make_shared<std::string>(std::move(result_json));
  const absl::StatusOr<JsonValue> result = JsonValue::Parse(*body);
  if (!result.ok()) return result.status();
  ResultsView view;
  view.items = result->raw();
  view.is_single = !result->Is(JsonValue::Type::kArray);
  view.item_count = result->size();
  const absl::StatusOr<PageSlices> slices = CutPage(body.get(), view, start.skip_items);
  if (!slices.ok()) return slices.status();
  return MakeUpstreamPage(body, *slices, start, /*next=*/"");
}

}  // namespace gcjobs
