#include "server/store/sqlite_store.h"

#include <utility>

#include "common/time_conversion.h"

namespace gcjobs {
namespace {

constexpr char kFileName[] = "gcjobs.db";

// Live jobs read at a time: few enough to hold in memory with long errors.
constexpr size_t kLiveJobsPage = 256;

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(Options options) {
  auto dir = DataDir::Open(options.data_dir);
  if (!dir.ok()) return dir.status();
  const auto path = (*dir)->CreateFile(kFileName);
  if (!path.ok()) return path.status();
  auto writer = SqliteWriter::Open(*path);
  if (!writer.ok()) return writer.status();
  auto readers = SqliteReaderPool::Open(*path, options.readers);
  if (!readers.ok()) return readers.status();
  return std::unique_ptr<SqliteStore>(new SqliteStore(
      *std::move(dir), *std::move(writer), *std::move(readers), std::move(options.commit)));
}

SqliteStore::SqliteStore(std::unique_ptr<DataDir> dir, std::unique_ptr<SqliteWriter> writer,
                         std::unique_ptr<SqliteReaderPool> readers, GroupCommitOptions options)
    : dir_(std::move(dir)),
      writer_(std::move(writer)),
      readers_(std::move(readers)),
      group_commit_(writer_.get(), std::move(options)) {}

void SqliteStore::Commit(Write write, CommitDone done) {
  group_commit_.Commit(std::move(write), std::move(done));
}

absl::StatusOr<store::StoredJob> SqliteStore::GetJob(absl::string_view job_id) const {
  return readers_->With([&](SqliteReader& reader) { return reader.GetJob(job_id); });
}

absl::StatusOr<store::Submission> SqliteStore::GetSubmission(absl::string_view job_id) const {
  return readers_->With([&](SqliteReader& reader) { return reader.GetSubmission(job_id); });
}

absl::StatusOr<std::string> SqliteStore::GetDocument(absl::string_view name) const {
  return readers_->With([&](SqliteReader& reader) { return reader.GetDocument(name); });
}

absl::StatusOr<std::vector<v1::Job>> SqliteStore::ListJobs(const JobQuery& query) const {
  return readers_->With([&](SqliteReader& reader) { return reader.ListJobs(query); });
}

absl::Status SqliteStore::ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) const {
  JobQuery::Position after{absl::InfinitePast(), 0, ""};
  for (;;) {
    // Page by page, so that `visit` may read the store and a slow one keeps no
    // snapshot, which would let the log grow.
    auto page =
        readers_->With([&](SqliteReader& reader) { return reader.ListLive(after, kLiveJobsPage); });
    if (!page.ok()) return page.status();
    if (page->empty()) return absl::OkStatus();
    after.time = FromProto(page->back().job().create_time());
    after.job_id = page->back().job().id();
    for (store::StoredJob& job : *page) {
      if (!visit(std::move(job))) return absl::OkStatus();
    }
  }
}

absl::StatusOr<std::vector<Store::ExpiredJob>> SqliteStore::ListExpired(absl::Time now,
                                                                        size_t limit) const {
  return readers_->With([&](SqliteReader& reader) { return reader.ListExpired(now, limit); });
}

absl::StatusOr<std::vector<EventPtr>> SqliteStore::ReadEvents(Revision after,
                                                              ReadLimit limit) const {
  return readers_->With([&](SqliteReader& reader) { return reader.ReadEvents(after, limit); });
}

absl::StatusOr<std::vector<EventPtr>> SqliteStore::ReadJobEvents(absl::string_view job_id,
                                                                 Revision after,
                                                                 ReadLimit limit) const {
  return readers_->With(
      [&](SqliteReader& reader) { return reader.ReadJobEvents(job_id, after, limit); });
}

absl::StatusOr<RevisionRange> SqliteStore::GetRevisionRange() const {
  return readers_->With([](SqliteReader& reader) { return reader.GetRevisionRange(); });
}

absl::StatusOr<int64_t> SqliteStore::TrimEvents(absl::Time before) {
  return group_commit_.TrimEvents(before);
}

void SqliteStore::Close() { group_commit_.Close(); }

}  // namespace gcjobs
