#ifndef GCJOBS_TESTS_INTEGRATION_SUPPORT_SYSTEM_H_
#define GCJOBS_TESTS_INTEGRATION_SUPPORT_SYSTEM_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "gcjobs/v1/action_service.grpc.pb.h"
#include "gcjobs/v1/job_service.grpc.pb.h"
#include "tests/integration/support/child_process.h"
#include "tests/integration/support/simulator_process.h"

namespace gcjobs::testing {

// The simulator and a server on a data directory of their own, and a client
// for them. The programs are the real ones.
class System {
 public:
  struct Options {
    std::vector<std::string> simulator;  // more arguments
    std::vector<std::string> server;
    std::map<std::string, std::string> environment;  // of the server
    bool start_server = true;
    bool read_server_log = true;  // see ChildProcess::Options::read_errors
  };
  System() : System(Options()) {}
  explicit System(Options options);
  ~System();

  SimulatorProcess& simulator() { return simulator_; }
  ChildProcess& server() { return *server_; }
  const std::string& address() const { return address_; }
  const std::string& data_dir() const { return data_dir_; }
  v1::JobService::Stub& jobs() { return *jobs_; }
  v1::ActionService::Stub& actions() { return *actions_; }

  // Starts the server, on the address it had before if it had one, and waits
  // until the client is connected to it.
  void StartServer(const std::map<std::string, std::string>& more_environment = {});
  // kill -9, and waits for the end.
  void KillServer();
  void RestartServer();

  // Calls with a deadline that only a hanging server meets.
  absl::StatusOr<v1::Job> Submit(const v1::SubmitActionRequest& request);
  absl::StatusOr<v1::Job> Submit(const v1::SubmitConversationQueryRequest& request);
  absl::StatusOr<v1::Job> Submit(const v1::SubmitJobRequest& request);
  absl::StatusOr<v1::Job> GetJob(const std::string& job_id);
  absl::StatusOr<v1::Job> CancelJob(const std::string& job_id);

  // The job's events from `after_revision` until the stream ends. Watches
  // again from the last revision when the stream breaks (a restarted server),
  // `attempts` times.
  struct Watched {
    std::vector<v1::JobEvent> events;  // bookmarks left out
    absl::Status status;
  };
  Watched Watch(const std::string& job_id, int64_t after_revision = 0, int attempts = 1);

  // A finished job's result pages after `cursor`, until the stream ends or has
  // given `max_pages`.
  struct Results {
    std::vector<v1::ResultPage> pages;
    absl::Status status;  // OK when `max_pages` were read

    std::string items() const;  // all of them, a line each
    int item_count() const;
  };
  static constexpr int kAllPages = 1 << 30;
  Results ReadResults(const std::string& job_id, const std::string& cursor = "",
                      int max_pages = kAllPages);

  // As Watch with attempts, for the job's last state.
  v1::Job AwaitEnd(const std::string& job_id);

 private:
  void AwaitConnection();

  const Options options_;
  std::string data_dir_;
  SimulatorProcess simulator_;
  std::string address_;
  std::unique_ptr<ChildProcess> server_;
  std::unique_ptr<v1::JobService::Stub> jobs_;
  std::unique_ptr<v1::ActionService::Stub> actions_;
};

// A conversation query of one day at that endpoint, steered in the same way.
v1::SubmitConversationQueryRequest SteeredQuery(v1::QueryEndpoint endpoint, const std::string& sim);

// A submission of the simulator's first action, steered by `sim`, the value of
// its parameter `$sim`.
v1::SubmitActionRequest Steered(const std::string& sim, const std::string& request_id = "");

inline constexpr char kActionId[] = "custom_-_00000000-0000-4000-8000-000000000001";

// Runs `body(0)` ... `body(n - 1)` at the same time.
void InParallel(int n, const std::function<void(int)>& body);

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_INTEGRATION_SUPPORT_SYSTEM_H_
