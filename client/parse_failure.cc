#include "client/parse_failure.h"

#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "client/cli_error.h"
#include "common/near_words.h"

namespace gcjobs {
namespace {

bool IsGroup(const CLI::App* app) { return !app->get_subcommands({}).empty(); }

// Of the command, or of one above it: global options may come anywhere.
const CLI::Option* FindOption(const CLI::App* app, const std::string& name) {
  for (; app != nullptr; app = app->get_parent()) {
    const CLI::Option* option = app->get_option_no_throw(name);
    if (option != nullptr) return option;
  }
  return nullptr;
}

std::vector<std::string> OptionNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

const CLI::App* FindSubcommand(const CLI::App* app, const std::string& name) {
  for (const CLI::App* command : app->get_subcommands({})) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::vector<std::string> SubcommandNames(const CLI::App* app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// The option that a word begins: `--limit` of `--limit=3`, `-o` of `-ojson`.
std::string OptionName(const std::string& word) {
  return absl::StartsWith(word, "--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
}

std::string Hint(const CLI::App* app, const std::string& did_you_mean) {
  return absl::StrCat(did_you_mean, did_you_mean.empty() ? "" : " ", CommandName(app),
                      IsGroup(app) ? " --help lists the commands" : " --help has the details");
}

// "--limit: 1 required TEXT missing" of CLI11.
absl::Status MissingValue(const CLI::App* command, const CLI::ParseError& error) {
  const std::string what = error.what();
  return UsageError(absl::StrCat(what.substr(0, what.find(':')), " needs a value"),
                    Hint(command, ""));
}

}  // namespace

std::string CommandName(const CLI::App* app) {
  const CLI::App* parent = app->get_parent();
  return parent == nullptr ? app->get_name()
                           : absl::StrCat(CommandName(parent), " ", app->get_name());
}

absl::Status DescribeParseFailure(const CLI::App& app, const std::vector<std::string>& arguments,
                                  const CLI::ParseError& error) {
  const CLI::App* command = &app;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = OptionName(word);
      const CLI::Option* option = FindOption(command, name);
      if (option == nullptr) {
        const std::string& shown = absl::StartsWith(word, "--") ? name : word;
        return UsageError(absl::StrCat("unknown option ", shown),
                          Hint(command, DidYouMean(name, OptionNames(command))));
      }
      const bool value_follows = option->get_items_expected_max() > 0 && name == word;
      if (value_follows) ++i;
    } else if (IsGroup(command)) {
      const CLI::App* chosen = FindSubcommand(command, word);
      if (chosen == nullptr) {
        return UsageError(absl::StrCat("unknown command \"", word, "\""),
                          Hint(command, DidYouMean(word, SubcommandNames(command))));
      }
      command = chosen;
    }
  }
  if (IsGroup(command)) {
    return UsageError(absl::StrCat(CommandName(command), " needs a command"), Hint(command, ""));
  }
  const std::vector<std::string> left_over = app.remaining(/*recurse=*/true);
  if (!left_over.empty()) {
    return UsageError(absl::StrCat("unexpected argument \"", left_over.front(), "\""),
                      Hint(command, ""));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    return MissingValue(command, error);
  }
  return UsageError(error.what(), Hint(command, ""));
}

}  // namespace gcjobs
