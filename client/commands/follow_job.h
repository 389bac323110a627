#ifndef GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_
#define GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/commands/command.h"
#include "client/watch_printer.h"

namespace gcjobs {

// The default of --reconnect-for.
inline constexpr char kDefaultReconnectFor[] = "10m";

// Watches a job to its end and gives it as it then is; events are shown or
// not. After an interrupt a line on stderr says how to go on, but for kLine,
// whose command has a way of its own.
absl::StatusOr<v1::Job> FollowJob(const Session& session, const std::string& job_id, int64_t after,
                                  absl::Duration reconnect_for, WatchPrinter::Events events);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMANDS_FOLLOW_JOB_H_
