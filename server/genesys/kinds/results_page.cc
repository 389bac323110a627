#include "server/genesys/kinds/results_page.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/json.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/upstream_fields.h"

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
  ResultsView view;
  const auto found = FindJsonInPlace(
      &response->body, {fields.items, fields.next, fields.status_field, fields.available_until},
      &view.bytes_replaced);
  if (!found.ok()) return bad(found.status().message());
  auto [items, next, status, available_until] = *found;
  const bool is_inline = fields.mode == v1::RESULTS_MODE_INLINE;
  const bool is_whole_body = fields.items.empty();
  if (!is_inline && IsNull(items)) items.reset();
  if (fields.next.empty() || IsNull(next)) next.reset();

  // Results that are gone are told with a status, in an answer without them.
  if ((is_whole_body || !items) && is_expired(StringOf(status))) {
    return MakeError(errors::kGenesysResultExpired,
                     absl::StrCat(what, ": Genesys Cloud no longer has the results"));
  }

  // A help to the reader: a page is none the worse for an unreadable one.
  if (!fields.available_until.empty()) {
    const absl::StatusOr<absl::Time> until =
        TimeOf(what, available_until, fields.available_until, *response);
    if (until.ok()) view.data_available_until = *until;
  }
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
