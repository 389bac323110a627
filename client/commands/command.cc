#include "client/commands/command.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "client/job_view.h"
#include "client/text.h"
#include "common/near_words.h"

namespace gcjobs {

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer(examples);
  command->fallthrough();  // global options may come behind the command
  return command;
}

CLI::App* AddCommandGroup(CLI::App& parent, const std::string& name, const std::string& description,
                          const std::string& examples) {
  CLI::App* group = AddCommand(parent, name, description, examples);
  group->require_subcommand(1);
  return group;
}

CLI::Validator AtLeast(int64_t least) {
  return CLI::Validator(
      [least](const std::string& text) -> std::string {
        int64_t number = 0;
        if (absl::SimpleAtoi(text, &number) && number >= least) return "";
        return absl::StrCat("\"", text, "\" is not a whole number of at least ", least);
      },
      "");
}

CLI::Validator InRange(int64_t least, int64_t most) {
  return CLI::Validator(
      [least, most](const std::string& text) -> std::string {
        int64_t number = 0;
        if (absl::SimpleAtoi(text, &number) && number >= least && number <= most) return "";
        return absl::StrCat("\"", text, "\" is not a whole number from ", least, " to ", most);
      },
      "");
}

CLI::Validator OneOf(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](const std::string& text) -> std::string {
        if (std::find(words.begin(), words.end(), text) != words.end()) return "";
        const std::string near = DidYouMean(text, words);
        return absl::StrCat("\"", text, "\" is not one of ", absl::StrJoin(words, ", "),
                            near.empty() ? "" : "; ", near);
      },
      "");
}

void Print(const Session& session, const google::protobuf::Message& message,
           const std::string& text) {
  const bool json = session.options.output == OutputFormat::kJson;
  *session.io.out << (json ? ToJson(message, JsonLayout::kPretty) : text) << std::flush;
}

void Note(const Session& session, const std::string& text) {
  if (session.options.output == OutputFormat::kJson) return;
  *session.io.err << EscapeControls(text) << "\n" << std::flush;
}

}  // namespace gcjobs
