#include "common/grpc_status.h"

#include <algorithm>
#include <string>

#include "common/failure_body.h"
#include "common/status_conversion.h"
#include "common/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace gcjobs {
namespace {

// What a trailer of 8 KiB has room for. The message stands in it twice, as
// `grpc-message`, where a byte may take three, and in the details, which may
// travel in base64 and take a third more.
constexpr size_t kMaxMessageBytes = 1 << 10;
constexpr size_t kMaxBodyBytes = 2 << 10;
constexpr size_t kMaxDetailsBytes = 4608;

// What a FailureBody grows by when it is marked as truncated, at most.
constexpr size_t kTruncatedBytes = 4;

// How much too large it is for a trailer.
size_t Excess(const google::rpc::Status& status) {
  return std::max(status.ByteSizeLong(), kMaxDetailsBytes) - kMaxDetailsBytes;
}

void TrimMessage(google::rpc::Status* status) {
  if (status->message().size() <= kMaxMessageBytes) return;
  constexpr absl::string_view kCut = "...";
  std::string& message = *status->mutable_message();
  message.resize(Utf8Prefix(message, kMaxMessageBytes - kCut.size()).size());
  message.append(kCut.data(), kCut.size());
}

void TrimBodies(size_t max_bytes, google::rpc::Status* status) {
  for (google::protobuf::Any& detail : *status->mutable_details()) {
    v1::FailureBody body;
    if (!detail.UnpackTo(&body)) continue;
    TrimFailureBody(max_bytes, &body);
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
  TrimMessage(&proto);
  TrimBodies(kMaxBodyBytes, &proto);
  // The body gives way before the rest does.
  if (const size_t excess = Excess(proto); excess > 0) {
    TrimBodies(kMaxBodyBytes - std::min(excess + kTruncatedBytes, kMaxBodyBytes), &proto);
  }
  if (Excess(proto) > 0) KeepEssentials(&proto);
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
