#include "server/genesys/kinds/kind_results_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gcjobs {
namespace {

bool IsPrefix(const JsonPath& prefix, const JsonPath& path) {
  return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

class ResultsParser {
 public:
  ResultsParser(const KindSpec& kind, const KindMembers& members, KindFileText* file)
      : kind_(kind), members_(members), file_(file) {}

  ResultsSpec Parse(const KindFileObject& results);

 private:
  void ParseCursor(const KindFileObject& results);
  void ParsePageSizes(const KindFileObject& results);
  void ParseLink(const KindFileObject& results);
  void ParseInline(const KindFileObject& results);
  void ParseUrl(const KindFileObject& results);
  void CheckApart(const KindFileObject& results);

  CallSpec GetCall(const KindFileObject& results) const {
    return members_.GetJobCall(results, kReadMethods, kind_.submit);
  }

  const KindSpec& kind_;
  const KindMembers& members_;
  KindFileText* const file_;
  ResultsSpec spec_;
};

ResultsSpec ResultsParser::Parse(const KindFileObject& results) {
  const std::string mode = results.GetString("mode");
  if (mode == "cursor") {
    ParseCursor(results);
  } else if (mode == "link") {
    ParseLink(results);
  } else if (mode == "inline") {
    ParseInline(results);
  } else if (mode == "url") {
    ParseUrl(results);
  } else {
    file_->Fail(results.raw(), absl::StrCat("the mode `", mode,
                                            "` is none of `cursor`, `link`, `inline` and `url`"));
  }
  CheckApart(results);
  return std::move(spec_);
}

void ResultsParser::ParseCursor(const KindFileObject& results) {
  results.AllowOnly({"mode", "call", "items", "next", "cursor_parameter", "page_size_parameter",
                     "default_page_size", "max_page_size"});
  spec_.mode = v1::RESULTS_MODE_CURSOR;
  spec_.call = GetCall(results);
  spec_.items = members_.GetField(results, "items");
  spec_.next = members_.FindField(results, "next");
  spec_.cursor_parameter = results.FindString("cursor_parameter", "cursor");
  ParsePageSizes(results);
}

void ResultsParser::ParsePageSizes(const KindFileObject& results) {
  spec_.page_size_parameter = results.FindString("page_size_parameter", "");
  spec_.default_page_size = results.FindCount("default_page_size");
  spec_.max_page_size = results.FindCount("max_page_size");
  const int largest = std::max(spec_.default_page_size, spec_.max_page_size);
  if (largest > 0 && spec_.page_size_parameter.empty()) {
    file_->Fail(results.raw(), "page sizes without a `page_size_parameter`");
  }
  if (spec_.max_page_size > 0 && largest > spec_.max_page_size) {
    file_->Fail(results.raw(), "`default_page_size` is larger than `max_page_size`");
  }
}

void ResultsParser::ParseLink(const KindFileObject& results) {
  results.AllowOnly({"mode", "items", "next"});
  spec_.mode = v1::RESULTS_MODE_LINK;
  spec_.call = kind_.status;
  spec_.items = members_.GetField(results, "items");
  spec_.next = members_.GetField(results, "next");
}

void ResultsParser::ParseInline(const KindFileObject& results) {
  results.AllowOnly({"mode", "items"});
  spec_.mode = v1::RESULTS_MODE_INLINE;
  spec_.call = kind_.status;
  spec_.items = members_.FindField(results, "items");
}

void ResultsParser::ParseUrl(const KindFileObject& results) {
  results.AllowOnly({"mode", "call", "items"});
  spec_.mode = v1::RESULTS_MODE_URL;
  spec_.call = results.Has("call") ? GetCall(results) : kind_.status;
  spec_.items = members_.GetField(results, "items");
}

// Both are looked for in one pass, which does not look into what it has found.
void ResultsParser::CheckApart(const KindFileObject& results) {
  if (spec_.items.empty() || spec_.next.empty()) return;
  if (IsPrefix(spec_.items, spec_.next) || IsPrefix(spec_.next, spec_.items)) {
    file_->Fail(results.raw(), "one of `items` and `next` is a part of the other");
  }
}

}  // namespace

ResultsSpec ParseKindResults(const JsonValue& results, const KindSpec& kind,
                             const KindMembers& members, KindFileText* file) {
  return ResultsParser(kind, members, file).Parse(KindFileObject(results, file));
}

}  // namespace gcjobs
