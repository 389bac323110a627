#include "tests/integration/support/cli.h"

#include "tests/integration/support/simulator_process.h"

namespace gcjobs::testing {

std::unique_ptr<ChildProcess> StartCli(const CliCall& call) {
  ChildProcess::Options options;
  options.argv = {Binary("gcjobs")};
  options.argv.insert(options.argv.end(), call.arguments.begin(), call.arguments.end());
  options.environment = {{"GCJOBS_SERVER", call.server}};
  for (const auto& [name, value] : call.environment) options.environment[name] = value;
  options.input = call.input;
  return std::make_unique<ChildProcess>(options);
}

Ended RunCli(const CliCall& call) {
  const auto child = StartCli(call);
  const int code = child->Wait();
  return {code, child->output(), child->errors()};
}

}  // namespace gcjobs::testing
