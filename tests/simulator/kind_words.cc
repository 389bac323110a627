#include "tests/simulator/kind_words.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gcjobs::sim {
namespace {

bool Contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Only shown on the way to a cancel, such as AbortRequested.
bool IsOfCancel(const std::string& word) {
  const std::string lower = absl::AsciiStrToLower(word);
  return absl::StrContains(lower, "cancel") || absl::StrContains(lower, "abort");
}

// The words that mean `state`, but for those of a second phase, of a cancel and
// of results that are gone.
std::vector<std::string> WordsOn(const KindSpec& kind, v1::JobState state) {
  std::vector<std::string> words;
  for (const auto& [word, meaning] : kind.states) {
    const bool waits = kind.second_phase.has_value() && Contains(kind.second_phase->when, word);
    if (meaning == state && !waits && !Contains(kind.expired, word) && !IsOfCancel(word)) {
      words.push_back(word);
    }
  }
  return words;
}

void UseFirst(const std::vector<std::string>& words, std::string* word) {
  if (!words.empty()) *word = words.front();
}

// Of several words the one that the cancel asks for: {"state": "Terminated"}.
void UseCancelled(const KindSpec& kind, std::string* cancelled) {
  std::vector<std::string> words;
  for (const auto& [word, meaning] : kind.states) {
    if (meaning != v1::JOB_STATE_CANCELLED) continue;
    words.push_back(word);
    const bool is_asked_for = kind.cancel.has_value() &&
                              absl::StrContains(kind.cancel->body, absl::StrCat("\"", word, "\""));
    if (is_asked_for) words.front() = word;
  }
  UseFirst(words, cancelled);
}

}  // namespace

StatusWords WordsOfKind(const KindSpec& kind) {
  StatusWords words;
  const std::vector<std::string> pending = WordsOn(kind, v1::JOB_STATE_PENDING);
  const std::vector<std::string> running = WordsOn(kind, v1::JOB_STATE_RUNNING);
  // A kind that tells only one of the two apart shows its words in both.
  if (!pending.empty() || !running.empty()) {
    words.queued = pending.empty() ? std::vector<std::string>{running.front()} : pending;
    words.running = running.empty() ? std::vector<std::string>{pending.back()} : running;
  }
  UseFirst(WordsOn(kind, v1::JOB_STATE_SUCCEEDED), &words.completed);
  UseFirst(WordsOn(kind, v1::JOB_STATE_FAILED), &words.failed);
  UseCancelled(kind, &words.cancelled);
  UseFirst(kind.expired, &words.expired);
  if (kind.second_phase.has_value()) UseFirst(kind.second_phase->when, &words.ready);
  return words;
}

}  // namespace gcjobs::sim
