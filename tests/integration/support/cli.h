#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_CLI_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_CLI_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/support/child_process.h"

namespace gcjobs::testing {

// The CLI as a person runs it: the real program, told by GCJOBS_SERVER where the
// server is.
struct CliCall {
  std::string server;  // its address
  std::vector<std::string> arguments;
  std::string input;                               // its stdin
  std::map<std::string, std::string> environment;  // more of it
};

std::unique_ptr<ChildProcess> StartCli(const CliCall& call);

// What a program wrote, and how it ended.
struct Ended {
  int code = 0;
  std::string output;
  std::string errors;
};

// Runs it to its end.
Ended RunCli(const CliCall& call);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_CLI_H_
