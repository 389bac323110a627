#include "server/watch/event_log.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpc/slice.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/job_state.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/store/page_budget.h"

namespace gcjobs {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

// The object itself, its reference count, and its places in the log's queue
// and index.
constexpr size_t kOverheadBytes = sizeof(LoggedEvent) + 128;

constexpr uint32_t kEventsTag = WireFormatLite::MakeTag(v1::WatchJobsResponse::kEventsFieldNumber,
                                                        WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
constexpr uint32_t kRevisionTag = WireFormatLite::MakeTag(
    v1::WatchJobsResponse::kRevisionFieldNumber, WireFormatLite::WIRETYPE_VARINT);

v1::Job MakeKey(const v1::Job& job) {
  v1::Job key;
  key.set_id(job.id());
  key.set_org(job.org());
  key.set_kind(job.kind());
  key.set_state(job.state());
  key.set_action_id(job.action_id());
  *key.mutable_labels() = job.labels();
  if (job.has_create_time()) *key.mutable_create_time() = job.create_time();
  return key;
}

std::optional<v1::Job> MakePreviousKey(const v1::JobEvent& event, const v1::Job& key) {
  if (event.previous_labels().empty()) return std::nullopt;
  v1::Job previous = key;
  *previous.mutable_labels() = event.previous_labels();
  return previous;
}

// The first of `events`, which are in order of revision, after `after`.
template <typename Events>
auto FindAfter(const Events& events, Revision after) {
  return std::upper_bound(
      events.begin(), events.end(), after,
      [](Revision revision, const LoggedEventPtr& event) { return revision < event->revision(); });
}

}  // namespace

LoggedEvent::LoggedEvent(const v1::JobEvent& event)
    : type_(event.type()),
      previous_state_(event.previous_state()),
      revision_(event.revision()),
      sequence_(event.sequence()),
      key_(MakeKey(event.job())),
      previous_key_(MakePreviousKey(event, key_)) {
  const size_t message_bytes = event.ByteSizeLong();
  const uint32_t length = static_cast<uint32_t>(message_bytes);
  const uint64_t revision = static_cast<uint64_t>(revision_);
  message_begin_ =
      CodedOutputStream::VarintSize32(kEventsTag) + CodedOutputStream::VarintSize32(length);
  message_end_ = message_begin_ + message_bytes;
  const size_t total = message_end_ + CodedOutputStream::VarintSize32(kRevisionTag) +
                       CodedOutputStream::VarintSize64(revision);

  grpc_slice slice = grpc_slice_malloc(total);
  uint8_t* out = GRPC_SLICE_START_PTR(slice);
  out = CodedOutputStream::WriteTagToArray(kEventsTag, out);
  out = CodedOutputStream::WriteVarint32ToArray(length, out);
  out = event.SerializeWithCachedSizesToArray(out);
  out = CodedOutputStream::WriteTagToArray(kRevisionTag, out);
  CodedOutputStream::WriteVarint64ToArray(revision, out);
  response_ = grpc::Slice(slice, grpc::Slice::STEAL_REF);
  bytes_ = total + key_.ByteSizeLong() + kOverheadBytes;
  if (previous_key_) bytes_ += previous_key_->ByteSizeLong();
}

bool LoggedEvent::ends_job() const {
  return type_ == v1::EVENT_TYPE_DELETED ||
         (type_ == v1::EVENT_TYPE_TRANSITION && IsTerminal(key_.state()));
}

grpc::Slice LoggedEvent::message() const { return response_.sub(message_begin_, message_end_); }

LoggedEvent MakeBookmark(Revision revision) {
  v1::JobEvent event;
  event.set_type(v1::EVENT_TYPE_BOOKMARK);
  event.set_revision(revision);
  return LoggedEvent(event);
}

EventLog::EventLog(Options options, Revision base) : options_(options), base_(base), head_(base) {}

void EventLog::Append(const std::vector<EventPtr>& events) {
  std::vector<LoggedEventPtr> added;
  added.reserve(events.size());
  for (const EventPtr& event : events) added.push_back(std::make_shared<const LoggedEvent>(*event));

  std::vector<LoggedEventPtr> dropped;  // freed after the lock
  MutexLock lock(&mu_);
  for (LoggedEventPtr& event : added) AddLocked(std::move(event));
  while (IsOverfullLocked()) dropped.push_back(DropOldestLocked());
}

Revision EventLog::head() const {
  MutexLock lock(&mu_);
  return head_;
}

std::optional<EventLog::Batch> EventLog::Read(Revision after, ReadLimit limit) const {
  MutexLock lock(&mu_);
  if (after < base_) return std::nullopt;
  Batch batch;
  batch.through = std::max(after, head_);
  PageBudget budget(limit.events, limit.bytes);
  for (auto event = FindAfter(events_, after); event != events_.end(); ++event) {
    if (!budget.Take((*event)->bytes())) {
      batch.is_last = false;
      break;
    }
    batch.events.push_back(*event);
    batch.through = (*event)->revision();
  }
  return batch;
}

EventLog::JobRead EventLog::ReadJob(absl::string_view job_id, Revision after) const {
  MutexLock lock(&mu_);
  JobRead read;
  read.head = head_;
  read.complete = after >= base_;
  const auto found = by_job_.find(job_id);
  if (found == by_job_.end()) return read;
  const JobEvents& events = found->second;
  const auto next = FindAfter(events, after);
  if (next != events.end()) read.next = *next;
  read.last = events.back();
  // What was dropped of this job is older than its oldest event here.
  const LoggedEvent& oldest = *events.front();
  read.complete = read.complete || oldest.revision() <= after || oldest.sequence() == 1;
  return read;
}

void EventLog::AddLocked(LoggedEventPtr event) {
  head_ = event->revision();
  bytes_ += event->bytes();
  by_job_[event->job_id()].push_back(event);
  events_.push_back(std::move(event));
}

LoggedEventPtr EventLog::DropOldestLocked() {
  LoggedEventPtr oldest = std::move(events_.front());
  events_.pop_front();
  base_ = oldest->revision();
  bytes_ -= oldest->bytes();
  const auto found = by_job_.find(oldest->job_id());
  found->second.erase(found->second.begin());
  if (found->second.empty()) by_job_.erase(found);
  return oldest;
}

bool EventLog::IsOverfullLocked() const {
  return events_.size() > options_.max_events || bytes_ > options_.max_bytes;
}

}  // namespace gcjobs
