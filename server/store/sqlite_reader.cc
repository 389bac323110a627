#include "server/store/sqlite_reader.h"

#include <utility>

#include "common/time_conversion.h"
#include "server/store/page_budget.h"
#include "server/store/sqlite_list.h"
#include "server/store/sqlite_rows.h"
#include "server/store/store_errors.h"

namespace gcjobs {
namespace {

constexpr SqlText kGetJob{"get job", "SELECT record FROM jobs WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kGetSubmission{
    "get submission", "SELECT submission FROM submissions WHERE job_id = ?", "PRIMARY KEY"};
constexpr SqlText kGetDocument{"get document", "SELECT bytes FROM documents WHERE name = ?",
                               "PRIMARY KEY"};
constexpr SqlText kListLive{"list live jobs",
                            "SELECT record FROM jobs WHERE state <= 3"
                            " AND (create_time, job_id) > (?, ?)"
                            " ORDER BY create_time, job_id LIMIT ?",
                            "jobs_live"};
constexpr SqlText kListExpired{"list expired jobs",
                               "SELECT job_id, revision FROM jobs WHERE expire_time <= ?"
                               " ORDER BY expire_time, job_id LIMIT ?",
                               "jobs_by_expire_time"};
constexpr SqlText kReadEvents{"read events",
                              "SELECT revision, event FROM events WHERE revision > ?"
                              " ORDER BY revision",
                              "INTEGER PRIMARY KEY"};
constexpr SqlText kReadJobEvents{"read job's events",
                                 "SELECT revision, event FROM events"
                                 " WHERE job_id = ? AND revision > ? ORDER BY revision",
                                 "events_by_job"};
constexpr SqlText kReadRange{
    "read revision range",
    "SELECT compacted, max(compacted, ifnull((SELECT max(revision) FROM events), 0)) FROM meta",
    "SEARCH events"};

constexpr const SqlText* kStatements[] = {&kGetJob,        &kGetSubmission, &kGetDocument,
                                          &kListLive,      &kListExpired,   &kReadEvents,
                                          &kReadJobEvents, &kReadRange};

// The page of events that the rows (revision, event) make.
absl::StatusOr<std::vector<EventPtr>> ReadPage(Store::ReadLimit limit, SqliteQuery* query) {
  std::vector<EventPtr> events;
  PageBudget budget(limit.events, limit.bytes);
  absl::StatusOr<bool> row = true;
  while (!budget.full() && (row = query->Step()).ok() && *row) {
    const absl::string_view bytes = query->Blob(1);
    if (!budget.Take(bytes.size())) break;
    auto event = ParseColumn<v1::JobEvent>(bytes, absl::StrCat("revision ", query->Int(0)));
    if (!event.ok()) return event.status();
    events.push_back(std::make_shared<const v1::JobEvent>(*std::move(event)));
  }
  if (!row.ok()) return row.status();
  return events;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteReader>> SqliteReader::Open(const std::string& path) {
  auto handle = SqliteHandle::Open(path, SqliteHandle::Access::kReadOnly);
  if (!handle.ok()) return handle.status();
  return std::unique_ptr<SqliteReader>(new SqliteReader(*std::move(handle)));
}

template <typename Message>
absl::StatusOr<Message> SqliteReader::Get(const SqlText& sql, absl::string_view job_id) {
  SqliteQuery query = handle_->Use(sql);
  const absl::StatusOr<bool> row = query.Bind(job_id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return JobNotFoundError(job_id);
  return ParseColumn<Message>(query.Blob(0), job_id);
}

absl::StatusOr<store::StoredJob> SqliteReader::GetJob(absl::string_view job_id) {
  return Get<store::StoredJob>(kGetJob, job_id);
}

absl::StatusOr<store::Submission> SqliteReader::GetSubmission(absl::string_view job_id) {
  return Get<store::Submission>(kGetSubmission, job_id);
}

absl::StatusOr<std::string> SqliteReader::GetDocument(absl::string_view name) {
  SqliteQuery query = handle_->Use(kGetDocument);
  const absl::StatusOr<bool> row = query.Bind(name).Step();
  if (!row.ok()) return row.status();
  if (!*row) return DocumentNotFoundError(name);
  return std::string(query.Blob(0));
}

absl::StatusOr<std::vector<v1::Job>> SqliteReader::ListJobs(const JobQuery& query) {
  const ListStatement list(query);
  SqliteQuery rows = handle_->Prepare("list jobs", list.sql());
  list.BindTo(&rows);

  std::vector<v1::Job> page;
  PageBudget budget(query.limit, query.max_bytes);
  absl::StatusOr<bool> row = true;
  while (!budget.full() && (row = rows.Step()).ok() && *row) {
    auto record = ParseColumn<store::StoredJob>(rows.Blob(0), "a listed job");
    if (!record.ok()) return record.status();
    v1::Job& job = *record->mutable_job();
    if (!Matches(query.filter, job)) continue;
    if (!budget.Take(job.ByteSizeLong())) break;
    page.push_back(std::move(job));
  }
  if (!row.ok()) return row.status();
  return page;
}

absl::StatusOr<std::vector<store::StoredJob>> SqliteReader::ListLive(
    const JobQuery::Position& after, size_t limit) {
  SqliteQuery query = handle_->Use(kListLive);
  query.Bind(ToColumn(after.time)).Bind(after.job_id).Bind(static_cast<int64_t>(limit));
  std::vector<store::StoredJob> live;
  absl::StatusOr<bool> row = query.Step();
  for (; row.ok() && *row; row = query.Step()) {
    auto record = ParseColumn<store::StoredJob>(query.Blob(0), "a live job");
    if (!record.ok()) return record.status();
    live.push_back(*std::move(record));
  }
  if (!row.ok()) return row.status();
  return live;
}

absl::StatusOr<std::vector<Store::ExpiredJob>> SqliteReader::ListExpired(absl::Time now,
                                                                         size_t limit) {
  SqliteQuery query = handle_->Use(kListExpired);
  query.Bind(ToColumn(now)).Bind(static_cast<int64_t>(limit));
  std::vector<Store::ExpiredJob> expired;
  absl::StatusOr<bool> row = query.Step();
  for (; row.ok() && *row; row = query.Step()) {
    expired.push_back({std::string(query.Text(0)), query.Int(1)});
  }
  if (!row.ok()) return row.status();
  return expired;
}

absl::StatusOr<std::vector<EventPtr>> SqliteReader::ReadEvents(Revision after,
                                                               Store::ReadLimit limit) {
  SqliteQuery query = handle_->Use(kReadEvents);
  query.Bind(after);
  absl::StatusOr<std::vector<EventPtr>> events = ReadPage(limit, &query);
  // Asked for last: a trim before the page was read shows here for sure.
  const absl::StatusOr<RevisionRange> range = GetRevisionRange();
  if (!range.ok()) return range.status();
  if (after + 1 < range->oldest) return RevisionCompactedError(after, range->oldest);
  return events;
}

absl::StatusOr<std::vector<EventPtr>> SqliteReader::ReadJobEvents(absl::string_view job_id,
                                                                  Revision after,
                                                                  Store::ReadLimit limit) {
  SqliteQuery query = handle_->Use(kReadJobEvents);
  query.Bind(job_id).Bind(after);
  return ReadPage(limit, &query);
}

absl::StatusOr<RevisionRange> SqliteReader::GetRevisionRange() {
  SqliteQuery query = handle_->Use(kReadRange);
  const absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return RevisionRange{query.Int(0) + 1, query.Int(1)};
}

absl::Span<const SqlText* const> SqliteReader::Statements() { return kStatements; }

}  // namespace gcjobs
