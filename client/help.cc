#include "client/help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "client/parse_failure.h"
#include "client/text.h"

namespace gcjobs {
namespace {

constexpr int kWidth = 80;
constexpr int kIndent = 2;
constexpr int kGap = 2;
// Longer names have their text on the next line.
constexpr int kMaxNameWidth = 26;

struct Entry {
  std::string name;
  std::string text;
};

std::string ValueName(const CLI::Option& option) {
  return option.get_option_text().empty() ? "" : absl::StrCat(" ", option.get_option_text());
}

std::string OptionName(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return absl::StrJoin(names, ", ") + ValueName(option);
}

std::string PositionalName(const CLI::Option& option) {
  const std::string name = option.get_name(/*positional=*/true, /*all_options=*/false);
  return option.get_expected_max() > 1 ? name + "..." : name;
}

std::string Usage(const CLI::App* app) {
  std::string usage = absl::StrCat("Usage: ", CommandName(app));
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = PositionalName(*option);
    absl::StrAppend(&usage, " ", option->get_required() ? name : absl::StrCat("[", name, "]"));
  }
  if (!app->get_subcommands({}).empty()) usage += " COMMAND";
  return usage + " [OPTIONS]\n";
}

std::string Section(absl::string_view title, const std::vector<Entry>& entries) {
  if (entries.empty()) return "";
  int name_width = 0;
  for (const Entry& entry : entries) {
    const int width = DisplayWidth(entry.name);
    if (width <= kMaxNameWidth) name_width = std::max(name_width, width);
  }
  const int column = kIndent + name_width + kGap;
  std::string text = absl::StrCat("\n", title, ":\n");
  for (const Entry& entry : entries) {
    std::string line = std::string(kIndent, ' ') + entry.name;
    if (DisplayWidth(entry.name) > name_width) {
      absl::StrAppend(&text, line, "\n");
      line.clear();
    }
    for (const std::string& wrapped : WrapWords(entry.text, kWidth - column)) {
      line.resize(std::max<size_t>(line.size(), column), ' ');
      absl::StrAppend(&text, line, wrapped, "\n");
      line.clear();
    }
  }
  return text;
}

// Commands with all their subcommands: `action timeout set`.
void AppendCommands(const CLI::App* app, const std::string& prefix, std::vector<Entry>* entries) {
  for (const CLI::App* command : app->get_subcommands({})) {
    const std::string name = absl::StrCat(prefix, command->get_name());
    if (command->get_subcommands({}).empty()) {
      entries->push_back({name, command->get_description()});
    } else {
      AppendCommands(command, absl::StrCat(name, " "), entries);
    }
  }
}

std::string Commands(const CLI::App* app) {
  std::vector<Entry> entries;
  AppendCommands(app, "", &entries);
  return Section("Commands", entries);
}

std::string Arguments(const CLI::App* app) {
  std::vector<Entry> entries;
  for (const CLI::Option* option : app->get_options()) {
    if (!option->get_positional()) continue;
    entries.push_back({PositionalName(*option), option->get_description()});
  }
  return Section("Arguments", entries);
}

std::string Options(const CLI::App* app) {
  std::vector<Entry> entries;
  for (const CLI::Option* option : app->get_options()) {
    if (option->nonpositional())
      entries.push_back({OptionName(*option), option->get_description()});
  }
  return Section("Options", entries);
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string /*name*/,
                                     CLI::AppFormatMode /*mode*/) const {
  std::string help = absl::StrJoin(WrapWords(app->get_description(), kWidth), "\n");
  absl::StrAppend(&help, "\n\n", Usage(app), Commands(app), Arguments(app), Options(app));
  if (app->get_parent() != nullptr) {
    help +=
        "\nGlobal options (see gcjobs --help): --server, --org, --output table|json,\n"
        "--timeout, --verbose, and those for TLS and tokens.\n";
  }
  if (!app->get_footer().empty()) absl::StrAppend(&help, "\n", app->get_footer(), "\n");
  return help;
}

}  // namespace gcjobs
