#include "tests/simulator/conversation_views_api.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gcjobs::sim {
namespace {

struct View {
  const char* name;
  const char* description;
  std::vector<std::string> dimensions;
};

const std::vector<View>& Views() {
  static const auto* const views = new std::vector<View>{
      {"conversations",
       "Conversations as wholes",
       {"conversationId", "mediaType", "originatingDirection", "divisionId", "disconnectType",
        "externalTag", "knowledgeBaseId"}},
      {"participants",
       "Who took part in conversations",
       {"conversationId", "mediaType", "direction", "purpose", "queueId", "userId", "teamId",
        "externalContactId", "flowId", "flowType"}},
      {"segments",
       "The stretches of conversations",
       {"conversationId", "mediaType", "direction", "segmentType", "queueId", "userId",
        "wrapUpCode", "wrapUpNote", "skillId", "languageId", "ani", "dnis"}},
  };
  return *views;
}

std::vector<std::string> Quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(JsonString(text));
  return quoted;
}

ApiResponse List() {
  std::vector<std::string> entities;
  for (const View& view : Views()) {
    RawObject entity;
    entity.SetString("name", view.name).SetString("description", view.description);
    entity.Set("dimensions", JsonArray(Quoted(view.dimensions)));
    entities.push_back(entity.ToString());
  }
  RawObject body;
  ApiResponse response;
  response.body = body.Set("entities", JsonArray(entities)).ToString();
  return response;
}

bool HasDimension(const View& view, const std::string& dimension) {
  return std::find(view.dimensions.begin(), view.dimensions.end(), dimension) !=
         view.dimensions.end();
}

// The strings that members of that name have, wherever they are in `json`.
std::vector<std::string> StringsOf(absl::string_view name, absl::string_view json) {
  constexpr char kSpace[] = " \t\r\n";
  const std::string quoted = JsonString(name);
  std::vector<std::string> found;
  for (size_t at = json.find(quoted); at != absl::string_view::npos; at = json.find(quoted, at)) {
    at = json.find_first_not_of(kSpace, at + quoted.size());
    if (at == absl::string_view::npos || json[at] != ':') continue;
    const size_t begin = json.find_first_not_of(kSpace, at + 1);
    if (begin == absl::string_view::npos || json[begin] != '"') continue;
    size_t end = begin + 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    const auto text = ParseJsonString(json.substr(begin, end + 1 - begin));
    if (text.has_value()) found.push_back(*text);
  }
  return found;
}

}  // namespace

void ConversationViewsApi::AddRoutes(Router* router) {
  router->Add({"GET", "/api/v2/analytics/conversations/details/views", "list_conversation_views",
               RouteClass::kRead, [](Call* /*call*/) { return List(); }});
}

absl::Status CheckViewOf(const RawObject& query) {
  const std::string* const criteria = query.Find("filterCriteria");
  if (criteria == nullptr) return absl::OkStatus();
  std::vector<View> views = Views();
  const std::string name = query.GetString("view").value_or("");
  const auto named = std::find_if(views.begin(), views.end(),
                                  [&name](const View& view) { return view.name == name; });
  if (named != views.end()) views = {*named};
  for (const std::string& dimension : StringsOf("dimension", *criteria)) {
    const bool is_known = std::any_of(views.begin(), views.end(), [&](const View& view) {
      return HasDimension(view, dimension);
    });
    if (!is_known) {
      return absl::InvalidArgumentError(absl::StrCat("Dimension not supported: ", dimension));
    }
  }
  return absl::OkStatus();
}

}  // namespace gcjobs::sim
