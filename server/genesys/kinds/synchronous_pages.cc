#include "server/genesys/kinds/synchronous_pages.h"

#include <cstdint>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "server/genesys/json_edit.h"
#include "server/genesys/kinds/declared_call.h"
#include "server/genesys/kinds/results_page.h"

namespace gcjobs {
namespace {

// `body`, with the number of the page that is so many behind the one that it asks
// for. What is no object is left as it is: it has no further pages.
std::string WithPage(absl::string_view body, const JsonPath& page_number, int64_t pages_behind) {
  const absl::StatusOr<JsonValue> root = JsonValue::Parse(body.empty() ? "{}" : body);
  if (!root.ok()) return std::string(body);
  std::optional<JsonValue> first = *root;
  for (const std::string& name : page_number) {
    if (first) first = first->Find(name);
  }
  const int64_t number = (first ? first->AsInt64().value_or(1) : 1) + pages_behind;
  return SetJsonMember(*root, page_number, absl::StrCat(number)).value_or(std::string(body));
}

}  // namespace

ApiRequest SynchronousPages::BuildResults(const JobRef& job, absl::string_view next,
                                          int /*page_size*/) const {
  ApiRequest request = BuildCall(RequestClass::kResults, submit_, job);
  int64_t pages_behind = 0;
  request.body = next.empty() || !absl::SimpleAtoi(next, &pages_behind)
                     ? std::string(job.submitted)
                     : WithPage(job.submitted, spec_.page_number, pages_behind);
  return request;
}

absl::StatusOr<ResultsView> SynchronousPages::ParseResults(HttpResponse* response) const {
  ResultsFields fields;
  fields.mode = v1::RESULTS_MODE_CURSOR;
  fields.items = spec_.items;
  auto view = ReadResultsPage(
      absl::StrCat(kind_, ": results"), fields, [](absl::string_view) { return false; }, response);
  if (view.ok()) view->is_numbered = true;
  return view;
}

}  // namespace gcjobs
