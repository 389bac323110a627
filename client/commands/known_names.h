#ifndef GCJOBS_CLIENT_COMMANDS_KNOWN_NAMES_H_
#define GCJOBS_CLIENT_COMMANDS_KNOWN_NAMES_H_

#include <string>

#include "absl/status/status.h"

#include "client/commands/command.h"
#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// Names that a user may have mistyped, compared with what the server knows.

// NOT_FOUND/JOB_KIND_NOT_FOUND for `kind`; its hint is the kind that was meant.
absl::Status NoSuchKind(const v1::ListJobKindsResponse& known, const std::string& kind);

// `status`, if it is JOB_KIND_NOT_FOUND with the kind that was meant as its hint.
absl::Status WithNearKind(const Session& session, const absl::Status& status);

// NOT_FOUND/JOB_KIND_NOT_FOUND if the filter names a kind that the server
// neither runs nor has jobs of. OK when the server does not tell.
absl::Status CheckKinds(const Session& session, const v1::JobFilter& filter);

// Tells which of the filter's labels no job has, and what may have been meant:
// for a filter that matches nothing.
void NoteUnknownLabels(const Session& session, const v1::JobFilter& filter);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_KNOWN_NAMES_H_
