#include "common/json_scanner.h"

#include <simdjson.h>

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status ToStatus(simdjson::error_code code) {
  return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(code)));
}

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A scalar's token comes with the space behind it.
absl::string_view StripEnd(absl::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// The value's own bytes; steps over it.
simdjson::error_code RawOf(ondemand::value value, absl::string_view* raw) {
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
  *raw = StripEnd(ToAbsl(text));
  return simdjson::SUCCESS;
}

// The same for an array, with the number of its elements, in one walk.
simdjson::error_code CountArray(ondemand::value value, absl::string_view* raw, size_t* count) {
  const char* const begin = value.raw_json_token().data();
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return error;
  *count = 0;
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

// A path that is still to be followed from the value at hand.
struct Search {
  const JsonScanner::Path* path;
  size_t done;  // names of it that were followed
  std::optional<JsonScanner::Found>* found;

  bool at_end() const { return done == path->size(); }
};
using Searches = std::vector<Search>;

simdjson::error_code Descend(ondemand::value value, const Searches& searches);

simdjson::error_code DescendObject(ondemand::object object, const Searches& searches) {
  for (auto field : object) {
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return error;
    Searches next;
    for (const Search& search : searches) {
      if ((*search.path)[search.done] == name) {
        *search.found = std::nullopt;  // the last of a name counts
        next.push_back({search.path, search.done + 1, search.found});
      }
    }
    if (next.empty()) continue;  // stepped over by the iteration
    ondemand::value value;
    if (const auto error = field.value().get(value)) return error;
    if (const auto error = Descend(value, next)) return error;
  }
  return simdjson::SUCCESS;
}

simdjson::error_code DescendArray(ondemand::array array, const Searches& searches) {
  bool is_first = true;
  for (auto element : array) {
    ondemand::value value;
    if (const auto error = element.get(value)) return error;
    if (!std::exchange(is_first, false)) continue;
    if (const auto error = Descend(value, searches)) return error;
  }
  return simdjson::SUCCESS;
}

// REQUIRES: all paths end here, or none does: two of them cannot be had in one
// pass.
simdjson::error_code Descend(ondemand::value value, const Searches& searches) {
  ondemand::json_type type;
  if (const auto error = value.type().get(type)) return error;
  if (searches.front().at_end()) {
    JsonScanner::Found found;
    const auto error = type == ondemand::json_type::array
                           ? CountArray(value, &found.raw, &found.elements)
                           : RawOf(value, &found.raw);
    if (error) return error;
    for (const Search& search : searches) {
      if (search.at_end()) *search.found = found;
    }
    return simdjson::SUCCESS;
  }
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return DescendObject(object, searches);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return DescendArray(array, searches);
  }
  return simdjson::SUCCESS;  // nothing below a scalar
}

// Whether the document ends where the parser stands.
simdjson::error_code NothingFollows(ondemand::document& document) {
  const bool is_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return is_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

void Pad(std::string* text) {
  const size_t needed = text->size() + simdjson::SIMDJSON_PADDING;
  if (text->capacity() < needed) text->reserve(needed);
}

}  // namespace

struct JsonScanner::Impl {
  // Calls `read` with the document that `text` is; it has SIMDJSON_PADDING
  // readable bytes behind it.
  template <typename Read>
  absl::Status Parse(absl::string_view text, Read read) {
    const simdjson::padded_string_view padded(text.data(), text.size(),
                                              text.size() + simdjson::SIMDJSON_PADDING);
    ondemand::document document;
    if (parser == nullptr) parser = std::make_unique<ondemand::parser>();
    simdjson::error_code error = parser->iterate(padded).get(document);
    if (!error) error = read(document);
    if (parser->capacity() > kMaxKeptTextBytes) parser.reset();
    return error ? ToStatus(error) : absl::OkStatus();
  }

  std::unique_ptr<ondemand::parser> parser;
};

JsonScanner::JsonScanner() : impl_(std::make_unique<Impl>()) {}
JsonScanner::~JsonScanner() = default;

absl::StatusOr<std::vector<std::optional<JsonScanner::Found>>> JsonScanner::Find(
    std::string* text, const std::vector<Path>& paths) {
  std::vector<std::optional<Found>> found(paths.size());
  Searches searches;
  for (size_t i = 0; i < paths.size(); ++i) searches.push_back({&paths[i], 0, &found[i]});
  Pad(text);
  const absl::Status status =
      impl_->Parse(*text, [&](ondemand::document& document) -> simdjson::error_code {
        ondemand::object object;
        if (const auto error = document.get_object().get(object)) return error;
        if (const auto error = DescendObject(object, searches)) return error;
        return NothingFollows(document);
      });
  if (!status.ok()) return status;
  return found;
}

absl::Status JsonScanner::ForEachElement(std::string* text, absl::string_view array,
                                         absl::FunctionRef<bool(absl::string_view)> visit) {
  const size_t offset = static_cast<size_t>(array.data() - text->data());
  Pad(text);
  array = absl::string_view(*text).substr(offset, array.size());
  return impl_->Parse(array, [&](ondemand::document& document) -> simdjson::error_code {
    ondemand::array elements;
    if (const auto error = document.get_array().get(elements)) return error;
    for (auto element : elements) {
      ondemand::value value;
      if (const auto error = element.get(value)) return error;
      absl::string_view raw;
      if (const auto error = RawOf(value, &raw)) return error;
      if (!visit(raw)) return simdjson::SUCCESS;
    }
    return NothingFollows(document);
  });
}

}  // namespace gcjobs
