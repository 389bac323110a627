#include "common/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/utf8.h"

// The search. How it copes with texts that simdjson refuses: stage 1 reads the
// whole text, and refuses it for one byte that is not UTF-8 and for one control
// character in a string, wherever they are. Such a text is searched in a copy
// that has harmless bytes in their places, one for one, so that a span of the
// copy is the same span of the text. The rest of the requirement simdjson has
// of itself: what is stepped over is not looked into.

namespace gcjobs {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

namespace {

// A thread that has read one huge text does not keep what it took.
constexpr size_t kMaxKeptTextBytes = 2 << 20;

absl::Status ToStatus(error_code code) {
  return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(code)));
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

absl::string_view StripEnd(absl::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

absl::string_view Strip(absl::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return StripEnd(text);
}

// The string literal at the start of `text`, which is a quote; all of it when
// the literal does not end.
absl::string_view LiteralAt(absl::string_view text) {
  size_t end = 1;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return text.substr(0, end + 1);
}

// Whether `token` is one scalar. Nothing else in the search looks at what a
// scalar is made of.
bool IsScalar(absl::string_view token) {
  if (token.empty()) return false;
  if (token.front() == '"') {
    return token.size() >= 2 && token.back() == '"' && LiteralAt(token).size() == token.size();
  }
  return token == "null" || token == "true" || token == "false" || IsJsonNumber(token);
}

bool IsNamed(absl::string_view raw_name, absl::string_view name) {
  if (absl::StrContains(raw_name, '\\')) return JsonUnquote(raw_name) == name;
  return raw_name.substr(1, raw_name.size() - 2) == name;
}

// What a reading needs besides the text.
struct Buffers {
  ondemand::parser parser;
  std::string copy;
};

// The thread's buffers, for as long as one reading lasts. A reading within
// another one, such as by a visitor, has its own.
class BuffersLease {
 public:
  BuffersLease() : buffers_(std::move(Spare())) {
    if (buffers_ == nullptr) buffers_ = std::make_unique<Buffers>();
  }
  ~BuffersLease() {
    const bool is_small = std::max(buffers_->parser.capacity(), buffers_->copy.capacity()) <=
                          kMaxKeptTextBytes + simdjson::SIMDJSON_PADDING;
    if (is_small) Spare() = std::move(buffers_);
  }
  BuffersLease(const BuffersLease&) = delete;
  BuffersLease& operator=(const BuffersLease&) = delete;

  Buffers* operator->() { return buffers_.get(); }

 private:
  static std::unique_ptr<Buffers>& Spare() {
    thread_local std::unique_ptr<Buffers> spare;
    return spare;
  }

  std::unique_ptr<Buffers> buffers_;
};

// A path that is still to be followed from the value at hand.
struct Search {
  const JsonPath* path;
  size_t done;  // names of it that were followed
  std::optional<JsonValue>* found;

  bool at_end() const { return done == path->size(); }
};
using Searches = absl::InlinedVector<Search, 8>;

}  // namespace

// Reads one text once.
class JsonReader {
 public:
  // Whether SIMDJSON_PADDING bytes behind the text can be read.
  enum class Padding { kNone, kThere };

