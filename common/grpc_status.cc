#include "common/grpc_status.h"

#include "common/status_conversion.h"
#include "google/rpc/status.pb.h"

namespace gcjobs {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status proto = ToProto(status);
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
