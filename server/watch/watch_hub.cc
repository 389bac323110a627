#include "server/watch/watch_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/failpoint.h"

namespace gcjobs {
namespace {

// How much news is taken under one lock; bounds how long Park has to wait.
constexpr ReadLimit kNewsLimit{/*events=*/1024, /*bytes=*/64 << 20};

// Another replica is there at once, a restarted server soon.
constexpr absl::Duration kDrainingRetryDelay = absl::Seconds(1);
// Other streams have to end first.
constexpr absl::Duration kFullRetryDelay = absl::Seconds(5);

// by_job_'s key of the streams that watch all jobs; no job has it.
const std::string& AllJobs() {
  static const std::string& all = *new std::string;
  return all;
}

absl::Status TooManyWatchesError(size_t limit) {
  const std::string limit_text = absl::StrCat(limit);
  return MakeRetryableError(
      errors::kTooManyWatches, kFullRetryDelay,
      absl::StrCat("all ", limit_text, " watch streams of this server are in use"),
      {{"limit", limit_text}});
}

}  // namespace

absl::Status WatchDrainingError() {
  return MakeRetryableError(errors::kServerDraining, kDrainingRetryDelay,
                            "the server is draining; watch again after the last revision seen");
}

WatchHub::WatchHub(EventLog* log, const Clock* clock, Options options)
    : log_(*log), clock_(*clock), options_(std::move(options)), fanned_out_(log->head()) {
  if (options_.fan_out == FanOut::kByThread) {
    thread_ = std::make_unique<Thread>("gcj-fanout", [this] { Run(); });
  }
}

WatchHub::~WatchHub() {
  MutexLock lock(&mu_);
  must_stop_ = true;
}

void WatchHub::Publish(const std::vector<EventPtr>& events) {
  log_.Append(events);
  MutexLock lock(&mu_);
  has_news_ = true;
}

absl::Status WatchHub::Add(std::shared_ptr<WatchStream> stream) {
  const WatchStream* key = stream.get();
  MutexLock lock(&mu_);
  if (is_draining_) return WatchDrainingError();
  if (streams_.size() >= options_.max_streams) return TooManyWatchesError(options_.max_streams);
  streams_[key].stream = std::move(stream);
  Streams& watchers = by_job_[key->job_id()];
  watchers.insert(key);
  if (watchers.size() == 1 && !key->job_id().empty() && options_.on_watched) {
    options_.on_watched(key->job_id(), true);
  }
  ShowCountLocked();
  return absl::OkStatus();
}

void WatchHub::Remove(const WatchStream* stream) {
  std::shared_ptr<WatchStream> removed;  // freed after the lock
  MutexLock lock(&mu_);
  const auto entry = streams_.find(stream);
  if (entry == streams_.end()) return;
  removed = std::move(entry->second.stream);
  streams_.erase(entry);
  const auto watchers = by_job_.find(stream->job_id());
  watchers->second.erase(stream);
  if (watchers->second.empty()) {
    by_job_.erase(watchers);
    if (!stream->job_id().empty() && options_.on_watched) {
      options_.on_watched(stream->job_id(), false);
    }
  }
  ShowCountLocked();
}

// No event can fall between "nothing to send" and "asleep": fanned_out_ moves
// under the same lock, so that news is either seen here, or wakes the stream.
bool WatchHub::Park(const WatchStream* stream, Revision sent_through) {
  MutexLock lock(&mu_);
  if (fanned_out_ > sent_through) return false;
  const auto entry = streams_.find(stream);
  if (entry != streams_.end()) entry->second.parked_at = sent_through;
  return true;
}

void WatchHub::Drain() {
  std::vector<Call> calls;
  {
    MutexLock lock(&mu_);
    if (std::exchange(is_draining_, true)) return;
    calls = AllStreamsLocked();
  }
  for (const Call& call : calls) call.stream->Drain(call.quiet_through);
}

size_t WatchHub::stream_count() const {
  MutexLock lock(&mu_);
  return streams_.size();
}

size_t WatchHub::parked_count() const {
  MutexLock lock(&mu_);
  return static_cast<size_t>(std::count_if(streams_.begin(), streams_.end(), [](const auto& entry) {
    return entry.second.parked_at.has_value();
  }));
}

void WatchHub::Run() {
  const auto is_called = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return has_news_ || must_stop_; };
  absl::Time next_tick = clock_.MonotonicNow() + options_.tick_interval;
  for (;;) {
    {
      MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&is_called), options_.tick_interval);
      if (must_stop_) return;
      has_news_ = false;
    }
    FanOutNews();
    if (clock_.MonotonicNow() < next_tick) continue;
    TickAll();
    next_tick = clock_.MonotonicNow() + options_.tick_interval;
  }
}

