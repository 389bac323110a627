#ifndef GCJOBS_TESTS_UNIT_WATCH_WATCH_WORLD_H_
#define GCJOBS_TESTS_UNIT_WATCH_WATCH_WORLD_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/mutex.h"
#include "server/watch/event_log.h"
#include "server/watch/watch_cursor.h"
#include "server/watch/watch_hub.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/test_store.h"

namespace gcjobs::testing {

// A store with jobs, and the log and the hub that tell of them. Nothing moves
// but on the caller's thread, unless the hub is given a thread. Commits may come
// from one other thread, and nothing else unless it says so.
class WatchWorld {
 public:
  struct Options {
    EventLog::Options log;
    WatchHub::Options hub = ByHand();
  };
  static WatchHub::Options ByHand() {
    WatchHub::Options options;
    options.fan_out = WatchHub::FanOut::kTestOnlyByHand;
    return options;
  }

  WatchWorld() : WatchWorld(Options()) {}
  explicit WatchWorld(Options options);

  // Each commits one event and returns its revision. The job is QUEUED, of
  // kind "k" and organisation "main", unless `edit` says otherwise.
  Revision Create(const std::string& id, const std::function<void(v1::Job*)>& edit = {});
  Revision Move(const std::string& id, v1::JobState state);
  // UPDATED: throttled for two hours.
  Revision Throttle(const std::string& id);
  // UPDATED: another label `team`.
  Revision Relabel(const std::string& id, const std::string& team);
  Revision Delete(const std::string& id);
  // Create, PENDING, RUNNING, SUCCEEDED: four events. Returns the last.
  Revision Complete(const std::string& id);

  // A record that changes without an event.
  void Touch(const std::string& id, int poll_count);

  // From Defer to Flush writes are queued: not committed, let alone durable.
  // Their revisions are not known yet.
  void Defer() { deferred_ = true; }
  void Flush();

  // From Hold to Release commits are durable, but not yet told to the hub.
  void Hold() { held_ = true; }
  void Release();

  // The process starts anew over the same store.
  void Restart();

  // Runs `interruption` in the middle of the next read that asks the store for
  // a job's record, just before it does.
  void InterruptNextGetJob(std::function<void()> interruption) {
    reader_.interruption = std::move(interruption);
  }

  // Drops the events of all deleted jobs from the store.
  void TrimDeleted();

  TestStore& store() { return *store_; }
  EventLog& log() { return *log_; }
  WatchHub& hub() { return *hub_; }
  FakeClock& clock() { return clock_; }
  // Reads, but for what InterruptNextGetJob says.
  StoreReader& reader() { return reader_; }
  Revision head();  // any thread

 private:
  struct InterruptibleReader final : StoreReader {
    absl::StatusOr<store::StoredJob> GetJob(absl::string_view job_id) override {
      if (interruption) std::exchange(interruption, {})();
      return reader->GetJob(job_id);
    }
    absl::StatusOr<store::Submission> GetSubmission(absl::string_view job_id) override {
      return reader->GetSubmission(job_id);
    }
    absl::StatusOr<std::string> GetDocument(absl::string_view name) override {
      return reader->GetDocument(name);
    }
    absl::StatusOr<std::vector<v1::Job>> ListJobs(const JobQuery& query) override {
      return reader->ListJobs(query);
    }
    absl::Status ForEachLiveJob(absl::FunctionRef<bool(store::StoredJob)> visit) override {
      return reader->ForEachLiveJob(visit);
    }
    absl::StatusOr<std::vector<ExpiredJob>> ListExpired(absl::Time now, size_t limit) override {
      return reader->ListExpired(now, limit);
    }
    absl::StatusOr<std::vector<EventPtr>> ReadEvents(Revision after, ReadLimit limit) override {
      return reader->ReadEvents(after, limit);
    }
    absl::StatusOr<std::vector<EventPtr>> ReadJobEvents(absl::string_view job_id, Revision after,
                                                        ReadLimit limit) override {
      return reader->ReadJobEvents(job_id, after, limit);
    }
    absl::StatusOr<RevisionRange> GetRevisionRange() override { return reader->GetRevisionRange(); }

    StoreReader* reader = nullptr;
    std::function<void()> interruption;
  };

  Revision Commit(Write write);
  void OnEvents(const std::vector<EventPtr>& events);
  store::StoredJob Get(const std::string& id);

  const Options options_;
  FakeClock clock_;
  bool deferred_ = false;
  bool held_ = false;
  std::vector<EventPtr> held_events_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<WatchHub> hub_;
  Mutex read_mu_;  // its reader is for one thread at a time
  std::unique_ptr<TestStore> store_;
  InterruptibleReader reader_;
};

// What a cursor sends until it waits or ends, with every store read done at
// once; and its last step.
struct CursorRun {
  std::vector<v1::JobEvent> events;
  std::vector<int> messages;  // events in each message
  int reads = 0;
  WatchCursor::Step last;
};
CursorRun RunJob(WatchCursor* cursor, StoreReader& reader);   // messages are JobEvents
CursorRun RunJobs(WatchCursor* cursor, StoreReader& reader);  // messages are WatchJobsResponses

std::vector<Revision> Revisions(const std::vector<v1::JobEvent>& events);
std::string Join(const std::vector<grpc::Slice>& slices);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_WATCH_WATCH_WORLD_H_
