#ifndef GCJOBS_TESTS_SIMULATOR_OPTIONS_H_
#define GCJOBS_TESTS_SIMULATOR_OPTIONS_H_

#include <string>
#include <vector>

#include "tests/simulator/http_server.h"
#include "tests/simulator/simulator.h"

namespace gcjobs::sim {

// What the command line says.
struct CommandLine {
  // Do nothing but print `output` and exit with `exit_code`: help was asked
  // for (0), or something is wrong (2).
  bool exit_now = false;
  int exit_code = 0;
  std::string output;

  HttpServer::Options http;
  SimulatorOptions simulator;
};

// `arguments` without the program's name.
CommandLine ParseCommandLine(std::vector<std::string> arguments);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_OPTIONS_H_
