#include "common/error_info.h"

#include "absl/strings/cord.h"
#include "common/time_conversion.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr absl::string_view kRetryInfoUrl = "type.googleapis.com/google.rpc.RetryInfo";
constexpr absl::string_view kHelpUrl = "type.googleapis.com/google.rpc.Help";
constexpr absl::string_view kLocalizedMessageUrl =
    "type.googleapis.com/google.rpc.LocalizedMessage";

// All texts for people are English.
constexpr char kLocale[] = "en";

template <typename Message>
std::optional<Message> GetPayload(const absl::Status& status, absl::string_view url) {
  const auto payload = status.GetPayload(url);
  Message message;
  if (!payload || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

// Values come from upstream as well, and one byte that is not UTF-8 would make
// every reader refuse the whole message.
google::rpc::ErrorInfo WithValidUtf8(const google::rpc::ErrorInfo& info) {
  google::rpc::ErrorInfo valid;
  valid.set_reason(ToValidUtf8(info.reason()));
  valid.set_domain(ToValidUtf8(info.domain()));
  for (const auto& [key, value] : info.metadata()) {
    (*valid.mutable_metadata())[ToValidUtf8(key)] = ToValidUtf8(value);
  }
  return valid;
}

}  // namespace

std::optional<google::rpc::ErrorInfo> GetErrorInfo(const absl::Status& status) {
  return GetPayload<google::rpc::ErrorInfo>(status, kErrorInfoUrl);
}

std::string GetReason(const absl::Status& status) {
  const auto info = GetErrorInfo(status);
  return info ? info->reason() : "";
}

void SetErrorInfo(absl::Status* status, const google::rpc::ErrorInfo& info) {
  status->SetPayload(kErrorInfoUrl, absl::Cord(WithValidUtf8(info).SerializeAsString()));
}

void AddErrorMetadata(absl::Status* status, absl::string_view key, absl::string_view value) {
  google::rpc::ErrorInfo info = GetErrorInfo(*status).value_or(google::rpc::ErrorInfo());
  (*info.mutable_metadata())[std::string(key)] = std::string(value);
  SetErrorInfo(status, info);
}

void SetRetryDelay(absl::Status* status, absl::Duration delay) {
  google::rpc::RetryInfo info;
  *info.mutable_retry_delay() = ToProto(delay);
  status->SetPayload(kRetryInfoUrl, absl::Cord(info.SerializeAsString()));
}

std::optional<absl::Duration> GetRetryDelay(const absl::Status& status) {
  const auto info = GetPayload<google::rpc::RetryInfo>(status, kRetryInfoUrl);
  if (!info) return std::nullopt;
  return FromProto(info->retry_delay());
}

void SetRemedy(absl::Status* status, absl::string_view text) {
  google::rpc::LocalizedMessage message;
  message.set_locale(kLocale);
  message.set_message(ToValidUtf8(text));
  status->SetPayload(kLocalizedMessageUrl, absl::Cord(message.SerializeAsString()));
}

std::string GetRemedy(const absl::Status& status) {
  const auto message = GetPayload<google::rpc::LocalizedMessage>(status, kLocalizedMessageUrl);
  return message ? message->message() : "";
}

void SetHelp(absl::Status* status, absl::string_view description, absl::string_view url) {
  google::rpc::Help help;
  google::rpc::Help::Link& link = *help.add_links();
  link.set_description(std::string(description));
  link.set_url(std::string(url));
  status->SetPayload(kHelpUrl, absl::Cord(help.SerializeAsString()));
}

std::string GetHelpUrl(const absl::Status& status) {
  const auto help = GetPayload<google::rpc::Help>(status, kHelpUrl);
  return help && help->links_size() > 0 ? help->links(0).url() : "";
}

}  // namespace gcjobs
