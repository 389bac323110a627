#include "tests/simulator/raw_json.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/utf8.h"

namespace gcjobs::sim {

// Watches the parser pass over one object and cuts out its members.
class MemberSplitter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<char>, MemberSplitter> {
 public:
  MemberSplitter(const std::string* text, const rapidjson::MemoryStream* stream)
      : text_(*text), stream_(*stream) {}

  // Scalars: the stream stands right behind them.
  bool Default() { return depth_ > 0 && EndValue(stream_.Tell()); }

  // Brackets: the iterative parser reports them before it takes them.
  bool StartObject() { return Open(); }
  bool StartArray() { return depth_ > 0 && Open(); }
  bool EndObject(rapidjson::SizeType /*count*/) { return Close(); }
  bool EndArray(rapidjson::SizeType /*count*/) { return Close(); }

  bool Key(const char* key, rapidjson::SizeType size, bool /*copy*/) {
    if (depth_ != 1) return true;
    const size_t end = stream_.Tell();
    const size_t start = text_.find('"', last_end_);
    members_.push_back({std::string(key, size), text_.substr(start, end - start), ""});
    value_start_ = text_.find_first_not_of(" \t\r\n", text_.find(':', end) + 1);
    return true;
  }

  RawObject Take() {
    RawObject object;
    object.members_ = std::move(members_);
    return object;
  }

 private:
  bool Open() {
    ++depth_;
    return true;
  }

  bool Close() {
    --depth_;
    return EndValue(stream_.Tell() + 1);
  }

  bool EndValue(size_t end) {
    if (depth_ != 1) return true;
    members_.back().json = text_.substr(value_start_, end - value_start_);
    last_end_ = end;
    return true;
  }

  const std::string& text_;
  const rapidjson::MemoryStream& stream_;
  int depth_ = 0;
  size_t last_end_ = 0;     // behind the last member, or the start
  size_t value_start_ = 0;  // of the member whose key was seen last
  std::vector<RawObject::Member> members_;
};

absl::StatusOr<RawObject> RawObject::Parse(absl::string_view json) {
  const std::string text(json);
  // The parser takes the first NUL for the end and would not see what follows.
  if (text.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError("JSON contains a NUL byte");
  }
  // Not StringStream: the parser works on a copy of that one, and Tell() lags.
  rapidjson::MemoryStream stream(text.data(), text.size());
  MemberSplitter splitter(&text, &stream);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result =
      reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag |
                   rapidjson::kParseValidateEncodingFlag>(stream, splitter);
  if (result.Code() == rapidjson::kParseErrorTermination) {
    return absl::InvalidArgumentError("JSON is not an object");
  }
  if (result.IsError()) {
    return absl::InvalidArgumentError(absl::StrCat("JSON offset ", result.Offset(), ": ",
                                                   rapidjson::GetParseError_En(result.Code())));
  }
  return splitter.Take();
}

std::vector<std::string> RawObject::Keys() const {
  std::vector<std::string> keys;
  for (const Member& member : members_) keys.push_back(member.key);
  return keys;
}

size_t RawObject::IndexOf(absl::string_view key) const {
  for (size_t i = members_.size(); i > 0; --i) {
    if (members_[i - 1].key == key) return i - 1;
  }
  return members_.size();
}

const std::string* RawObject::Find(absl::string_view key) const {
  const size_t index = IndexOf(key);
  return index == members_.size() ? nullptr : &members_[index].json;
}

std::optional<std::string> RawObject::GetString(absl::string_view key) const {
  const std::string* const json = Find(key);
  return json == nullptr ? std::nullopt : ParseJsonString(*json);
}

std::optional<int64_t> RawObject::GetInt(absl::string_view key) const {
  const std::string* const json = Find(key);
  int64_t value = 0;
  if (json == nullptr || !absl::SimpleAtoi(*json, &value)) return std::nullopt;
  return value;
}

std::optional<bool> RawObject::GetBool(absl::string_view key) const {
  const std::string* const json = Find(key);
  if (json == nullptr || (*json != "true" && *json != "false")) return std::nullopt;
  return *json == "true";
}

std::optional<RawObject> RawObject::GetObject(absl::string_view key) const {
  const std::string* const json = Find(key);
  if (json == nullptr) return std::nullopt;
  absl::StatusOr<RawObject> object = Parse(*json);
  if (!object.ok()) return std::nullopt;
  return *std::move(object);
}

std::optional<std::vector<std::string>> RawObject::GetStrings(absl::string_view key) const {
  const std::string* const json = Find(key);
  if (json == nullptr) return std::nullopt;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json->c_str());
  if (document.HasParseError() || !document.IsArray()) return std::nullopt;
  std::vector<std::string> strings;
  for (const rapidjson::Value& element : document.GetArray()) {
    if (!element.IsString()) return std::nullopt;
    strings.emplace_back(element.GetString(), element.GetStringLength());
  }
  return strings;
}

RawObject& RawObject::Set(absl::string_view key, absl::string_view json) {
  const size_t index = IndexOf(key);
  if (index == members_.size()) {
    members_.push_back({std::string(key), JsonString(key), std::string(json)});
  } else {
    members_[index].json = std::string(json);
  }
  return *this;
}

RawObject& RawObject::SetString(absl::string_view key, absl::string_view value) {
  return Set(key, JsonString(value));
}

RawObject& RawObject::SetInt(absl::string_view key, int64_t value) {
  return Set(key, absl::StrCat(value));
}

RawObject& RawObject::SetBool(absl::string_view key, bool value) {
  return Set(key, value ? "true" : "false");
}

RawObject& RawObject::SetNumber(absl::string_view key, double value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.Double(value);
  return Set(key, buffer.GetString());
}

RawObject& RawObject::Erase(absl::string_view key) {
  members_.erase(std::remove_if(members_.begin(), members_.end(),
                                [key](const Member& member) { return member.key == key; }),
                 members_.end());
  return *this;
}

RawObject& RawObject::Merge(const RawObject& changes) {
  for (const Member& member : changes.members_) Set(member.key, member.json);
  return *this;
}

std::string RawObject::ToString() const {
  return absl::StrCat("{",
                      absl::StrJoin(members_, ",",
                                    [](std::string* out, const Member& member) {
                                      absl::StrAppend(out, member.quoted_key, ":", member.json);
                                    }),
                      "}");
}

std::string JsonString(absl::string_view text) {
  const std::string utf8 = ToValidUtf8(text);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(utf8.data(), static_cast<rapidjson::SizeType>(utf8.size()));
  return std::string(buffer.GetString(), buffer.GetSize());
}

std::string JsonArray(const std::vector<std::string>& elements) {
  return absl::StrCat("[", absl::StrJoin(elements, ","), "]");
}

std::optional<std::string> ParseJsonString(absl::string_view json) {
  if (!absl::StartsWith(json, "\"")) return std::nullopt;
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsString()) return std::nullopt;
  return std::string(document.GetString(), document.GetStringLength());
}

}  // namespace gcjobs::sim
