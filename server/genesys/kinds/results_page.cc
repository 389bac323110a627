#include "server/genesys/kinds/results_page.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/json_scanner.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/json_codec.h"

namespace gcjobs {
namespace {

// It goes into a URL and comes back from clients within a cursor of ours.
constexpr size_t kMaxNextBytes = 8 << 10;

// Its buffers are worth keeping; those of pages are made on the loop's thread,
// so that there is one.
JsonScanner& ScannerOfThread() {
  thread_local JsonScanner scanner;
  return scanner;
}

// Reads one answer.
class PageReader {
 public:
  PageReader(absl::string_view what, const ResultsFields& fields, HttpResponse* response)
      : what_(what), fields_(fields), response_(response) {}

  absl::StatusOr<ResultsView> Read(absl::FunctionRef<bool(absl::string_view)> is_expired);

 private:
  using Span = std::optional<JsonScanner::Found>;

  absl::StatusOr<std::vector<Span>> Find(const std::vector<JsonPathSpec>& paths);
  // Sets items_ and next_.
  absl::Status FindPage();
  // The upstream status; "" when there is none.
  absl::StatusOr<std::string> FindStatus();
  absl::StatusOr<std::string> ReadNext() const;
  absl::StatusOr<ResultsView> ReadItems() const;
  absl::StatusOr<ResultsView> ReadSingle() const;
  bool IsWholeBody() const { return fields_.items.empty(); }
  absl::Status Bad(absl::string_view problem) const {
    return BadResponse(what_, problem, *response_);
  }

  const absl::string_view what_;
  const ResultsFields& fields_;
  HttpResponse* const response_;
  Span items_;
  Span next_;
};

absl::StatusOr<ResultsView> PageReader::Read(
    absl::FunctionRef<bool(absl::string_view)> is_expired) {
  const absl::Status found = FindPage();
  if (!found.ok()) return found;
  if (IsWholeBody() || !items_) {
    const absl::StatusOr<std::string> status = FindStatus();
    if (!status.ok()) return status.status();
    if (is_expired(*status)) {
      return MakeError(errors::kGenesysResultExpired,
                       absl::StrCat(what_, ": Genesys Cloud no longer has the results"));
    }
  }
  absl::StatusOr<std::string> next = ReadNext();
  if (!next.ok()) return next.status();
  if (!items_ && !next->empty()) return Bad("a page without items has a next one");
  absl::StatusOr<ResultsView> view = ReadItems();
  if (view.ok()) view->next = *std::move(next);
  return view;
}

absl::StatusOr<std::vector<PageReader::Span>> PageReader::Find(
    const std::vector<JsonPathSpec>& paths) {
  absl::StatusOr<std::vector<Span>> found = ScannerOfThread().Find(&response_->body, paths);
  if (!found.ok()) return Bad(found.status().message());
  const bool keeps_null = fields_.mode == v1::RESULTS_MODE_INLINE;
  for (Span& span : *found) {
    if (span && span->raw == "null" && !keeps_null) span.reset();
  }
  return found;
}

absl::Status PageReader::FindPage() {
  if (IsWholeBody()) return absl::OkStatus();
  std::vector<JsonPathSpec> paths = {fields_.items};
  if (!fields_.next.empty()) paths.push_back(fields_.next);
  const absl::StatusOr<std::vector<Span>> found = Find(paths);
  if (!found.ok()) return found.status();
  items_ = found->front();
  if (found->size() > 1) next_ = found->back();
  return absl::OkStatus();
}

absl::StatusOr<std::string> PageReader::FindStatus() {
  const absl::StatusOr<std::vector<Span>> found = Find({fields_.status_field});
  if (!found.ok()) return found.status();
  // Only now is it known that the body is an object, and where it is.
  if (IsWholeBody()) items_ = JsonScanner::Found{absl::StripAsciiWhitespace(response_->body)};
  const Span& field = found->front();
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(field ? field->raw : "null");
  return value.ok() ? value->AsString().value_or("") : "";
}

absl::StatusOr<std::string> PageReader::ReadNext() const {
  if (!next_) return "";
  const std::string name = absl::StrJoin(fields_.next, ".");
  if (next_->raw.size() > kMaxNextBytes) return Bad(absl::StrCat("`", name, "` is too long"));
  const absl::StatusOr<JsonValue> value = JsonValue::Parse(next_->raw);
  if (!value.ok() || !value->Is(JsonValue::Type::kString)) {
    return Bad(absl::StrCat("`", name, "` is no string"));
  }
  return *value->AsString();
}

absl::StatusOr<ResultsView> PageReader::ReadItems() const {
  ResultsView view;
  view.items = items_ ? items_->raw : "[]";
  if (view.items.front() == '[') {
    if (!IsWholeBody()) view.item_count = items_ ? items_->elements : 0;
    return view;
  }
  const bool may_be_single = fields_.mode == v1::RESULTS_MODE_INLINE ||
                             (fields_.mode == v1::RESULTS_MODE_URL && view.items.front() == '"');
  if (may_be_single) return ReadSingle();
  return Bad(absl::StrCat("`", absl::StrJoin(fields_.items, "."), "` is of the wrong type"));
}

// The scanner steps over a value without looking into it, and nobody else will.
absl::StatusOr<ResultsView> PageReader::ReadSingle() const {
  const absl::Status valid = ValidateJson(items_->raw, kUpstreamJsonLimits);
  if (!valid.ok()) return Bad(valid.message());
  ResultsView view;
  view.items = items_->raw;
  view.is_single = true;
  return view;
}

}  // namespace

absl::StatusOr<ResultsView> ReadResultsPage(absl::string_view what, const ResultsFields& fields,
                                            absl::FunctionRef<bool(absl::string_view)> is_expired,
                                            HttpResponse* response) {
  return PageReader(what, fields, response).Read(is_expired);
}

}  // namespace gcjobs
