#ifndef GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_
#define GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/task.h"
#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// Lists of data actions, of both families, and how one is found by its name. Each is a
// story of REST calls within the organisation's budget; `client` outlives it. Loop
// thread only.

// A page of actions. Page tokens are the caller's: here a page is where to go on
// upstream. What is out of range is brought into it.
struct ActionQuery {
  std::string name;        // contained in the name, ignoring case; empty = any
  std::string exact_name;  // the name, to the letter; empty = any
  v1::ActionFamily family = v1::ACTION_FAMILY_INTEGRATION;  // never UNSPECIFIED
  std::string flow_id;                                      // FLOW: of this flow; empty = of all
  int page_size = 50;                                       // 1 to 100, as upstream allows
  int page_number = 1;                                      // 1, 2, 3 ...
};

// It can hold fewer actions than asked for, or none, and yet not be the last: upstream's
// entities without an id are left out, and those that do not match.
struct ActionPage {
  std::vector<v1::Action> actions;
  std::optional<int> next_page_number;  // unset on the last page
};

// Reads upstream's pages from that one on until one has an action that matches, but no
// more than ten. GENESYS_BAD_RESPONSE when an answer has no `entities`.
Task<absl::StatusOr<ActionPage>> ListActions(GenesysClient* client, ActionQuery query);

// The integration action of that name, or the data action of a flow: the name counts to
// the letter. Errors: ListActions's; NOT_FOUND/ACTION_NAME_NOT_FOUND, metadata
// `near_names`; FAILED_PRECONDITION/ACTION_NAME_AMBIGUOUS, metadata `action_ids`.
Task<absl::StatusOr<v1::Action>> FindActionByName(GenesysClient* client, std::string name,
                                                  std::string flow_id);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_LISTING_H_
