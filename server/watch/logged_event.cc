#include "server/watch/logged_event.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpc/slice.h>

#include "common/job_state.h"
#include "gcjobs/v1/job_service.pb.h"

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

}  // namespace

LoggedEvent::LoggedEvent(const v1::JobEvent& event)
    : type_(event.type()),
      previous_state_(event.previous_state()),
      revision_(event.revision()),
      sequence_(event.sequence()),
      key_(MakeKey(event.job())) {
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

}  // namespace gcjobs
