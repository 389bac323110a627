#ifndef GCJOBS_SERVER_GENESYS_ACTION_LOOKUP_H_
#define GCJOBS_SERVER_GENESYS_ACTION_LOOKUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// A submission is refused with 400 "Invalid Action ID", which leaves open whether
// there is no such action or another mistake in the request. A look at the action
// tells them apart.

// Whether `refusal`, the error of a submission, is about the id of its action.
bool DoubtsActionId(const absl::Status& refusal);

// Asks for the action, as a call of class kManage.
ApiRequest BuildActionLookup(absl::string_view action_id);

// Adds to `refusal` what the answer to that says: the metadata `action_found`
// (`yes`, `no`, or `unknown` when the look failed as well), and the remedy.
void TellActionLookup(absl::string_view action_id, const ApiReply& lookup, absl::Status* refusal);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_LOOKUP_H_
