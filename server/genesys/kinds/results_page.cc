#include "server/genesys/kinds/results_page.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/json.h"
#include "server/genesys/error_mapping.h"

namespace gcjobs {
namespace {

// It goes into a URL and comes back from clients within a cursor of ours.
constexpr size_t kMaxNextBytes = 8 << 10;

bool IsNull(const std::optional<JsonValue>& value) {
  return !value || value->Is(JsonValue::Type::kNull);
}

}  // namespace

absl::StatusOr<ResultsView> ReadResultsPage(absl::string_view what, const ResultsFields& fields,
                                            absl::FunctionRef<bool(absl::string_view)> is_expired,
                                            HttpResponse* response) {
  const auto bad = [&](absl::string_view problem) { return BadResponse(what, problem, *response); };
  const auto bad_field = [&](const JsonPath& field, absl::string_view problem) {
    return bad(absl::StrCat("`", absl::StrJoin(field, "."), "` ", problem));
  };
  const auto found =
      FindJsonInPlace(&response->body, {fields.items, fields.next, fields.status_field});
  if (!found.ok()) return bad(found.status().message());
  auto [items, next, status] = *found;
  const bool is_inline = fields.mode == v1::RESULTS_MODE_INLINE;
  const bool is_whole_body = fields.items.empty();
  if (!is_inline && IsNull(items)) items.reset();
  if (fields.next.empty() || IsNull(next)) next.reset();

  // Results that are gone are told with a status, in an answer without them.
  if ((is_whole_body || !items) && is_expired(StringOf(status))) {
    return MakeError(errors::kGenesysResultExpired,
                     absl::StrCat(what, ": Genesys Cloud no longer has the results"));
  }

  ResultsView view;
  if (next) {
    if (next->raw().size() > kMaxNextBytes) return bad_field(fields.next, "is too long");
    if (!next->Is(JsonValue::Type::kString)) return bad_field(fields.next, "is not a string");
    view.next = *next->AsString();
    // With U+FFFD it is not the one that upstream gave.
    if (absl::StrContains(view.next, "\xEF\xBF\xBD")) {
      return bad_field(fields.next, "is not valid text");
    }
  }
  if (!items) {
    if (!view.next.empty()) return bad("a page without items has a next one");
    view.items = "[]";
    view.item_count = 0;
    return view;
  }
  view.items = items->raw();
  if (items->Is(JsonValue::Type::kArray)) {
    view.item_count = items->size();
    return view;
  }
  const bool may_be_single =
      is_inline || (fields.mode == v1::RESULTS_MODE_URL && items->Is(JsonValue::Type::kString));
  if (!may_be_single) return bad_field(fields.items, "is of the wrong type");
  view.is_single = true;
  return view;
}

}  // namespace gcjobs
