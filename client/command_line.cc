#include "client/command_line.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kPlainCharacters = "%+,-./:=@_";

bool IsPlain(char c) { return absl::ascii_isalnum(c) || absl::StrContains(kPlainCharacters, c); }

}  // namespace

std::string ShellQuote(absl::string_view word) {
  const bool is_plain = !word.empty() && std::all_of(word.begin(), word.end(), IsPlain);
  if (is_plain) return std::string(word);
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", R"('\'')"}}), "'");
}

std::vector<std::string> WithoutOptions(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& names) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const bool stands_alone = std::find(names.begin(), names.end(), word) != names.end();
    const bool has_value = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return absl::StartsWith(word, absl::StrCat(name, "="));
    });
    if (stands_alone) ++i;
    if (!stands_alone && !has_value) kept.push_back(word);
  }
  return kept;
}

std::string CommandText(const std::vector<std::string>& arguments) {
  std::string text = "gcjobs";
  bool is_token = false;
  for (const std::string& word : arguments) {
    const bool hides = absl::StartsWith(word, "--token=");
    absl::StrAppend(&text, " ", hides ? "--token=TOKEN" : is_token ? "TOKEN" : ShellQuote(word));
    is_token = word == "--token";
  }
  return text;
}

}  // namespace gcjobs