void WatchHub::FanOutNews() {
  std::vector<Call> woken;
  while (TakeNews(&woken)) {
    GCJOBS_FAILPOINT("watch.before_fanout");
    for (size_t i = 0; i < woken.size(); ++i) {
      if (i > 0 && i == woken.size() / 2) GCJOBS_FAILPOINT("watch.half_fanout");
      woken[i].stream->Wake(woken[i].quiet_through);
    }
    woken.clear();
  }
}

void WatchHub::TickAll() {
  std::vector<Call> calls;
  {
    MutexLock lock(&mu_);
    calls = AllStreamsLocked();
  }
  for (const Call& call : calls) call.stream->Tick(call.quiet_through);
}

// Takes the next news of the log and unparks whom it concerns; false when there
// is none.
//
// 1. Read the events after fanned_out_, at most a batch: fewer locks than one
//    for each event, and none is held for long.
// 2. For each event, unpark the watchers of its job that parked before it. Each
//    learns that nothing concerned it up to the revision before.
// 3. Unpark the watchers of all jobs, once for the batch. For them every event
//    is news, so that they learn nothing beyond where they parked.
// 4. Move fanned_out_ on, under the same lock: a stream that parks later with a
//    smaller position is sent back to read.
//
// When more was committed at once than the log holds, it is unknown whom the
// dropped events concern: everybody is unparked, and reads the store.
//
// Streams are only collected here. They are woken after the lock is released,
// since Wake takes the stream's own lock, which comes before this one.
bool WatchHub::TakeNews(std::vector<Call>* woken) {
  MutexLock lock(&mu_);
  const Revision head = log_.head();
  if (head <= fanned_out_) return false;
  const std::optional<EventLog::Batch> batch = log_.Read(fanned_out_, kNewsLimit);
  if (!batch.has_value()) {
    for (auto& [key, entry] : streams_) {
      UnparkLocked(&entry, head, entry.parked_at.value_or(0), woken);
    }
    fanned_out_ = head;
    return true;
  }
  for (const LoggedEventPtr& event : batch->events) {
    UnparkWatchersLocked(event->job_id(), event->revision(), woken);
  }
  UnparkWatchersLocked(AllJobs(), batch->through, woken);
  fanned_out_ = batch->through;
  return true;
}

void WatchHub::UnparkWatchersLocked(const std::string& job_id, Revision news,
                                    std::vector<Call>* woken) {
  const auto watchers = by_job_.find(job_id);
  if (watchers == by_job_.end()) return;
  for (const WatchStream* watcher : watchers->second) {
    Entry& entry = streams_.find(watcher)->second;
    const Revision quiet_through = job_id.empty() ? entry.parked_at.value_or(0) : news - 1;
    UnparkLocked(&entry, news, quiet_through, woken);
  }
}

// Nothing to do for a stream that is awake, or that parked after `news`.
void WatchHub::UnparkLocked(Entry* entry, Revision news, Revision quiet_through,
                            std::vector<Call>* woken) {
  if (!entry->parked_at.has_value() || *entry->parked_at >= news) return;
  woken->push_back({entry->stream, quiet_through});
  entry->parked_at.reset();
}

std::vector<WatchHub::Call> WatchHub::AllStreamsLocked() const {
  std::vector<Call> calls;
  calls.reserve(streams_.size());
  for (const auto& [key, entry] : streams_) {
    calls.push_back({entry.stream, entry.parked_at.has_value() ? fanned_out_ : 0});
  }
  return calls;
}

void WatchHub::ShowCountLocked() {
  if (options_.metrics == nullptr) return;
  options_.metrics->WatchStreams().Set(static_cast<double>(streams_.size()));
}

}  // namespace gcjobs
