#include "client/download/download_state.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

// Raise it when older programs must not touch what is written.
constexpr int64_t kVersion = 1;

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteString(JsonWriter& writer, const char* name, const std::string& value) {
  if (value.empty()) return;
  writer.Key(name);
  writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void WriteNumber(JsonWriter& writer, const char* name, int64_t value) {
  writer.Key(name);
  writer.Int64(value);
}

// Reads members; a missing one is empty or 0, one of another type an error.
class MemberReader {
 public:
  explicit MemberReader(const rapidjson::Value& object) : object_(object) {}

  std::string String(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsString);
    return value == nullptr ? "" : std::string(value->GetString(), value->GetStringLength());
  }
  // Not negative.
  int64_t Number(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsInt64);
    const int64_t number = value == nullptr ? 0 : value->GetInt64();
    if (number < 0) Complain(name);
    return number;
  }
  bool Bool(const char* name) {
    const rapidjson::Value* value = Find(name, &rapidjson::Value::IsBool);
    return value != nullptr && value->GetBool();
  }

  const absl::Status& status() const { return status_; }

 private:
  const rapidjson::Value* Find(const char* name, bool (rapidjson::Value::*is_type)() const) {
    const auto found = object_.FindMember(name);
    if (found == object_.MemberEnd()) return nullptr;
    if ((found->value.*is_type)()) return &found->value;
    Complain(name);
    return nullptr;
  }
  void Complain(const char* name) {
    status_.Update(absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is not as expected")));
  }

  const rapidjson::Value& object_;
  absl::Status status_;
};

}  // namespace

std::string ToJson(const DownloadState& state) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  WriteNumber(writer, "version", kVersion);
  WriteString(writer, "job_id", state.job_id);
  WriteString(writer, "next_cursor", state.next_cursor);
  WriteNumber(writer, "pages", state.pages);
  WriteNumber(writer, "items", state.items);
  WriteNumber(writer, "bytes", state.bytes);
  writer.Key("complete");
  writer.Bool(state.complete);
  WriteString(writer, "request_id", state.request_id);
  WriteString(writer, "request_digest", state.request_digest);
  if (!state.request_id.empty()) {
    WriteNumber(writer, "request_time", absl::ToUnixSeconds(state.request_time));
  }
  writer.EndObject();
  return absl::StrCat(buffer.GetString(), "\n");
}

absl::StatusOr<DownloadState> ParseDownloadState(absl::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  MemberReader reader(document);
  if (const int64_t version = reader.Number("version"); version != kVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("its version is ", version, ", and this program writes ", kVersion));
  }
  DownloadState state;
  state.job_id = reader.String("job_id");
  state.next_cursor = reader.String("next_cursor");
  state.pages = reader.Number("pages");
  state.items = reader.Number("items");
  state.bytes = reader.Number("bytes");
  state.complete = reader.Bool("complete");
  state.request_id = reader.String("request_id");
  state.request_digest = reader.String("request_digest");
  state.request_time = absl::FromUnixSeconds(reader.Number("request_time"));
  if (!reader.status().ok()) return reader.status();
  return state;
}

}  // namespace gcjobs
