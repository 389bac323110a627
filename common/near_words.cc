#include "common/near_words.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gcjobs {
namespace {

constexpr size_t kMostWords = 3;
// Longer ones are compared by their beginnings alone: a comparison takes the
// product of both lengths.
constexpr size_t kMaxCompared = 256;
// What begins with one or two letters is everything and nothing.
constexpr size_t kLeastPrefix = 3;

// The least number of letters to add, take away, replace or swap with their
// neighbour that makes `b` of `a` (optimal string alignment).
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> NearWords(absl::string_view typed, const std::vector<std::string>& known) {
  const std::string wanted = absl::AsciiStrToLower(typed.substr(0, kMaxCompared));
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& word : known) {
    const std::string candidate =
        absl::AsciiStrToLower(absl::string_view(word).substr(0, kMaxCompared));
    const size_t distance = Distance(wanted, candidate);
    const size_t limit = std::max<size_t>(1, std::min(wanted.size(), candidate.size()) / 3);
    const bool begins = wanted.size() >= kLeastPrefix && absl::StartsWith(candidate, wanted);
    if (distance <= limit || begins) found.emplace_back(distance, word);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> words;
  for (const auto& [distance, word] : found) {
    if (words.size() < kMostWords) words.push_back(word);
  }
  return words;
}

std::string ThereIs(const std::vector<std::string>& near) {
  if (near.empty()) return "";
  return absl::StrCat("; there is \"", absl::StrJoin(near, "\" and \""), "\"");
}

std::string DidYouMean(absl::string_view typed, const std::vector<std::string>& known) {
  std::string text;
  const std::vector<std::string> words = NearWords(typed, known);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_last = i + 1 == words.size();
    absl::StrAppend(&text, i == 0 ? "did you mean " : is_last ? " or " : ", ", words[i]);
  }
  return text.empty() ? text : text + "?";
}

}  // namespace gcjobs
