#include "client/commands/command.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "client/job_view.h"
#include "client/text.h"

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
