#include "server/genesys/action_listing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/errors.h"
#include "common/json.h"
#include "common/near_words.h"
#include "common/status_macros.h"
#include "server/genesys/error_mapping.h"

namespace gcjobs {
namespace {

// How long each call waits for the request budget: somebody waits for the answer.
constexpr absl::Duration kMaxPermitWait = absl::Seconds(25);

constexpr absl::string_view kListName = "list data actions";
constexpr int kMaxPageSize = 100;

// Upstream pages that one call of ListActions reads in search of a match: two seconds,
// and a thirtieth of a minute's budget.
constexpr int kMaxPagesRead = 10;

// Names that an error suggests come from so many pages at most: it is an extra.
constexpr int kMaxPagesOfNearNames = 5;

int PageSize(const ActionQuery& query) { return std::clamp(query.page_size, 1, kMaxPageSize); }

bool ContainsIgnoringCase(absl::string_view text, absl::string_view part) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(part));
}

bool Matches(const v1::Action& action, const ActionQuery& query) {
  if (!query.exact_name.empty() && action.name() != query.exact_name) return false;
  return ContainsIgnoringCase(action.name(), query.name);
}

std::optional<int64_t> IntOf(const std::optional<JsonValue>& value) {
  return value ? value->AsInt64() : std::nullopt;
}

// What was asked for, and what the answer says of itself.
struct Paging {
  int asked_page = 0;
  int asked_size = 0;
  int64_t entities = 0;
  bool has_next_uri = false;
  std::optional<int64_t> page;
  std::optional<int64_t> size;
  std::optional<int64_t> page_count;
  std::optional<int64_t> total;
};

// `pageCount` alone is not to be trusted, so one sign of the end is not enough
// while the page is full; going on costs one empty page, stopping would lose
// actions. But a server that does not turn the page must not be asked for ever.
bool HasNextPage(const Paging& paging) {
  if (paging.entities == 0) return false;
  if (paging.page.value_or(paging.asked_page) != paging.asked_page) return false;
  if (paging.has_next_uri) return true;
  if (paging.page_count && *paging.page_count > paging.asked_page) return true;
  // A server may make its pages smaller than it was asked to.
  const int64_t answered_size = paging.size.value_or(paging.asked_size);
  const int64_t page_size =
      answered_size > 0 ? std::min<int64_t>(answered_size, paging.asked_size) : paging.asked_size;
  const int64_t seen = (paging.asked_page - 1) * page_size + paging.entities;
  if (paging.total && *paging.total > seen) return true;
  return paging.entities >= page_size && !(paging.page_count && paging.total);
}

ApiRequest BuildListRequest(const ActionQuery& query) {
  ApiRequest request;
  request.method = "GET";
  const std::string paging =
      absl::StrCat("pageSize=", PageSize(query), "&pageNumber=", query.page_number);
  if (query.family == v1::ACTION_FAMILY_FLOW) {
    request.target = "/api/v2/flows/dataactions?";
    if (!query.flow_id.empty()) {
      absl::StrAppend(&request.target, "flowId=", PercentEncode(query.flow_id), "&");
    }
    absl::StrAppend(&request.target, paging, "&expand=definition");
  } else {
    request.target = absl::StrCat("/api/v2/integrations/actions?", paging, "&includeConfig=true");
    // Upstream finds parts of names, which the whole name is too.
    const std::string& name = query.exact_name.empty() ? query.name : query.exact_name;
    if (!name.empty()) absl::StrAppend(&request.target, "&name=", PercentEncode(name));
  }
  return request;
}

// The one page that `query` names.
absl::StatusOr<ActionPage> ParsePage(const ActionQuery& query, const HttpResponse& response) {
  const auto found =
      FindJson(response.body,
               {{"entities"}, {"nextUri"}, {"pageNumber"}, {"pageSize"}, {"pageCount"}, {"total"}});
  if (!found.ok()) return BadResponse(kListName, found.status().message(), response);
  const auto& [entities, next_uri, page_number, page_size, page_count, total] = *found;
  if (!entities || !entities->Is(JsonValue::Type::kArray)) {
    return BadResponse(kListName, "there is no array `entities`", response);
  }
  Paging paging;
  paging.asked_page = query.page_number;
  paging.asked_size = PageSize(query);
  paging.entities = static_cast<int64_t>(entities->size());
  paging.has_next_uri = !StringOf(next_uri).empty();
  paging.page = IntOf(page_number);
  paging.size = IntOf(page_size);
  paging.page_count = IntOf(page_count);
  paging.total = IntOf(total);
  ActionPage page;
  const ActionCodec& codec = CodecOf(query.family);
  for (const JsonValue& element : entities->Elements()) {
    std::optional<v1::Action> action = codec.ParseEntity(element);
    if (!action || !Matches(*action, query)) continue;
    action->set_family(query.family);
    if (!query.flow_id.empty()) action->set_flow_id(query.flow_id);
    page.actions.push_back(*std::move(action));
  }
  if (HasNextPage(paging)) page.next_page_number = paging.asked_page + 1;
  return page;
}

