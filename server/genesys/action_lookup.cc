#include "server/genesys/action_lookup.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "server/genesys/error_body.h"

namespace gcjobs {
namespace {

// "Invalid Action ID", `invalid.action.id` and `actionId` are one.
std::string Folded(absl::string_view text) {
  std::string folded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte)) folded.push_back(absl::ascii_tolower(byte));
  }
  return folded;
}

}  // namespace

bool DoubtsActionId(const absl::Status& refusal) {
  return HasReason(refusal, errors::kGenesysBadRequest) &&
         absl::StrContains(Folded(refusal.message()), "actionid");
}

ApiRequest BuildActionLookup(absl::string_view action_id) {
  ApiRequest request;
  request.request_class = RequestClass::kManage;
  request.method = "GET";
  request.target = absl::StrCat("/api/v2/integrations/actions/", PercentEncode(action_id));
  return request;
}

void TellActionLookup(absl::string_view action_id, const ApiReply& lookup, absl::Status* refusal) {
  const std::string id = CleanUpstreamText(action_id);
  const bool is_missing = HasReason(lookup.status, errors::kGenesysNotFound);
  AddErrorMetadata(refusal, "action_id", id);
  AddErrorMetadata(refusal, "action_found",
                   lookup.status.ok() ? "yes"
                   : is_missing       ? "no"
                                      : "unknown");
  constexpr absl::string_view kWhere =
      "Look it up in Admin > Integrations > Data Actions; an id looks like custom_-_ and a GUID, "
      "and is not the action's name.";
  if (lookup.status.ok()) {
    SetRemedy(refusal, absl::StrCat("Genesys Cloud calls the id of the action invalid, but it does "
                                    "have an action ",
                                    id,
                                    " and shows it to this client. Check that the action is "
                                    "published, that its integration is active, and that it can be "
                                    "run in this mode."));
  } else if (is_missing) {
    SetRemedy(refusal, absl::StrCat("Genesys Cloud has no action ", id,
                                    " (reading it gives 404), or does not show it to this OAuth "
                                    "client. ",
                                    kWhere,
                                    " Check that the client has a role with "
                                    "integrations:action:view that covers its division."));
  } else {
    SetRemedy(refusal, absl::StrCat("Genesys Cloud calls the id of the action invalid, and whether "
                                    "there is an action ",
                                    id, " could not be found out (", lookup.status.message(), "). ",
                                    kWhere, " May this OAuth client see it?"));
  }
}

}  // namespace gcjobs
