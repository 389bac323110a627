#include "tests/unit/watch/watch_world.h"

#include <gtest/gtest.h>

#include <utility>

#include "common/time_conversion.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs::testing {

WatchWorld::WatchWorld(Options options) : options_(std::move(options)) {
  store_ = std::make_unique<TestStore>(
      TestStore::ByHand([this](const std::vector<EventPtr>& events) { OnEvents(events); }));
  reader_.reader = &store_->reader();
  Restart();
}

void WatchWorld::Restart() {
  hub_.reset();
  log_ = std::make_unique<EventLog>(options_.log, head());
  hub_ = std::make_unique<WatchHub>(log_.get(), &clock_, options_.hub);
}

Revision WatchWorld::head() {
  MutexLock lock(&read_mu_);
  return store_->reader().GetRevisionRange()->head;
}

Revision WatchWorld::Create(const std::string& id, const std::function<void(v1::Job*)>& edit) {
  InsertJob insert;
  v1::Job* job = insert.job.mutable_job();
  job->set_id(id);
  job->set_org("main");
  job->set_kind("k");
  job->set_state(v1::JOB_STATE_QUEUED);
  *job->mutable_create_time() = ToProto(clock_.Now());
  if (edit) edit(job);
  insert.event.time = clock_.Now();
  return Commit(std::move(insert));
}

Revision WatchWorld::Move(const std::string& id, v1::JobState state) {
  UpdateJob update;
  update.job = Get(id);
  update.expected_revision = update.job.job().revision();
  update.event = EventDraft{v1::EVENT_TYPE_TRANSITION, update.job.job().state(), clock_.Now()};
  update.job.mutable_job()->set_state(state);
  return Commit(std::move(update));
}

Revision WatchWorld::Throttle(const std::string& id) {
  UpdateJob update;
  update.job = Get(id);
  update.expected_revision = update.job.job().revision();
  update.event = EventDraft{v1::EVENT_TYPE_UPDATED, update.job.job().state(), clock_.Now()};
  *update.job.mutable_job()->mutable_throttled_until() = ToProto(clock_.Now() + absl::Hours(2));
  return Commit(std::move(update));
}

Revision WatchWorld::Relabel(const std::string& id, const std::string& team) {
  UpdateJob update;
  update.job = Get(id);
  update.expected_revision = update.job.job().revision();
  update.event = EventDraft{v1::EVENT_TYPE_UPDATED, update.job.job().state(), clock_.Now(),
                            update.job.job().labels()};
  (*update.job.mutable_job()->mutable_labels())["team"] = team;
  return Commit(std::move(update));
}

Revision WatchWorld::Delete(const std::string& id) {
  return Commit(DeleteJob{id, Get(id).job().revision(), clock_.Now()});
}

Revision WatchWorld::Complete(const std::string& id) {
  Create(id);
  Move(id, v1::JOB_STATE_PENDING);
  Move(id, v1::JOB_STATE_RUNNING);
  return Move(id, v1::JOB_STATE_SUCCEEDED);
}

void WatchWorld::Touch(const std::string& id, int poll_count) {
  UpdateJob update;
  update.job = Get(id);
  update.expected_revision = update.job.job().revision();
  update.job.mutable_job()->set_poll_count(poll_count);
  Commit(std::move(update));
}

void WatchWorld::Flush() {
  deferred_ = false;
  store_->CommitQueued();
}

void WatchWorld::Release() {
  held_ = false;
  hub_->Publish(std::exchange(held_events_, {}));
}

void WatchWorld::TrimDeleted() {
  clock_.Advance(absl::Seconds(1));
  absl::Status trimmed = absl::UnknownError("not answered");
  store_->TrimEvents(clock_.Now(), [&trimmed](auto dropped) { trimmed = dropped.status(); });
  store_->CommitQueued();
  EXPECT_TRUE(trimmed.ok()) << trimmed;
}

Revision WatchWorld::Commit(Write write) {
  if (deferred_) {
    store_->Commit(std::move(write), [](const absl::StatusOr<CommitOutcome>& result) {
      ASSERT_TRUE(result.ok()) << result.status();
    });
    return 0;
  }
  Revision revision = 0;
  store_->Commit(std::move(write), [&revision](const absl::StatusOr<CommitOutcome>& result) {
    ASSERT_TRUE(result.ok()) << result.status();
    revision = std::get<Committed>(*result).job.job().revision();
  });
  store_->CommitQueued();
  return revision;
}

void WatchWorld::OnEvents(const std::vector<EventPtr>& events) {
  if (held_) {
    held_events_.insert(held_events_.end(), events.begin(), events.end());
  } else {
    hub_->Publish(events);
  }
}

store::StoredJob WatchWorld::Get(const std::string& id) {
  MutexLock lock(&read_mu_);
  absl::StatusOr<store::StoredJob> job = store_->reader().GetJob(id);
  EXPECT_TRUE(job.ok()) << job.status();
  return *std::move(job);
}

namespace {

template <typename Decode>
CursorRun RunCursor(WatchCursor* cursor, StoreReader& reader, const Decode& decode) {
  CursorRun run;
  for (;;) {
    run.last = cursor->Next();
    switch (run.last.action) {
      case WatchCursor::Action::kSend: {
        const size_t before = run.events.size();
        decode(Join(run.last.message), &run.events);
        run.messages.push_back(static_cast<int>(run.events.size() - before));
        break;
      }
      case WatchCursor::Action::kRead:
        ++run.reads;
        cursor->Accept(cursor->NextRead()(reader));
        break;
      case WatchCursor::Action::kWait:
      case WatchCursor::Action::kEnd:
        return run;
    }
  }
}

}  // namespace

CursorRun RunJob(WatchCursor* cursor, StoreReader& reader) {
  return RunCursor(cursor, reader, [](const std::string& bytes, std::vector<v1::JobEvent>* events) {
    ASSERT_TRUE(events->emplace_back().ParseFromString(bytes));
  });
}

CursorRun RunJobs(WatchCursor* cursor, StoreReader& reader) {
  return RunCursor(cursor, reader, [](const std::string& bytes, std::vector<v1::JobEvent>* events) {
    v1::WatchJobsResponse response;
    ASSERT_TRUE(response.ParseFromString(bytes));
    events->insert(events->end(), response.events().begin(), response.events().end());
    EXPECT_EQ(response.revision(), events->back().revision());
  });
}

std::vector<Revision> Revisions(const std::vector<v1::JobEvent>& events) {
  std::vector<Revision> revisions;
  for (const v1::JobEvent& event : events) revisions.push_back(event.revision());
  return revisions;
}

std::string Join(const std::vector<grpc::Slice>& slices) {
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace gcjobs::testing
