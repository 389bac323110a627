#include "client/commands/follow_job.h"

#include "absl/strings/str_cat.h"

#include "client/watch_session.h"

namespace gcjobs {
namespace {

// A display can do without; it must not hold up the program's end.
constexpr absl::Duration kPeekTimeout = absl::Seconds(1);

std::string AfterOption(int64_t revision) {
  return revision > 0 ? absl::StrCat(" --after ", revision) : "";
}

}  // namespace

absl::StatusOr<v1::Job> FollowJob(const Session& session, const std::string& job_id, int64_t after,
                                  absl::Duration reconnect_for, WatchPrinter::Events events) {
  WatchPrinter printer(session.io, session.options, events, [&](const std::string& id) {
    return session.client.PeekJob(id, kPeekTimeout);
  });
  WatchSession watch(&session.client, &session.io, &printer, {reconnect_for});
  absl::StatusOr<v1::Job> job = watch.WatchJob(job_id, after);
  printer.Close();
  const bool is_own_command = events != WatchPrinter::Events::kLine;
  if (!job.ok() && session.io.interrupt->IsSet() && is_own_command) {
    Note(session, absl::StrCat("the job goes on; gcjobs watch ", job_id,
                               AfterOption(watch.resume_revision())));
  }
  return job;
}

}  // namespace gcjobs
