#include "tests/simulator/request_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulator/epoch_seconds.h"
#include "tests/simulator/raw_json.h"

namespace gcjobs::sim {
namespace {

std::string ToLine(const LogRecord& record, int64_t sequence) {
  RawObject line;
  line.SetInt("seq", sequence)
      .Set("time", EpochSeconds(record.arrival))
      .Set("monotonic", EpochSeconds(record.arrival_monotonic))
      .Set("duration", absl::StrFormat("%.6f", absl::ToDoubleSeconds(record.duration)))
      .SetString("method", record.method)
      .SetString("path", record.path)
      .SetString("query", record.query)
      .SetString("route", record.route)
      .SetString("class", record.route_class)
      .SetInt("status", record.status)
      .SetString("client", record.client_id)
      .SetString("token", record.token_suffix)
      .SetInt("rate_count", record.rate_count)
      .SetString("fault", record.fault)
      .SetString("action_id", record.action_id)
      .SetString("kind", record.kind)
      .SetString("execution_id", record.execution_id)
      .SetString("correlation_id", record.correlation_id)
      .SetInt("request_bytes", static_cast<int64_t>(record.request_bytes))
      .SetString("request_body",
                 absl::string_view(record.request_body).substr(0, RequestLog::kMaxLoggedBody));
  return line.ToString();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RequestLog>> RequestLog::Open(const std::string& path) {
  File file;
  if (!path.empty()) {
    file.reset(std::fopen(path.c_str(), "a"));
    if (file == nullptr) {
      return absl::UnavailableError(
          absl::StrCat("request log ", path, ": open: ", std::strerror(errno)));
    }
  }
  return std::unique_ptr<RequestLog>(new RequestLog(path, std::move(file)));
}

void RequestLog::Append(const LogRecord& record) {
  MutexLock lock(&mu_);
  CountLocked(record);
  std::string line = ToLine(record, totals_.requests);
  WriteLocked(line);
  lines_.push_back(std::move(line));
  if (lines_.size() > kKeptLines) lines_.pop_front();
}

void RequestLog::CountLocked(const LogRecord& record) {
  ++totals_.requests;
  ++totals_.by_route[record.route];
  ++totals_.by_status[record.status];
  if (!record.fault.empty()) ++totals_.faults;
}

void RequestLog::WriteLocked(const std::string& line) {
  if (file_ == nullptr) return;
  // Flushed to the kernel: a kill of the simulator loses nothing.
  const bool written = std::fputs(line.c_str(), file_.get()) >= 0 &&
                       std::fputc('\n', file_.get()) != EOF && std::fflush(file_.get()) == 0;
  if (!written) absl::FPrintF(stderr, "request log %s: %s\n", path_, std::strerror(errno));
}

std::vector<std::string> RequestLog::After(int64_t sequence) const {
  MutexLock lock(&mu_);
  const int64_t wanted = std::max<int64_t>(0, totals_.requests - std::max<int64_t>(0, sequence));
  const auto count = std::min(static_cast<size_t>(wanted), lines_.size());
  return {lines_.end() - static_cast<std::ptrdiff_t>(count), lines_.end()};
}

RequestLog::Totals RequestLog::totals() const {
  MutexLock lock(&mu_);
  return totals_;
}

}  // namespace gcjobs::sim
