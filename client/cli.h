#ifndef GCJOBS_CLIENT_CLI_H_
#define GCJOBS_CLIENT_CLI_H_

#include <string>
#include <vector>

#include "client/cli_io.h"

namespace gcjobs {

// The whole program except the process: parses `arguments` (without the
// program's name), runs the command, reports errors on io.err and returns the
// exit code (cli_error.h). A failed write to io.out ends it quietly with 0;
// whoever made the stream knows why it failed.
int RunCli(const std::vector<std::string>& arguments, const CliIo& io);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CLI_H_