  JsonReader(absl::string_view text, Padding padding) : text_(WithoutByteOrderMark(text)) {
    parsed_ = padding == Padding::kThere ? text_ : Copy();
    error_ = Index();
    has_bad_bytes_ = error_ == simdjson::UTF8_ERROR || error_ == simdjson::UNESCAPED_CHARS;
    if (!has_bad_bytes_) return;
    parsed_ = Copy();
    for (char& c : buffers_->copy) {
      if ((static_cast<unsigned char>(c) & 0x80) != 0) c = '?';
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    error_ = Index();
  }

  // The text is not UTF-8, or has a control character in a string.
  bool has_bad_bytes() const { return has_bad_bytes_; }

  absl::Status Find(absl::Span<const JsonPath> paths, absl::Span<std::optional<JsonValue>> found) {
    Searches searches;
    for (size_t i = 0; i < paths.size(); ++i) searches.push_back({&paths[i], 0, &found[i]});
    const bool needs_object =
        std::any_of(searches.begin(), searches.end(), [](const auto& s) { return !s.at_end(); });
    if (needs_object && !absl::StartsWith(Strip(text_), "{")) {
      return absl::InvalidArgumentError("not a JSON object");
    }
    error_code error = FindFromRoot(searches);
    return error ? ToStatus(error) : absl::OkStatus();
  }

  absl::Status ForEachElement(absl::FunctionRef<bool(absl::string_view)> visit) {
    const error_code result = VisitElements([&](ondemand::value element) -> error_code {
      absl::string_view raw;
      if (const auto error = RawOf(element, &raw)) return error;
      return visit(Original(raw)) ? simdjson::SUCCESS : kEnough;
    });
    return result && result != kEnough ? ToStatus(result) : absl::OkStatus();
  }

  // What is not JSON is left out; the rest, too, where it begins a container's
  // own grammar is broken.
  std::vector<JsonValue> Elements() {
    std::vector<JsonValue> elements;
    VisitElements([&](ondemand::value element) -> error_code {
      std::optional<JsonValue> value;
      if (const auto error = Cut(element, &value)) return error;
      elements.push_back(*value);
      return simdjson::SUCCESS;
    });
    return elements;
  }
  void ForEachMember(absl::FunctionRef<void(absl::string_view, JsonValue)> visit) {
    ondemand::object object;
    if (error_ || document_.get_object().get(object)) return;
    for (auto field : object) {
      absl::string_view raw_name;
      ondemand::value member;
      std::optional<JsonValue> value;
      if (NameOf(field, &raw_name) || field.value().get(member) || Cut(member, &value)) return;
      visit(raw_name, *value);
    }
  }

 private:
  static constexpr error_code kEnough = simdjson::NUM_ERROR_CODES;

  JsonReader(absl::string_view text, absl::string_view parsed) : text_(text), parsed_(parsed) {
    error_ = Index();
  }

  absl::string_view Copy() {
    std::string& copy = buffers_->copy;
    copy.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
    copy.assign(text_.data(), text_.size());
    copy.append(simdjson::SIMDJSON_PADDING, ' ');
    return absl::string_view(copy).substr(0, text_.size());
  }

  error_code Index() {
    const simdjson::padded_string_view padded(parsed_.data(), parsed_.size(),
                                              parsed_.size() + simdjson::SIMDJSON_PADDING);
    return buffers_->parser.iterate(padded).get(document_);
  }

  // Whether the document ends where the parser stands.
  error_code NothingFollows() {
    const bool is_end = document_.current_location().error() == simdjson::OUT_OF_BOUNDS;
    return is_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
  }

  // `parsed`, which is a span of parsed_, in the caller's text.
  absl::string_view Original(absl::string_view parsed) const {
    return text_.substr(static_cast<size_t>(parsed.data() - parsed_.data()), parsed.size());
  }

  // A field's name as it is spelt, quotes included.
  template <typename Field>
  error_code NameOf(Field& field, absl::string_view* raw_name) const {
    simdjson::ondemand::raw_json_string name;
    if (const auto error = field.key().get(name)) return error;
    const auto begin = static_cast<size_t>(name.raw() - parsed_.data()) - 1;
    *raw_name = LiteralAt(text_.substr(begin));
    return simdjson::SUCCESS;
  }

  // The value's own bytes, as parsed; steps over it. What the parser gives goes
  // on to the next token.
  static error_code RawOf(ondemand::value value, absl::string_view* raw) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    std::string_view text;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return error;
      if (const auto error = object.raw_json().get(text)) return error;
    } else if (type == ondemand::json_type::array) {
      ondemand::array array;
      if (const auto error = value.get_array().get(array)) return error;
      if (const auto error = array.raw_json().get(text)) return error;
    } else {
      text = value.raw_json_token();
    }
    *raw = StripEnd({text.data(), text.size()});
    return simdjson::SUCCESS;
  }

  // The same for an array, with the number of its elements, in one walk.
  static error_code CountArray(ondemand::value value, absl::string_view* raw, size_t* count) {
    const char* const begin = value.raw_json_token().data();
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    const char* end = begin + 1;
    for (auto element : array) {
      ondemand::value item;
      absl::string_view text;
      if (const auto error = element.get(item)) return error;
      if (const auto error = RawOf(item, &text)) return error;
      end = text.data() + text.size();
      ++*count;
    }
    while (*end != ']') ++end;  // only space stands before it
    *raw = absl::string_view(begin, static_cast<size_t>(end + 1 - begin));
    return simdjson::SUCCESS;
  }

  // The value, cut out; steps over it.
  error_code Cut(ondemand::value value, std::optional<JsonValue>* cut) const {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    absl::string_view raw;
    size_t size = 0;
    if (type == ondemand::json_type::array) {
      if (const auto error = CountArray(value, &raw, &size)) return error;
    } else {
      if (const auto error = RawOf(value, &raw)) return error;
      if (type != ondemand::json_type::object && !IsScalar(raw)) return simdjson::TAPE_ERROR;
    }
    *cut = JsonValue(Original(raw), size);
    return simdjson::SUCCESS;
  }

