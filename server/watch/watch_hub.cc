#include "server/watch/watch_hub.h"

#include <algorithm>
#include <utility>

#include "common/failpoint.h"
#include "server/watch/watch_errors.h"

namespace gcjobs {
namespace {

// How much news is taken under one lock; bounds how long Park has to wait.
constexpr Store::ReadLimit kNewsLimit{/*events=*/1024, /*bytes=*/64 << 20};

// by_job_'s key of the streams that watch all jobs; no job has it.
const std::string& AllJobs() {
  static const std::string& all = *new std::string;
  return all;
}

}  // namespace

WatchHub::WatchHub(EventLog* log, const Clock* clock, Options options)
    : log_(*log), clock_(*clock), options_(std::move(options)), fanned_out_(log->head()) {
  if (options_.fan_out == FanOut::kThread) {
    thread_ = std::make_unique<Thread>("gcj-fanout", [this] { Run(); });
  }
}

WatchHub::~WatchHub() {
  MutexLock lock(&mu_);
  stop_ = true;
}

void WatchHub::Publish(const std::vector<EventPtr>& events) {
  log_.Append(events);
  MutexLock lock(&mu_);
  news_ = true;
}

absl::Status WatchHub::Add(std::shared_ptr<WatchStream> stream) {
  const WatchStream* key = stream.get();
  MutexLock lock(&mu_);
  if (draining_) return WatchDrainingError();
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
    if (std::exchange(draining_, true)) return;
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

void WatchHub::Pump() {
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

void WatchHub::Tick() {
  std::vector<Call> calls;
  {
    MutexLock lock(&mu_);
    calls = AllStreamsLocked();
  }
  for (const Call& call : calls) call.stream->Tick(call.quiet_through);
}

void WatchHub::Run() {
  const auto called = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return news_ || stop_; };
  absl::Time next_tick = clock_.MonotonicNow() + options_.tick_interval;
  for (;;) {
    {
      MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&called), options_.tick_interval);
      if (stop_) return;
      news_ = false;
    }
    Pump();
    if (clock_.MonotonicNow() < next_tick) continue;
    Tick();
    next_tick = clock_.MonotonicNow() + options_.tick_interval;
  }
}

bool WatchHub::TakeNews(std::vector<Call>* woken) {
  MutexLock lock(&mu_);
  const Revision head = log_.head();
  if (head <= fanned_out_) return false;
  const std::optional<EventLog::Batch> batch = log_.Read(fanned_out_, kNewsLimit);
  if (!batch.has_value()) {  // so much at once that the log has dropped some
    WakeAllLocked(head, woken);
    fanned_out_ = head;
    return true;
  }
  for (const LoggedEventPtr& event : batch->events) {
    WakeWatchersLocked(event->job_id(), event->revision(), woken);
  }
  WakeWatchersLocked(AllJobs(), batch->through, woken);
  fanned_out_ = batch->through;
  return true;
}

void WatchHub::WakeWatchersLocked(const std::string& job_id, Revision news,
                                  std::vector<Call>* woken) {
  const auto watchers = by_job_.find(job_id);
  if (watchers == by_job_.end()) return;
  for (const WatchStream* watcher : watchers->second) {
    Entry& entry = streams_.find(watcher)->second;
    if (!entry.parked_at.has_value() || *entry.parked_at >= news) continue;
    // Of all jobs' watchers every event is news: `news` is but the last of them.
    woken->push_back({entry.stream, job_id.empty() ? *entry.parked_at : news - 1});
    entry.parked_at.reset();
  }
}

void WatchHub::WakeAllLocked(Revision news, std::vector<Call>* woken) {
  for (auto& [key, entry] : streams_) {
    if (!entry.parked_at.has_value() || *entry.parked_at >= news) continue;
    woken->push_back({entry.stream, *entry.parked_at});
    entry.parked_at.reset();
  }
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
