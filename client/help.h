#ifndef GCJOBS_CLIENT_HELP_H_
#define GCJOBS_CLIENT_HELP_H_

#include <CLI/CLI.hpp>

#include <string>

namespace gcjobs {

// Lays out --help for 80 columns: what it does, usage, commands, arguments,
// options, examples (the footer). A command's help names the global options
// without explaining them again.
class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_HELP_H_