Task<absl::StatusOr<ActionPage>> ReadPage(GenesysClient* client, ActionQuery query) {
  const ApiReply reply = co_await client->Call(BuildListRequest(query), kMaxPermitWait);
  CO_RETURN_IF_ERROR(reply.status);
  co_return ParsePage(query, reply.response);
}

// The names of all actions, as far as a few pages have them.
Task<std::vector<std::string>> ReadNames(GenesysClient* client, ActionQuery query) {
  std::vector<std::string> names;
  query.exact_name.clear();
  for (int page_read = 0; page_read < kMaxPagesOfNearNames; ++page_read) {
    const absl::StatusOr<ActionPage> page = co_await ReadPage(client, query);
    // Who asked wants to know that there is no such action, with or without a hint.
    if (!page.ok()) break;
    for (const v1::Action& action : page->actions) names.push_back(action.name());
    if (!page->next_page_number) break;
    query.page_number = *page->next_page_number;
  }
  co_return names;
}

std::string PlaceOf(absl::string_view flow_id) {
  return flow_id.empty() ? "integration action" : absl::StrCat("data action of the flow ", flow_id);
}

absl::Status NameNotFound(const ActionQuery& query, const std::vector<std::string>& names) {
  const std::vector<std::string> near = NearWords(query.exact_name, names);
  return MakeError(errors::kActionNameNotFound,
                   absl::StrCat("there is no ", PlaceOf(query.flow_id), " with the name \"",
                                query.exact_name, "\"", ThereIs(near)),
                   {{"action_name", query.exact_name},
                    {"flow_id", query.flow_id},
                    {"near_names", absl::StrJoin(near, ", ")}});
}

absl::Status NameAmbiguous(const ActionQuery& query, const std::vector<v1::Action>& actions) {
  const std::string ids = absl::StrJoin(
      actions, ", ", [](std::string* out, const v1::Action& action) { out->append(action.id()); });
  return MakeError(
      errors::kActionNameAmbiguous,
      absl::StrCat("the name \"", query.exact_name, "\" is that of ", actions.size(),
                   " actions: ", ids),
      {{"action_name", query.exact_name}, {"flow_id", query.flow_id}, {"action_ids", ids}});
}

}  // namespace

Task<absl::StatusOr<ActionPage>> ListActions(GenesysClient* client, ActionQuery query) {
  query.page_number = std::max(query.page_number, 1);
  for (int pages_read = 1;; ++pages_read) {
    absl::StatusOr<ActionPage> page = co_await ReadPage(client, query);
    if (!page.ok() || !page->actions.empty() || !page->next_page_number ||
        pages_read == kMaxPagesRead) {
      co_return page;
    }
    query.page_number = *page->next_page_number;
  }
}

Task<absl::StatusOr<v1::Action>> FindActionByName(GenesysClient* client, std::string name,
                                                  std::string flow_id) {
  ActionQuery query;
  query.exact_name = std::move(name);
  query.family = flow_id.empty() ? v1::ACTION_FAMILY_INTEGRATION : v1::ACTION_FAMILY_FLOW;
  query.flow_id = std::move(flow_id);
  query.page_size = kMaxPageSize;
  // To the last page: another action may have the same name.
  std::vector<v1::Action> found;
  for (std::optional<int> next = 1; next;) {
    query.page_number = *next;
    CO_ASSIGN_OR_RETURN(ActionPage page, co_await ListActions(client, query));
    for (v1::Action& action : page.actions) found.push_back(std::move(action));
    next = page.next_page_number;
  }
  if (found.size() > 1) co_return NameAmbiguous(query, found);
  if (found.size() == 1) co_return std::move(found.front());
  query.page_number = 1;
  const std::vector<std::string> names = co_await ReadNames(client, query);
  co_return NameNotFound(query, names);
}

}  // namespace gcjobs
