#include "tests/unit/net/http2_peer.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"

namespace gcjobs::testing {
namespace {

constexpr size_t kPrefaceBytes = 24;
constexpr size_t kFrameHeadBytes = 9;

// Frame types, flags and an error code of RFC 9113, sections 6 and 7.
constexpr uint8_t kData = 0;
constexpr uint8_t kHeaders = 1;
constexpr uint8_t kResetStream = 3;
constexpr uint8_t kSettings = 4;
constexpr uint8_t kEndStream = 1;
constexpr uint8_t kAck = 1;
constexpr uint8_t kEndHeaders = 4;
constexpr uint32_t kRefusedStream = 7;

// `:status: 200`, from the static table of HPACK.
constexpr absl::string_view kStatus200 = "\x88";

uint32_t ToInteger(absl::string_view bytes) {
  uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string ToBytes(uint32_t value, int count) {
  std::string bytes;
  for (int i = count - 1; i >= 0; --i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

}  // namespace

void Http2Peer::Start() {
  connection_->ReadBytes(kPrefaceBytes);
  WriteFrame(kSettings, 0, 0, "");
}

Http2Peer::StreamId Http2Peer::NextRequest() {
  for (;;) {
    const std::string head = connection_->ReadBytes(kFrameHeadBytes);
    if (head.size() < kFrameHeadBytes) return 0;
    connection_->ReadBytes(ToInteger(absl::string_view(head).substr(0, 3)));
    const auto type = static_cast<uint8_t>(head[3]);
    const auto flags = static_cast<uint8_t>(head[4]);
    const bool carries_request = type == kHeaders || type == kData;
    if (carries_request && (flags & kEndStream))
      return ToInteger(absl::string_view(head).substr(5));
    if (type == kSettings && !(flags & kAck)) WriteFrame(kSettings, kAck, 0, "");
  }
}

void Http2Peer::Answer(StreamId stream) {
  WriteFrame(kHeaders, kEndHeaders | kEndStream, stream, kStatus200);
}

void Http2Peer::Refuse(StreamId stream) {
  WriteFrame(kResetStream, 0, stream, ToBytes(kRefusedStream, 4));
}

void Http2Peer::WriteFrame(uint8_t type, uint8_t flags, StreamId stream,
                           absl::string_view payload) {
  connection_->Write(absl::StrCat(ToBytes(payload.size(), 3), ToBytes(type, 1), ToBytes(flags, 1),
                                  ToBytes(stream, 4), payload));
}

}  // namespace gcjobs::testing
