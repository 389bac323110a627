#include "server/store/sqlite_reader.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "common/errors.h"
#include "common/status_macros.h"
#include "common/time_conversion.h"
#include "server/store/page_budget.h"
#include "server/store/store_errors.h"
#include "server/store/store_sql.h"

namespace gcjobs {
namespace {

// Live jobs read at a time: few enough to hold in memory with long errors.
constexpr int64_t kLiveJobsPage = 256;

// The page of events that the rows (revision, event) make.
absl::StatusOr<std::vector<EventPtr>> ReadPage(ReadLimit limit, SqliteQuery* query) {
  std::vector<EventPtr> events;
  PageBudget budget(limit.events, limit.bytes);
  while (!budget.full()) {
    ASSIGN_OR_RETURN(const bool row, query->Step());
    if (!row) break;
    const absl::string_view bytes = query->Blob(1);
    if (!budget.Take(bytes.size())) break;
    auto event = ParseColumn<v1::JobEvent>(bytes, absl::StrCat("revision ", query->Int(0)));
    RETURN_IF_ERROR(event.status());
    events.push_back(std::make_shared<const v1::JobEvent>(*std::move(event)));
  }
  return events;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteReader>> SqliteReader::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto handle, SqliteHandle::Open(path, SqliteHandle::Access::kReadOnly));
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(handle)));
  {
    SqliteQuery lost = reader->handle_->Use(sql::kReadLost);
    // In a damaged database some things can still be read.
    if (const auto row = lost.Step(); row.ok() && *row) {
      reader->lost_after_ = lost.Int(0);
      reader->lost_before_ = lost.Int(1);
    }
  }
  return reader;
}

template <typename Message>
absl::StatusOr<Message> SqliteReader::Get(const SqlText& sql, absl::string_view job_id) {
  SqliteQuery query = handle_->Use(sql);
  ASSIGN_OR_RETURN(const bool found, query.Bind(job_id).Step());
  if (!found) return JobNotFoundError(job_id);
  return ParseColumn<Message>(query.Blob(0), job_id);
}

absl::StatusOr<store::StoredJob> SqliteReader::GetJob(absl::string_view job_id) {
  return Get<store::StoredJob>(sql::kGetJob, job_id);
}

absl::StatusOr<store::Submission> SqliteReader::GetSubmission(absl::string_view job_id) {
  return Get<store::Submission>(sql::kGetSubmission, job_id);
}

absl::StatusOr<std::string> SqliteReader::GetDocument(absl::string_view name) {
  SqliteQuery query = handle_->Use(sql::kGetDocument);
  ASSIGN_OR_RETURN(const bool found, query.Bind(name).Step());
  if (!found) return DocumentNotFoundError(name);
  return std::string(query.Blob(0));
}

absl::StatusOr<std::vector<v1::Job>> SqliteReader::ListJobs(const JobQuery& query) {
  const ListStatement list(query);
  SqliteQuery rows = handle_->Prepare("list jobs", list.text());
  for (const ListStatement::Value& value : list.values()) {
    std::visit([&rows](const auto& v) { rows.Bind(v); }, value);
  }

  std::vector<v1::Job> page;
  PageBudget budget(query.limit, query.max_bytes);
  while (!budget.full()) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) break;
    auto record = ParseColumn<store::StoredJob>(rows.Blob(0), "a listed job");
    RETURN_IF_ERROR(record.status());
    v1::Job& job = *record->mutable_job();
    if (!Matches(query.filter, job)) continue;
    if (!budget.Take(job.ByteSizeLong())) break;
    page.push_back(std::move(job));
  }
  return page;
}

absl::Status SqliteReader::ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) {
  JobQuery::Position after{absl::InfinitePast(), 0, ""};
  for (;;) {
    // Page by page, so that `visit` may read, and a slow one keeps no snapshot,
    // which would let the log grow.
    ASSIGN_OR_RETURN(auto page, ListLive(after));
    if (page.empty()) return absl::OkStatus();
    after.time = FromProto(page.back().job().create_time());
    after.job_id = page.back().job().id();
    for (store::StoredJob& job : page) {
      if (!visit(std::move(job))) return absl::OkStatus();
    }
  }
}

absl::StatusOr<std::vector<store::StoredJob>> SqliteReader::ListLive(
    const JobQuery::Position& after) {
  SqliteQuery query = handle_->Use(sql::kListLive);
  query.Bind(ToColumn(after.time)).Bind(after.job_id).Bind(kLiveJobsPage);
  std::vector<store::StoredJob> live;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return live;
    auto record = ParseColumn<store::StoredJob>(query.Blob(0), "a live job");
    RETURN_IF_ERROR(record.status());
    live.push_back(*std::move(record));
  }
}

absl::StatusOr<std::vector<ExpiredJob>> SqliteReader::ListExpired(absl::Time now, size_t limit) {
  SqliteQuery query = handle_->Use(sql::kListExpired);
  query.Bind(ToColumn(now)).Bind(static_cast<int64_t>(limit));
  std::vector<ExpiredJob> expired;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return expired;
    expired.push_back({std::string(query.Text(0)), query.Int(1)});
  }
}

absl::StatusOr<std::vector<EventPtr>> SqliteReader::ReadEvents(Revision after, ReadLimit limit) {
  RETURN_IF_ERROR(CheckNotLost(after));
  SqliteQuery query = handle_->Use(sql::kReadEvents);
  query.Bind(after);
  absl::StatusOr<std::vector<EventPtr>> events = ReadPage(limit, &query);
  // Read last: a trim that came before the page was read surely shows here.
  ASSIGN_OR_RETURN(const RevisionRange range, GetRevisionRange());
  if (after + 1 < range.oldest) return RevisionCompactedError(after, range.oldest);
  return events;
}

absl::StatusOr<std::vector<EventPtr>> SqliteReader::ReadJobEvents(absl::string_view job_id,
                                                                  Revision after, ReadLimit limit) {
  RETURN_IF_ERROR(CheckNotLost(after));
  SqliteQuery query = handle_->Use(sql::kReadJobEvents);
  query.Bind(job_id).Bind(after);
  return ReadPage(limit, &query);
}

absl::StatusOr<RevisionRange> SqliteReader::GetRevisionRange() {
  SqliteQuery query = handle_->Use(sql::kReadRange);
  RETURN_IF_ERROR(query.Step().status());
  const Revision compacted = query.Int(0);
  return RevisionRange{compacted + 1, std::max({compacted, query.Int(1), query.Int(2)})};
}

absl::Status SqliteReader::CheckNotLost(Revision after) const {
  if (after <= lost_after_ || after >= lost_before_) return absl::OkStatus();
  return RevisionCompactedError(after, lost_before_ + 1);
}

}  // namespace gcjobs