  error_code FindFromRoot(const Searches& searches) {
    if (error_) return error_;
    Searches below;
    for (const Search& search : searches) {
      if (!search.at_end()) below.push_back(search);
    }
    size_t size = 0;
    const absl::string_view whole = Strip(text_);
    if (whole.front() == '{') {
      ondemand::object object;
      if (const auto error = document_.get_object().get(object)) return error;
      if (const auto error = FindInObject(object, below)) return error;
    } else if (whole.front() == '[') {
      ondemand::array array;
      if (const auto error = document_.get_array().get(array)) return error;
      if (const auto error = FindInArray(array, below, &size)) return error;
    } else if (!IsScalar(whole)) {
      return simdjson::TAPE_ERROR;
    }
    const bool is_scalar = whole.front() != '{' && whole.front() != '[';
    if (const auto error = is_scalar ? simdjson::SUCCESS : NothingFollows()) return error;
    for (const Search& search : searches) {
      if (search.at_end()) *search.found = JsonValue(whole, size);
    }
    return simdjson::SUCCESS;
  }

  error_code FindInObject(ondemand::object object, const Searches& searches) const {
    for (auto field : object) {
      absl::string_view raw_name;
      if (const auto error = NameOf(field, &raw_name)) return error;
      Searches next;
      for (const Search& search : searches) {
        if (!IsNamed(raw_name, (*search.path)[search.done])) continue;
        search.found->reset();  // the last of a name counts
        next.push_back({search.path, search.done + 1, search.found});
      }
      if (next.empty()) continue;  // stepped over by the iteration
      ondemand::value value;
      if (const auto error = field.value().get(value)) return error;
      if (const auto error = FindInValue(value, next)) return error;
    }
    return simdjson::SUCCESS;
  }

  error_code FindInArray(ondemand::array array, const Searches& searches, size_t* size) const {
    for (auto element : array) {
      ondemand::value value;
      if (const auto error = element.get(value)) return error;
      if ((*size)++ > 0 || searches.empty()) continue;
      // Not within an array that is the first element of an array, and so on:
      // names are looked for in objects.
      ondemand::json_type type;
      if (const auto error = value.type().get(type)) return error;
      if (type != ondemand::json_type::object) continue;
      if (const auto error = FindInValue(value, searches)) return error;
    }
    return simdjson::SUCCESS;
  }

  error_code FindInValue(ondemand::value value, const Searches& searches) const {
    Searches below;
    std::optional<JsonValue> cut;
    for (const Search& search : searches) {
      if (!search.at_end()) {
        below.push_back(search);
        continue;
      }
      if (!cut) {
        if (const auto error = Cut(value, &cut)) return error;
      }
      *search.found = cut;
    }
    if (below.empty()) return simdjson::SUCCESS;
    if (cut) {
      // The pass is behind it already: what is within it takes one of its own.
      if (!cut->Is(JsonValue::Type::kObject) && !cut->Is(JsonValue::Type::kArray)) {
        return simdjson::SUCCESS;
      }
      const auto offset = static_cast<size_t>(cut->raw().data() - text_.data());
      JsonReader within(cut->raw(), parsed_.substr(offset, cut->raw().size()));
      return within.FindFromRoot(below);
    }
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (const auto error = value.get_object().get(object)) return error;
      return FindInObject(object, below);
    }
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      size_t size = 0;
      if (const auto error = value.get_array().get(array)) return error;
      return FindInArray(array, below, &size);
    }
    return simdjson::SUCCESS;  // nothing below a scalar
  }

  // Runs `visit` with the root's elements until it returns an error.
  template <typename Visit>
  error_code VisitElements(Visit visit) {
    if (error_) return error_;
    ondemand::array array;
    if (const auto error = document_.get_array().get(array)) return error;
    for (auto element : array) {
      ondemand::value value;
      if (const auto error = element.get(value)) return error;
      if (const auto error = visit(value)) return error;
    }
    return NothingFollows();
  }

  BuffersLease buffers_;
  absl::string_view text_;    // what the caller has
  absl::string_view parsed_;  // what the parser has: text_ itself, or a copy
  ondemand::document document_;
  error_code error_ = simdjson::SUCCESS;
  bool has_bad_bytes_ = false;
};

