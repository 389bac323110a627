#ifndef GCJOBS_TESTS_SIMULATOR_REQUEST_LOG_H_
#define GCJOBS_TESTS_SIMULATOR_REQUEST_LOG_H_

#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex.h"

namespace gcjobs::sim {

// One request of the API, as the log tells it.
struct LogRecord {
  absl::Time arrival;            // time of day
  absl::Time arrival_monotonic;  // comparable within this process only
  absl::Duration duration;       // from arrival to the answer's being ready
  std::string method;
  std::string path;  // as sent
  std::string query;
  std::string route;        // Route::name; "" when there is none
  std::string route_class;  // RouteClassName
  std::string client_id;
  std::string token_suffix;  // never the whole token
  int status = 0;            // 0: the connection was reset instead
  std::string fault;         // id of the fault that hit it, or ""
  std::string action_id;
  std::string kind;  // of a declared job kind's job
  std::string execution_id;
  std::string correlation_id;
  int rate_count = 0;        // requests in the token's window, this one included
  std::string request_body;  // cut to kMaxLoggedBody; absent for token requests
  size_t request_bytes = 0;
};

// The oracle of the tests: every request, one JSON line each, in the file (if
// any) and in memory. A request is in the log before its answer leaves.
// Thread-safe.
class RequestLog {
 public:
  // Appends to `path`; "": keeps the log in memory alone.
  static absl::StatusOr<std::unique_ptr<RequestLog>> Open(const std::string& path);

  // Gives the record its sequence number (1, 2 ...) and writes it out. A write
  // that fails is reported on stderr: a silent gap would prove wrong things.
  void Append(const LogRecord& record) ABSL_LOCKS_EXCLUDED(mu_);

  // The lines behind this number, without line ends; the last kKeptLines at most.
  std::vector<std::string> After(int64_t sequence) const ABSL_LOCKS_EXCLUDED(mu_);

  struct Totals {
    int64_t requests = 0;
    std::map<std::string, int64_t> by_route;
    std::map<int, int64_t> by_status;
    int64_t faults = 0;
  };
  Totals totals() const ABSL_LOCKS_EXCLUDED(mu_);

  static constexpr size_t kMaxLoggedBody = 64 * 1024;
  static constexpr size_t kKeptLines = 200'000;  // some 100 MB of short requests

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, CloseFile>;

  RequestLog(std::string path, File file) : path_(std::move(path)), file_(std::move(file)) {}

  void CountLocked(const LogRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteLocked(const std::string& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  mutable Mutex mu_;
  const File file_ ABSL_PT_GUARDED_BY(mu_);
  std::deque<std::string> lines_ ABSL_GUARDED_BY(mu_);  // the last is totals_.requests
  Totals totals_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_REQUEST_LOG_H_
