#include "server/store/sqlite_trim.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gcjobs/v1/job.pb.h"
#include "server/store/sqlite_rows.h"

namespace gcjobs {
namespace {

// Deleted jobs whose events one trim step drops: some 10 ms of work.
constexpr int64_t kTrimJobs = 500;

// 4 is EVENT_TYPE_DELETED, spelt out as the partial index is.
static_assert(v1::EVENT_TYPE_DELETED == 4, "the index events_deleted says so");
constexpr SqlText kFindDeleted{"find deleted jobs",
                               "SELECT job_id, revision FROM events WHERE type = 4 AND time < ?"
                               " ORDER BY time, revision LIMIT ?",
                               "events_deleted"};
constexpr SqlText kDropEvents{
    "drop events", "DELETE FROM events WHERE job_id = ? AND revision <= ?", "events_by_job"};
constexpr SqlText kSetCompacted{"set compacted revision",
                                "UPDATE meta SET compacted = max(compacted, ?) WHERE id = 1",
                                "SEARCH meta"};

constexpr const SqlText* kStatements[] = {&kFindDeleted, &kDropEvents, &kSetCompacted};

// A job that is gone, and the revision of its DELETED event, which is its last.
struct DeletedJob {
  std::string job_id;
  Revision revision = 0;
};

absl::StatusOr<std::vector<DeletedJob>> FindDeleted(absl::Time before, SqliteHandle* handle) {
  std::vector<DeletedJob> deleted;
  SqliteQuery query = handle->Use(kFindDeleted);
  query.Bind(ToColumn(before)).Bind(kTrimJobs);
  absl::StatusOr<bool> row = query.Step();
  for (; row.ok() && *row; row = query.Step()) {
    deleted.push_back({std::string(query.Text(0)), query.Int(1)});
  }
  if (!row.ok()) return row.status();
  return deleted;
}

}  // namespace

absl::StatusOr<StoreBackend::TrimStep> TrimSome(absl::Time before, SqliteHandle* handle) {
  const absl::StatusOr<std::vector<DeletedJob>> deleted = FindDeleted(before, handle);
  if (!deleted.ok()) return deleted.status();
  if (deleted->empty()) return StoreBackend::TrimStep{};

  StoreBackend::TrimStep step;
  step.more = static_cast<int64_t>(deleted->size()) == kTrimJobs;
  Revision newest = 0;
  for (const DeletedJob& job : *deleted) {
    absl::Status status = handle->Use(kDropEvents).Bind(job.job_id).Bind(job.revision).Run();
    if (!status.ok()) return status;
    step.dropped += handle->changes();
    newest = std::max(newest, job.revision);
  }
  absl::Status status = handle->Use(kSetCompacted).Bind(newest).Run();
  if (!status.ok()) return status;
  return step;
}

absl::Span<const SqlText* const> TrimStatements() { return kStatements; }

}  // namespace gcjobs
