#include "server/genesys/action_listing.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kListName = "list data actions";
constexpr int kMaxPageSize = 100;

int PageSize(const ActionTimeouts::ListQuery& query) {
  return std::clamp(query.page_size, 1, kMaxPageSize);
}

int PageNumber(const ActionTimeouts::ListQuery& query) { return std::max(query.page_number, 1); }

bool ContainsIgnoringCase(absl::string_view text, absl::string_view part) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(part));
}

std::optional<int64_t> IntMember(const JsonValue& object, absl::string_view name) {
  const std::optional<JsonValue> member = object.Find(name);
  return member ? member->AsInt64() : std::nullopt;
}

// A server may make its pages smaller than it was asked to.
int64_t AnsweredPageSize(const JsonValue& body, int asked) {
  const int64_t answered = IntMember(body, "pageSize").value_or(asked);
  return answered > 0 && answered < asked ? answered : asked;
}

// `pageCount` alone is not to be trusted, so one sign of the end is not enough
// while the page is full; going on costs one empty page, stopping would lose
// actions. But a server that does not turn the page must not be asked for ever.
bool HasNextPage(const JsonValue& body, int64_t entities, int asked_page_size, int page_number) {
  if (entities == 0) return false;
  const int64_t answered_page = IntMember(body, "pageNumber").value_or(page_number);
  if (answered_page != page_number) return false;
  if (!StringMember(body, "nextUri").empty()) return true;
  const std::optional<int64_t> page_count = IntMember(body, "pageCount");
  if (page_count && *page_count > page_number) return true;
  const std::optional<int64_t> total = IntMember(body, "total");
  const int64_t page_size = AnsweredPageSize(body, asked_page_size);
  if (total && *total > (page_number - 1) * page_size + entities) return true;
  return entities >= page_size && !(page_count && total);
}

}  // namespace

ApiRequest BuildListRequest(const ActionTimeouts::ListQuery& query) {
  ApiRequest request;
  request.method = "GET";
  const std::string paging =
      absl::StrCat("pageSize=", PageSize(query), "&pageNumber=", PageNumber(query));
  if (query.flow_id.empty()) {
    request.target = absl::StrCat("/api/v2/integrations/actions?", paging, "&includeConfig=true");
    if (!query.name.empty()) {
      absl::StrAppend(&request.target, "&name=", PercentEncode(query.name));
    }
  } else {
    request.target = absl::StrCat("/api/v2/flows/dataactions?flowId=", PercentEncode(query.flow_id),
                                  "&", paging, "&expand=definition");
  }
  return request;
}

absl::StatusOr<ActionTimeouts::ListPage> ParseListPage(const ActionTimeouts::ListQuery& query,
                                                       const HttpResponse& response) {
  const absl::StatusOr<JsonValue> body = ParseBody(kListName, response);
  if (!body.ok()) return body.status();
  const std::optional<JsonValue> entities = body->Find("entities");
  if (!entities || !entities->Is(JsonValue::Type::kArray)) {
    return BadResponse(kListName, "there is no array `entities`", response);
  }
  const std::vector<JsonValue> elements = entities->Elements();
  ActionTimeouts::ListPage page;
  for (const JsonValue& element : elements) {
    std::optional<v1::Action> action = CodecOf(query.flow_id).ParseEntity(element);
    if (!action || !ContainsIgnoringCase(action->name(), query.name)) continue;
    action->set_flow_id(query.flow_id);
    page.actions.push_back(*std::move(action));
  }
  const int page_number = PageNumber(query);
  if (HasNextPage(*body, static_cast<int64_t>(elements.size()), PageSize(query), page_number)) {
    page.next_page_number = page_number + 1;
  }
  return page;
}

}  // namespace gcjobs
