#include "server/store/sqlite_schema.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "common/error_info.h"
#include "common/failpoint.h"
#include "common/log.h"

namespace gcjobs {
namespace {

// Times are nanoseconds since the Unix epoch. Blobs are the messages of
// stored_job.proto and gcjobs.v1.JobEvent; columns beside them repeat what
// queries need. Tables with text keys are WITHOUT ROWID: one tree to write
// instead of two, appended to, since job ids grow with time.
constexpr char kVersion1[] = R"sql(
  CREATE TABLE jobs (
    job_id        TEXT    NOT NULL PRIMARY KEY,
    org           TEXT    NOT NULL,
    request_id    TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    state         INTEGER NOT NULL,
    action_id     TEXT    NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    expire_time   INTEGER,            -- NULL: not terminal, or kept for ever
    revision      INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    record        BLOB    NOT NULL    -- store.StoredJob
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX jobs_by_request  ON jobs (org, request_id) WHERE request_id <> '';
  CREATE INDEX jobs_live               ON jobs (create_time, job_id) WHERE state <= 3;
  CREATE INDEX jobs_by_create_time     ON jobs (create_time, job_id);
  CREATE INDEX jobs_by_update_time     ON jobs (update_time, job_id);
  CREATE INDEX jobs_by_revision        ON jobs (revision, job_id);
  CREATE INDEX jobs_by_expire_time     ON jobs (expire_time, job_id) WHERE expire_time IS NOT NULL;

  CREATE TABLE submissions (
    job_id     TEXT NOT NULL PRIMARY KEY,
    submission BLOB NOT NULL          -- store.Submission
  ) WITHOUT ROWID;

  CREATE TABLE events (
    revision INTEGER NOT NULL PRIMARY KEY,
    job_id   TEXT    NOT NULL,
    sequence INTEGER NOT NULL,
    type     INTEGER NOT NULL,        -- gcjobs.v1.EventType
    time     INTEGER NOT NULL,
    event    BLOB    NOT NULL         -- gcjobs.v1.JobEvent
  );
  CREATE INDEX events_by_job  ON events (job_id, revision);
  CREATE INDEX events_deleted ON events (time, revision) WHERE type = 4;

  -- One row. The head revision is not here: it is the newest event's, or
  -- `compacted` when that event was trimmed.
  CREATE TABLE meta (
    id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    compacted INTEGER NOT NULL        -- revision of the newest event that was trimmed
  );
  INSERT INTO meta (id, compacted) VALUES (1, 0);
)sql";

constexpr char kVersion2[] = R"sql(
  CREATE TABLE documents (
    name  TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
  ) WITHOUT ROWID;
)sql";

constexpr Migration kMigrations[] = {
    {"jobs, submissions, events", kVersion1},
    {"documents", kVersion2},
};

absl::Status SchemaTooNewError(int64_t version, size_t supported) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition, "SCHEMA_TOO_NEW",
      absl::StrCat("the store has schema version ", version,
                   ", but this program knows versions up to ", supported,
                   "; use the program that wrote it, or a newer one"),
      {{"schema_version", absl::StrCat(version)}, {"supported_version", absl::StrCat(supported)}});
}

absl::Status ApplyMigration(const Migration& migration, size_t version, SqliteHandle* handle) {
  const std::string step = absl::StrCat("migrate to version ", version);
  absl::Status status = handle->Execute(step, "BEGIN IMMEDIATE");
  if (status.ok()) status = handle->Execute(step, migration.sql);
  if (status.ok()) {
    status = handle->Execute(step, absl::StrCat("PRAGMA user_version = ", version));
  }
  GCJOBS_FAILPOINT("store.migrate");
  if (status.ok()) status = handle->Execute(step, "COMMIT");
  if (!status.ok()) {
    // What made the step fail is what the caller wants to know.
    if (handle->InTransaction()) handle->Execute(step, "ROLLBACK").IgnoreError();
    return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Span<const Migration> SchemaMigrations() { return kMigrations; }

absl::Status Migrate(absl::Span<const Migration> migrations, SqliteHandle* handle) {
  const absl::StatusOr<int64_t> version = handle->ReadInt("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const auto current = static_cast<size_t>(*version);
  if (*version < 0 || current > migrations.size()) {
    return SchemaTooNewError(*version, migrations.size());
  }
  for (size_t next = current; next < migrations.size(); ++next) {
    absl::Status status = ApplyMigration(migrations[next], next + 1, handle);
    if (!status.ok()) return status;
  }
  if (current > 0 && current < migrations.size()) {
    Log(LogLevel::kInfo, "store_migrated",
        {{"from_version", *version}, {"to_version", static_cast<uint64_t>(migrations.size())}});
  }
  return absl::OkStatus();
}

}  // namespace gcjobs
