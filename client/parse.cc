#include "client/parse.h"

#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "client/cli_error.h"
#include "common/file.h"

namespace gcjobs {
namespace {

constexpr absl::string_view kDurationHint = "add a unit: 10s, 1500ms, 2m, 1h30m or 7d";

// Takes what `belongs` accepts off the front of `text`.
template <typename Predicate>
absl::string_view TakeWhile(absl::string_view* text, Predicate belongs) {
  size_t length = 0;
  while (length < text->size() && belongs((*text)[length])) ++length;
  const absl::string_view taken = text->substr(0, length);
  text->remove_prefix(length);
  return taken;
}

bool IsNumberCharacter(char c) { return absl::ascii_isdigit(c) || c == '.'; }
bool IsUnitCharacter(char c) { return absl::ascii_isalpha(c); }

// Takes one `1.5h` off the front of `text` and adds it to `sum`.
bool TakePart(absl::string_view* text, absl::Duration* sum) {
  const absl::string_view number = TakeWhile(text, IsNumberCharacter);
  const absl::string_view unit = TakeWhile(text, IsUnitCharacter);
  if (number.empty()) return false;
  const bool days = unit == "d";
  if (!days && unit != "h" && unit != "m" && unit != "s" && unit != "ms") return false;
  absl::Duration part;
  if (!absl::ParseDuration(absl::StrCat(number, days ? "h" : unit), &part)) return false;
  *sum += days ? 24 * part : part;
  return true;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view option, absl::string_view text) {
  if (text == "0") return absl::ZeroDuration();
  absl::Duration sum;
  absl::string_view rest = text;
  bool valid = !text.empty();
  while (valid && !rest.empty()) valid = TakePart(&rest, &sum);
  if (!valid || sum == absl::InfiniteDuration()) {
    double number = 0;
    return UsageError(
        absl::StrCat(option, ": \"", text, "\" ",
                     absl::SimpleAtod(text, &number) ? "has no unit" : "is not a duration"),
        kDurationHint);
  }
  return sum;
}

absl::StatusOr<std::pair<std::string, std::string>> ParseKeyValue(absl::string_view option,
                                                                  absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return UsageError(absl::StrCat(option, ": \"", text, "\" is not KEY=VALUE"),
                      absl::StrCat("for example ", option, " team=billing"));
  }
  return std::make_pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

absl::StatusOr<v1::JobState> ParseState(absl::string_view option, absl::string_view text) {
  const std::string upper = absl::AsciiStrToUpper(text);
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  const std::string name = absl::StrCat("JOB_STATE_", absl::StripPrefix(upper, "JOB_STATE_"));
  if (!v1::JobState_Parse(name, &state) || state == v1::JOB_STATE_UNSPECIFIED) {
    return UnknownWordError(
        option, "state", text,
        {"queued", "pending", "running", "succeeded", "failed", "cancelled", "outcome_unknown"});
  }
  return state;
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view option, absl::string_view text,
                                     absl::Time now) {
  absl::Time time;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, &time, nullptr)) return time;
  }
  const absl::StatusOr<absl::Duration> age = ParseDuration(option, text);
  if (age.ok()) return now - *age;
  return UsageError(absl::StrCat(option, ": \"", text, "\" is not a time"),
                    "use 2024-05-01T12:00:00Z, 2024-05-01, or an age such as 2h or 7d");
}

absl::StatusOr<std::string> ReadInputFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return UsageError(std::string(text.status().message()));
  return text;
}

std::string ReadAll(std::istream& stream) {
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

}  // namespace gcjobs
