#include "common/grpc_status.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "common/failure_body.h"
#include "common/status_conversion.h"
#include "common/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace gcjobs {
namespace {

constexpr size_t kMaxMessageBytes = 1 << 10;
constexpr size_t kShortMessageBytes = 256;
constexpr size_t kMaxBodyBytes = 2 << 10;

// Of the 8 KiB of a trailer, what the names of its entries leave.
constexpr size_t kMaxTrailerBytes = 7680;

// What a FailureBody grows by when it is marked as truncated, at most.
constexpr size_t kTruncatedBytes = 4;

// The message stands in the trailer twice: as `grpc-message`, percent-encoded, and
// in the details, which may travel in base64.
size_t TrailerBytes(const google::rpc::Status& status) {
  size_t message_bytes = 0;
  for (const char c : status.message()) {
    const bool is_plain = absl::ascii_isprint(static_cast<unsigned char>(c)) && c != '%';
    message_bytes += is_plain ? 1 : 3;
  }
  return message_bytes + (status.ByteSizeLong() + 2) / 3 * 4;
}

// By how many bytes of its details it is too large for a trailer.
size_t Excess(const google::rpc::Status& status) {
  const size_t bytes = TrailerBytes(status);
  return bytes <= kMaxTrailerBytes ? 0 : (bytes - kMaxTrailerBytes + 3) / 4 * 3;
}

void TrimMessage(size_t max_bytes, google::rpc::Status* status) {
  if (status->message().size() <= max_bytes) return;
  constexpr absl::string_view kCut = "...";
  std::string& message = *status->mutable_message();
  message.resize(Utf8Prefix(message, max_bytes - kCut.size()).size());
  message.append(kCut.data(), kCut.size());
}

// To `max_bytes`, and by `too_many`.
void TrimBody(size_t max_bytes, size_t too_many, google::rpc::Status* status) {
  for (google::protobuf::Any& detail : *status->mutable_details()) {
    v1::FailureBody body;
    if (!detail.UnpackTo(&body)) continue;
    const size_t size = std::min(body.body().size(), max_bytes);
    TrimFailureBody(size - std::min(size, too_many), &body);
    detail.PackFrom(body);
  }
}

// What programs decide by.
bool IsEssential(const google::protobuf::Any& detail) {
  return detail.Is<google::rpc::ErrorInfo>() || detail.Is<google::rpc::RetryInfo>();
}

void KeepEssentials(google::rpc::Status* status) {
  auto& details = *status->mutable_details();
  details.erase(std::remove_if(details.begin(), details.end(),
                               [](const auto& detail) { return !IsEssential(detail); }),
                details.end());
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status proto = ToProto(status);
  TrimMessage(kMaxMessageBytes, &proto);
  TrimBody(kMaxBodyBytes, 0, &proto);
  // The body gives way before the rest does.
  const size_t excess = Excess(proto);
  if (excess > 0) TrimBody(kMaxBodyBytes, excess + kTruncatedBytes, &proto);
  if (Excess(proto) > 0) KeepEssentials(&proto);
  if (Excess(proto) > 0) TrimMessage(kShortMessageBytes, &proto);
  const std::string details = proto.details().empty() ? "" : proto.SerializeAsString();
  return grpc::Status(static_cast<grpc::StatusCode>(proto.code()), proto.message(), details);
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status proto;
  const bool has_details =
      !status.error_details().empty() && proto.ParseFromString(status.error_details());
  // The code of the call wins over what the details say.
  if (!has_details) proto.Clear();
  proto.set_code(status.error_code());
  if (proto.message().empty()) proto.set_message(status.error_message());
  return FromProto(proto);
}

}  // namespace gcjobs
