#ifndef GCJOBS_CLIENT_CLI_H_
#define GCJOBS_CLIENT_CLI_H_

#include <string>
#include <vector>

#include "client/cli_io.h"

namespace gcjobs {

// The whole program but for the process: parses `arguments` (without the
// program's name), runs the command, reports errors on io.err and gives the
// exit code (exit_code.h). A failed write to io.out ends it quietly with 0;
// whoever made the stream knows why it failed.
int RunCli(const std::vector<std::string>& arguments, const CliIo& io);

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_CLI_H_
