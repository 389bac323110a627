#include "server/rpc/submit/struct_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <vector>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "server/rpc/request_limits.h"
#include "server/rpc/request_validation.h"

namespace gcjobs {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

// Beyond it a double no longer tells neighbouring integers apart.
constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53

// A place in the document, as a chain on the stack: its text is made only for
// an error.
struct Path {
  const Path* parent;
  absl::string_view key;  // of a member, or the root's name
  int index = -1;         // of an element, when not negative
};

std::string ToString(const Path& path) {
  if (path.parent == nullptr) return std::string(path.key);
  if (path.index >= 0) return absl::StrCat(ToString(*path.parent), "[", path.index, "]");
  return absl::StrCat(ToString(*path.parent), ".", Excerpt(path.key));
}

// Recurses with the document, at most kMaxJsonDepth deep.
class JsonPrinter {
 public:
  explicit JsonPrinter(size_t max_bytes) : max_bytes_(max_bytes) {}

  absl::Status PrintStruct(const Struct& object, const Path& path, int depth);
  std::string Text() const { return std::string(buffer_.GetString(), buffer_.GetSize()); }

 private:
  absl::Status PrintList(const ListValue& list, const Path& path, int depth);
  absl::Status PrintValue(const Value& value, const Path& path, int depth);
  absl::Status PrintNumber(double number, const Path& path);
  void PrintString(absl::string_view text);
  // What must hold before each level is opened.
  absl::Status CheckRoom(const Path& path, int depth) const;
  absl::Status CheckSize(const Path& path) const;

  const size_t max_bytes_;
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

// `parameters.a.b` of 50 levels with long keys would not fit a trailer either:
// the outermost 256 bytes show the way.
absl::Status Refuse(const Path& path, absl::string_view problem) {
  constexpr size_t kMaxPathBytes = 256;
  return InvalidField(Excerpt(ToString(path), kMaxPathBytes), problem);
}

absl::Status JsonPrinter::CheckRoom(const Path& path, int depth) const {
  if (depth <= kMaxJsonDepth) return absl::OkStatus();
  return Refuse(path, absl::StrCat("must not be nested more than ", kMaxJsonDepth, " levels deep"));
}

absl::Status JsonPrinter::CheckSize(const Path& path) const {
  if (buffer_.GetSize() <= max_bytes_) return absl::OkStatus();
  return Refuse(path, absl::StrCat("the object must have at most ", max_bytes_, " bytes as JSON"));
}

absl::Status JsonPrinter::PrintStruct(const Struct& object, const Path& path, int depth) {
  absl::Status status = CheckRoom(path, depth);
  if (!status.ok()) return status;
  std::vector<const google::protobuf::Map<std::string, Value>::value_type*> members;
  members.reserve(object.fields().size());
  for (const auto& member : object.fields()) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  writer_.StartObject();
  for (const auto* member : members) {
    PrintString(member->first);
    status = PrintValue(member->second, {&path, member->first}, depth);
    if (!status.ok()) return status;
  }
  writer_.EndObject();
  return CheckSize(path);
}

absl::Status JsonPrinter::PrintList(const ListValue& list, const Path& path, int depth) {
  absl::Status status = CheckRoom(path, depth);
  if (!status.ok()) return status;
  writer_.StartArray();
  for (int i = 0; i < list.values_size(); ++i) {
    status = PrintValue(list.values(i), {&path, "", i}, depth);
    if (!status.ok()) return status;
  }
  writer_.EndArray();
  return CheckSize(path);
}

absl::Status JsonPrinter::PrintValue(const Value& value, const Path& path, int depth) {
  switch (value.kind_case()) {
    case Value::kNullValue:
      writer_.Null();
      return absl::OkStatus();
    case Value::kNumberValue:
      return PrintNumber(value.number_value(), path);
    case Value::kStringValue:
      PrintString(value.string_value());
      return CheckSize(path);
    case Value::kBoolValue:
      writer_.Bool(value.bool_value());
      return absl::OkStatus();
    case Value::kStructValue:
      return PrintStruct(value.struct_value(), path, depth + 1);
    case Value::kListValue:
      return PrintList(value.list_value(), path, depth + 1);
    case Value::KIND_NOT_SET:
      break;
  }
  return Refuse(path, "is an empty Value; use null_value for null");
}

absl::Status JsonPrinter::PrintNumber(double number, const Path& path) {
  if (!std::isfinite(number)) {
    return Refuse(path, absl::StrCat("is ", number, ", which JSON cannot express"));
  }
  if (number == std::trunc(number) && std::abs(number) <= kMaxExactInteger) {
    writer_.Int64(static_cast<int64_t>(number));
    return absl::OkStatus();
  }
  char text[32];  // the longest double takes 24
  const std::to_chars_result end = std::to_chars(text, text + sizeof(text), number);
  writer_.RawValue(text, static_cast<size_t>(end.ptr - text), rapidjson::kNumberType);
  return absl::OkStatus();
}

void JsonPrinter::PrintString(absl::string_view text) {
  writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

}  // namespace

absl::StatusOr<std::string> StructToJson(absl::string_view field, const Struct& object,
                                         size_t max_bytes) {
  JsonPrinter printer(max_bytes);
  const absl::Status status = printer.PrintStruct(object, {nullptr, field}, /*depth=*/1);
  if (!status.ok()) return status;
  return printer.Text();
}

}  // namespace gcjobs
