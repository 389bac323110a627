#ifndef GCJOBS_CLIENT_PARSE_FAILURE_H_
#define GCJOBS_CLIENT_PARSE_FAILURE_H_

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace gcjobs {

// `gcjobs action timeout`, for the app of that command.
std::string CommandName(const CLI::App* app);

// Why `arguments` are no command line of `app`, as a UsageError: the first word
// that is wrong and what may have been meant, which CLI11's own messages do not
// tell. `error`: what CLI11 says.
absl::Status DescribeParseFailure(const CLI::App& app, const std::vector<std::string>& arguments,
                                  const CLI::ParseError& error);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_PARSE_FAILURE_H_