namespace {

void Pad(std::string* text) {
  const size_t needed = text->size() + simdjson::SIMDJSON_PADDING;
  if (text->capacity() < needed) text->reserve(needed);
}

}  // namespace

absl::Status FindJsonValues(absl::string_view text, absl::Span<const JsonPath> paths,
                            absl::Span<std::optional<JsonValue>> found) {
  return JsonReader(text, JsonReader::Padding::kNone).Find(paths, found);
}

absl::Status FindJsonValuesInPlace(std::string* text, absl::Span<const JsonPath> paths,
                                   absl::Span<std::optional<JsonValue>> found, bool* replaced) {
  Pad(text);
  {
    JsonReader reader(*text, JsonReader::Padding::kThere);
    if (!reader.has_bad_bytes() || IsValidUtf8(*text)) return reader.Find(paths, found);
  }
  *text = ToValidUtf8(*text, replaced);
  Pad(text);
  return JsonReader(*text, JsonReader::Padding::kThere).Find(paths, found);
}

absl::Status ForEachJsonElement(std::string* text, absl::string_view array,
                                absl::FunctionRef<bool(absl::string_view)> visit) {
  const auto offset = static_cast<size_t>(array.data() - text->data());
  Pad(text);
  array = absl::string_view(*text).substr(offset, array.size());
  return JsonReader(array, JsonReader::Padding::kThere).ForEachElement(visit);
}

absl::StatusOr<JsonValue> JsonValue::Parse(absl::string_view text) {
  const JsonPath whole;
  std::optional<JsonValue> value;
  const absl::Status status = FindJsonValues(text, {&whole, 1}, {&value, 1});
  if (!status.ok()) return status;
  return *value;
}

JsonValue::Type JsonValue::type() const {
  switch (raw_.front()) {
    case 'n':
      return Type::kNull;
    case 't':
    case 'f':
      return Type::kBool;
    case '"':
      return Type::kString;
    case '[':
      return Type::kArray;
    case '{':
      return Type::kObject;
    default:
      return Type::kNumber;
  }
}

std::optional<JsonValue> JsonValue::Find(absl::string_view name) const {
  if (!Is(Type::kObject)) return std::nullopt;
  const auto found = FindJson(raw_, {{std::string(name)}});
  return found.ok() ? found->front() : std::nullopt;
}

std::vector<JsonValue> JsonValue::Elements() const {
  if (!Is(Type::kArray)) return {};
  return JsonReader(raw_, JsonReader::Padding::kNone).Elements();
}

void JsonValue::ForEachMember(absl::FunctionRef<void(absl::string_view, JsonValue)> visit) const {
  if (!Is(Type::kObject)) return;
  JsonReader(raw_, JsonReader::Padding::kNone).ForEachMember(visit);
}

std::optional<std::string> JsonValue::AsString() const {
  if (!Is(Type::kString)) return std::nullopt;
  return ToValidUtf8(JsonUnquote(raw_));
}

std::optional<int64_t> JsonValue::AsInt64() const {
  int64_t value = 0;
  if (!Is(Type::kNumber) || !absl::SimpleAtoi(raw_, &value)) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::AsDouble() const {
  double value = 0;
  const bool is_read = Is(Type::kNumber) && absl::SimpleAtod(raw_, &value) && std::isfinite(value);
  return is_read ? std::optional<double>(value) : std::nullopt;
}

bool IsJsonNumber(absl::string_view token) {
  const auto take_digits = [&token] {
    const size_t count = std::min(token.find_first_not_of("0123456789"), token.size());
    token.remove_prefix(count);
    return count;
  };
  absl::ConsumePrefix(&token, "-");
  const bool leads_with_zero = absl::StartsWith(token, "0");
  const size_t whole = take_digits();
  if (whole == 0 || (leads_with_zero && whole > 1)) return false;
  if (absl::ConsumePrefix(&token, ".") && take_digits() == 0) return false;
  if (absl::ConsumePrefix(&token, "e") || absl::ConsumePrefix(&token, "E")) {
    if (!absl::ConsumePrefix(&token, "+")) absl::ConsumePrefix(&token, "-");
    if (take_digits() == 0) return false;
  }
  return token.empty();
}

absl::string_view WithoutByteOrderMark(absl::string_view text) {
  return absl::StripPrefix(text, "\xEF\xBB\xBF");
}

std::string StringOf(const std::optional<JsonValue>& value) {
  return value ? value->AsString().value_or("") : "";
}

std::string StringMember(const JsonValue& object, absl::string_view name) {
  return StringOf(object.Find(name));
}

}  // namespace gcjobs
