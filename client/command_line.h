#ifndef GCJOBS_CLIENT_COMMAND_LINE_H_
#define GCJOBS_CLIENT_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gcjobs {

// The words of a command line, as text to copy into a shell and as words to
// change.

// `word` as a POSIX shell reads it back.
std::string ShellQuote(absl::string_view word);

// `arguments` without the options `names` and their values, in both spellings
// (`--last 24h`, `--last=24h`). Each of them takes one value.
std::vector<std::string> WithoutOptions(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& names);

// The command that these arguments were given to: `gcjobs submit ...`. The value
// of --token is not shown.
std::string CommandText(const std::vector<std::string>& arguments);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_COMMAND_LINE_H_
