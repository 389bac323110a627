#include "client/commands/export_request.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "client/usage_error.h"

namespace gcjobs {
namespace {

std::string Sha256Hex(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

// The same bytes for equal messages: maps in the order of their keys.
std::string SerializeInOrder(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&output);
  }
  return bytes;
}

// One alternative of the variant, made by its options.
template <typename Request>
absl::StatusOr<ExportRequest> Complete(absl::StatusOr<Request> request,
                                       absl::StatusOr<v1::SubmitOptions> options) {
  if (!request.ok()) return request.status();
  if (!options.ok()) return options.status();
  *request->mutable_options() = *std::move(options);
  return ExportRequest(*std::move(request));
}

}  // namespace

void ExportRequestFlags::AddTo(CLI::App* command) {
  query.AddTo(command);
  command
      ->add_option("--kind", kind,
                   "Instead of a conversation query: a job of this kind (gcjobs kinds)")
      ->option_text("KIND");
  job.AddTo(command);
  options.AddTo(command, "at-least-once, or the kind's");
}

absl::StatusOr<ExportRequest> ExportRequestFlags::ToRequest(const Session& session,
                                                            absl::Time now) const {
  if (kind.empty()) {
    if (job.IsSet()) return UsageError("--body and --path go with --kind");
    return Complete(query.ToRequest(session, now), options.ToOptions(session));
  }
  if (query.IsSet()) {
    return UsageError("--kind goes without the options of a conversation query",
                      "what the kind takes goes into --body");
  }
  return Complete(job.ToRequest(session, kind), options.ToOptions(session));
}

const v1::SubmitOptions& OptionsOf(const ExportRequest& request) {
  return std::visit([](const auto& submit) -> const v1::SubmitOptions& { return submit.options(); },
                    request);
}

v1::SubmitOptions* MutableOptionsOf(ExportRequest* request) {
  return std::visit([](auto& submit) { return submit.mutable_options(); }, *request);
}

std::string DigestOf(const ExportRequest& request) {
  ExportRequest copy = request;
  MutableOptionsOf(&copy)->clear_request_id();
  MutableOptionsOf(&copy)->clear_wait();
  return std::visit(
      [](const auto& submit) {
        return Sha256Hex(absl::StrCat(submit.GetTypeName(), "\n", SerializeInOrder(submit)));
      },
      copy);
}

}  // namespace gcjobs
