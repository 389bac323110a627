#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_SIMULATOR_PROCESS_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_SIMULATOR_PROCESS_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/integration/support/child_process.h"

namespace gcjobs::testing {

// One request as gcjobs-sim saw it: the oracle of what the server really did.
struct SeenRequest {
  double time = 0;  // seconds since the epoch
  std::string method;
  std::string path;
  std::string query;
  std::string route_class;
  std::string client_id;
  std::string body;
  std::string action_id;
  std::string execution_id;
  int status = 0;  // 0: reset
};

// gcjobs-sim, and its control endpoints.
class SimulatorProcess {
 public:
  explicit SimulatorProcess(std::vector<std::string> arguments = {});

  std::string url() const { return "http://" + address_; }
  const std::string& address() const { return address_; }

  // Control; the answer's body. Ends the test process on a refusal, which is a
  // mistake of the test.
  std::string Post(const std::string& path, const std::string& json = "{}");
  std::string Get(const std::string& path);
  void AddFault(const std::string& json) { Post("/__sim/faults", json); }
  void ClearFaults();

  // All requests so far, in order.
  std::vector<SeenRequest> Seen();
  std::vector<SeenRequest> Seen(const std::function<bool(const SeenRequest&)>& wanted);
  // Requests that start work, and those that poll an execution.
  std::vector<SeenRequest> Submissions();
  std::vector<SeenRequest> Polls();

 private:
  ChildProcess process_;
  std::string address_;
};

// Where the built programs are.
std::string Binary(const std::string& name);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_SIMULATOR_PROCESS_H_
