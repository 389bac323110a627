#include "server/results/stored_result.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "common/json_scanner.h"
#include "server/genesys/json_codec.h"

namespace gcjobs {

absl::StatusOr<UpstreamPage> ReadStoredResult(std::string result_json,
                                              const ResultPosition& start) {
  const auto body = std::make_shared<std::string>(std::move(result_json));
  JsonLimits limits = kUpstreamJsonLimits;
  limits.max_bytes = body->size();
  const absl::Status valid = ValidateJson(*body, limits);
  if (!valid.ok()) return valid;
  ResultsView view;
  view.items = absl::StripAsciiWhitespace(*body);
  view.is_single = view.items.front() != '[';
  JsonScanner scanner;
  const absl::StatusOr<PageSlices> slices = CutPage(&scanner, body.get(), view, start.skip_items);
  if (!slices.ok()) return slices.status();
  return MakeUpstreamPage(body, *slices, start, /*next=*/"");
}

}  // namespace gcjobs
