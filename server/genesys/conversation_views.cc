#include "server/genesys/conversation_views.h"

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
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

// Somebody waits for the answer.
constexpr absl::Duration kMaxPermitWait = absl::Seconds(25);

constexpr char kTarget[] = "/api/v2/analytics/conversations/details/views";
// Filters have clauses, and those have predicates: six levels.
constexpr int kMaxDepthOfQuery = 10;

constexpr absl::string_view kCallName = "list conversation views";

// The first member of these names that is a string; the value itself, if it is one.
std::string NameOf(const JsonValue& value, std::initializer_list<absl::string_view> members) {
  if (const auto text = value.AsString()) return *text;
  for (const absl::string_view member : members) {
    std::string name = StringMember(value, member);
    if (!name.empty()) return name;
  }
  return "";
}

// The list is described nowhere but by what it holds (assumption: an array of views, by
// itself or as a member `entities` or `views`; a view is its name, or an object with a
// name and an array of dimensions, which are names or objects with one).
std::optional<std::vector<JsonValue>> ViewsIn(const JsonValue& body) {
  if (body.Is(JsonValue::Type::kArray)) return body.Elements();
  for (const absl::string_view member : {"entities", "views"}) {
    const std::optional<JsonValue> views = body.Find(member);
    if (views && views->Is(JsonValue::Type::kArray)) return views->Elements();
  }
  return std::nullopt;
}

v1::ConversationView ParseView(const JsonValue& value) {
  v1::ConversationView view;
  view.set_name(NameOf(value, {"name", "view", "id"}));
  view.set_description(StringMember(value, "description"));
  const std::optional<JsonValue> dimensions = value.Find("dimensions");
  if (!dimensions) return view;
  for (const JsonValue& dimension : dimensions->Elements()) {
    std::string name = NameOf(dimension, {"name", "dimension", "id"});
    if (!name.empty()) view.add_dimensions(std::move(name));
  }
  return view;
}

absl::StatusOr<v1::ListConversationViewsResponse> ParseViews(const HttpResponse& response) {
  const absl::StatusOr<JsonValue> body = JsonValue::Parse(response.body);
  if (!body.ok()) return BadResponse(kCallName, body.status().message(), response);
  const std::optional<std::vector<JsonValue>> views = ViewsIn(*body);
  if (!views) return BadResponse(kCallName, "there is no array of views", response);
  v1::ListConversationViewsResponse answer;
  for (const JsonValue& value : *views) {
    v1::ConversationView view = ParseView(value);
    if (!view.name().empty()) *answer.add_views() = std::move(view);
  }
  return answer;
}

absl::Status NotSupported() {
  return MakeError(errors::kViewsNotSupported,
                   absl::StrCat("this organisation's API has no list of views: GET ", kTarget,
                                " is answered with 404"));
}

absl::StatusOr<v1::ListConversationViewsResponse> OnlyView(const std::string& name,
                                                           v1::ListConversationViewsResponse all) {
  std::vector<std::string> names;
  for (v1::ConversationView& view : *all.mutable_views()) {
    if (view.name() == name) {
      v1::ListConversationViewsResponse only;
      *only.add_views() = std::move(view);
      return only;
    }
    names.push_back(view.name());
  }
  const std::vector<std::string> near = NearWords(name, names);
  return MakeError(errors::kViewNotFound,
                   absl::StrCat("there is no view \"", name, "\"", ThereIs(near)),
                   {{"view", name}, {"near_names", absl::StrJoin(near, ", ")}});
}

// The dimensions that a query names, wherever it does, each once.
void CollectDimensions(const JsonValue& value, int depth, std::vector<std::string>* names) {
  if (depth == 0) return;
  value.ForEachMember([&](absl::string_view member, const JsonValue& inner) {
    const std::optional<std::string> text = inner.AsString();
    if (member == "\"dimension\"" && text && !absl::c_linear_search(*names, *text)) {
      names->push_back(*text);
    }
    CollectDimensions(inner, depth - 1, names);
  });
  for (const JsonValue& element : value.Elements()) CollectDimensions(element, depth - 1, names);
}

// All dimensions of the view, or of all views when there is none of that name.
std::vector<std::string> DimensionsOf(const v1::ListConversationViewsResponse& views,
                                      absl::string_view name) {
  std::vector<std::string> all;
  for (const v1::ConversationView& view : views.views()) {
    if (view.name() == name) return {view.dimensions().begin(), view.dimensions().end()};
    all.insert(all.end(), view.dimensions().begin(), view.dimensions().end());
  }
  return all;
}

std::string AdviseOn(const std::string& dimension, const std::vector<std::string>& known) {
  return absl::StrCat("The query names the dimension \"", dimension, "\", which does not exist",
                      ThereIs(NearWords(dimension, known)), ".");
}

}  // namespace

bool IsAboutDimensions(absl::string_view body) {
  return absl::StrContains(absl::AsciiStrToLower(body), "dimension not supported");
}

Task<std::string> AdviseOnDimensions(GenesysClient* client, std::string query_json) {
  const absl::StatusOr<v1::ListConversationViewsResponse> views =
      co_await ListConversationViews(client, /*view=*/"");
  if (HasReason(views.status(), errors::kViewsNotSupported)) {
    co_return "The names of dimensions must match exactly. They cannot be looked up here: this "
        "organisation's API has no list of views.";
  }
  const absl::StatusOr<JsonValue> query = JsonValue::Parse(query_json);
  if (!views.ok() || !query.ok()) co_return "";
  std::vector<std::string> named;
  CollectDimensions(*query, kMaxDepthOfQuery, &named);
  const std::vector<std::string> known = DimensionsOf(*views, StringMember(*query, "view"));
  std::vector<std::string> advice;
  for (const std::string& dimension : named) {
    if (!absl::c_linear_search(known, dimension)) advice.push_back(AdviseOn(dimension, known));
  }
  if (advice.empty()) co_return "";
  advice.push_back("ListConversationViews has the names of all views and dimensions.");
  co_return absl::StrJoin(advice, " ");
}

Task<absl::StatusOr<v1::ListConversationViewsResponse>> ListConversationViews(GenesysClient* client,
                                                                              std::string view) {
  ApiRequest request;
  request.method = "GET";
  request.target = kTarget;
  const ApiReply reply = co_await client->Call(std::move(request), kMaxPermitWait);
  if (reply.response.status == 404) co_return NotSupported();
  CO_RETURN_IF_ERROR(reply.status);
  CO_ASSIGN_OR_RETURN(v1::ListConversationViewsResponse all, ParseViews(reply.response));
  if (view.empty()) co_return all;
  co_return OnlyView(view, std::move(all));
}

}  // namespace gcjobs
