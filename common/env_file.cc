#include "common/env_file.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/file.h"
#include "common/status_macros.h"
#include "common/utf8.h"

namespace gcjobs {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Goes through the text once, from variable to variable.
class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<std::map<std::string, std::string>> Parse() {
    std::map<std::string, std::string> variables;
    for (;;) {
      SkipToVariable();
      if (rest_.empty()) return variables;
      ASSIGN_OR_RETURN(const std::string name, TakeName());
      ASSIGN_OR_RETURN(variables[name], TakeValue());
    }
  }

 private:
  absl::Status Mistake(absl::string_view problem) const {
    return absl::InvalidArgumentError(absl::StrCat("line ", line_, ": ", problem));
  }

  char Next() const { return rest_.empty() ? '\n' : rest_.front(); }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    return c;
  }

  void SkipBlanks() {
    while (!rest_.empty() && IsBlank(Next())) Take();
  }

  void SkipLine() {
    while (!rest_.empty() && Take() != '\n') {
    }
  }

  // Past blank lines and comments.
  void SkipToVariable() {
    for (;;) {
      SkipBlanks();
      if (rest_.empty() || (Next() != '\n' && Next() != '#')) return;
      SkipLine();
    }
  }

  std::string TakeWord() {
    std::string word;
    while (!rest_.empty() && IsNameCharacter(Next())) word += Take();
    return word;
  }

  absl::StatusOr<std::string> TakeName() {
    std::string name = TakeWord();
    SkipBlanks();
    if (name == "export" && IsNameCharacter(Next())) {
      name = TakeWord();
      SkipBlanks();
    }
    if (name.empty() || absl::ascii_isdigit(name.front()) || Next() != '=') {
      return Mistake("is not NAME=VALUE");
    }
    Take();
    return name;
  }

  absl::StatusOr<std::string> TakeValue() {
    SkipBlanks();
    if (Next() == '"' || Next() == '\'') return TakeQuoted(Take());
    std::string value;
    while (Next() != '\n') {
      if (Next() == '#' && (value.empty() || IsBlank(value.back()))) break;
      value += Take();
    }
    SkipLine();
    return std::string(absl::StripAsciiWhitespace(value));
  }

  absl::StatusOr<std::string> TakeQuoted(char quote) {
    const int first_line = line_;
    std::string value;
    while (!rest_.empty() && Next() != quote) {
      const char c = Take();
      const bool escapes = c == '\\' && quote == '"' && !rest_.empty();
      if (escapes) {
        AppendEscaped(Take(), &value);
      } else {
        value += c;
      }
    }
    if (rest_.empty()) {
      line_ = first_line;
      return Mistake("the closing quote is missing");
    }
    Take();
    SkipBlanks();
    if (Next() != '\n' && Next() != '#') return Mistake("something follows the closing quote");
    SkipLine();
    return value;
  }

  static void AppendEscaped(char c, std::string* value) {
    switch (c) {
      case 'n':
        *value += '\n';
        return;
      case 'r':
        *value += '\r';
        return;
      case 't':
        *value += '\t';
        return;
      case '"':
      case '\\':
      case '$':
        *value += c;
        return;
      default:
        *value += '\\';
        *value += c;
    }
  }

  absl::string_view rest_;
  int line_ = 1;
};

}  // namespace

absl::StatusOr<std::map<std::string, std::string>> ParseEnvFile(absl::string_view text) {
  absl::ConsumePrefix(&text, kByteOrderMark);
  return Parser(text).Parse();
}

absl::StatusOr<Environment> WithEnvFile(Environment environment, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  auto variables = ParseEnvFile(text);
  if (!variables.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", variables.status().message()));
  }
  return Environment([environment = std::move(environment), variables = *std::move(variables)](
                         const std::string& name) -> std::optional<std::string> {
    std::optional<std::string> value = environment(name);
    if (value.has_value() && !value->empty()) return value;
    const auto found = variables.find(name);
    return found == variables.end() ? value : std::make_optional(found->second);
  });
}

}  // namespace gcjobs
