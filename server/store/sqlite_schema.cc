#include "server/store/sqlite_schema.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "common/errors.h"
#include "common/failpoint.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

constexpr int64_t kVersion = 1;

// Times are nanoseconds since the Unix epoch. Blobs are the messages of
// stored_job.proto and gcjobs.v1.JobEvent; columns beside them repeat what
// queries need. Tables with text keys are WITHOUT ROWID: one tree to write
// instead of two, appended to, since job ids grow with time.
constexpr char kSchema[] = R"sql(
  CREATE TABLE jobs (
    job_id        TEXT    NOT NULL PRIMARY KEY,
    org           TEXT    NOT NULL,
    request_id    TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    state         INTEGER NOT NULL,
    action_id     TEXT    NOT NULL,
    create_time   INTEGER NOT NULL,
    update_time   INTEGER NOT NULL,
    expire_time   INTEGER,            -- NULL: not terminal, or kept forever
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
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    compacted   INTEGER NOT NULL,     -- revision of the newest event that was trimmed
    -- Revisions that a store gave out after the backup was made from which it was
    -- restored: all between these two. Both 0: none.
    lost_after  INTEGER NOT NULL,
    lost_before INTEGER NOT NULL
  );
  INSERT INTO meta (id, compacted, lost_after, lost_before) VALUES (1, 0, 0, 0);

  -- Knowledge of the server's own, by name.
  CREATE TABLE documents (
    name  TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
  ) WITHOUT ROWID;
)sql";

absl::Status SchemaTooNewError(int64_t version) {
  return MakeError(
      errors::kSchemaTooNew,
      absl::StrCat("the store has schema version ", version,
                   ", but this program knows versions up to ", kVersion,
                   "; use the program that wrote it, or a newer one"),
      {{"schema_version", absl::StrCat(version)}, {"supported_version", absl::StrCat(kVersion)}});
}

}  // namespace

absl::Status CheckSchemaVersion(SqliteHandle* handle) {
  ASSIGN_OR_RETURN(const int64_t version, handle->ReadInt("PRAGMA user_version"));
  return version == 0 || version == kVersion ? absl::OkStatus() : SchemaTooNewError(version);
}

absl::Status EnsureSchema(SqliteHandle* handle) {
  RETURN_IF_ERROR(CheckSchemaVersion(handle));
  ASSIGN_OR_RETURN(const int64_t version, handle->ReadInt("PRAGMA user_version"));
  if (version == kVersion) return absl::OkStatus();

  constexpr char kStep[] = "create the schema";
  RETURN_IF_ERROR(handle->Execute(kStep, "BEGIN IMMEDIATE"));
  absl::Status created =
      handle->Execute(kStep, absl::StrCat(kSchema, "PRAGMA user_version = ", kVersion, ";"));
  GCJOBS_FAILPOINT("store.create_schema");
  if (created.ok()) created = handle->Execute(kStep, "COMMIT");
  // What made the step fail is what the caller wants to know.
  if (!created.ok() && handle->InTransaction()) handle->Execute(kStep, "ROLLBACK").IgnoreError();
  return created;
}

}  // namespace gcjobs
