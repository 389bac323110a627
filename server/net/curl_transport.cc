#include "server/net/curl_transport.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status_macros.h"

namespace gcjobs {
namespace {

// Easy handles kept for reuse; each holds some tens of kilobytes.
constexpr size_t kMaxIdleHandles = 64;

// Idle connections kept, to all hosts together. The default, four for each
// request under way, would close connections whenever traffic calms down.
constexpr long kMaxKeptConnections = 256;

CURLcode InitCurlOnce() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  return code;
}

absl::Status CheckOptions(const CurlOptions& options) {
  if (options.max_connections_per_host < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_connections_per_host: ", options.max_connections_per_host, " is < 1"));
  }
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file).good()) {
    return absl::InvalidArgumentError(absl::StrCat("ca_file: cannot read ", options.ca_file));
  }
  return absl::OkStatus();
}

absl::Status ConfigureMulti(CURLM* multi, const CurlOptions& options) {
  CURLMcode code = curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  if (code == CURLM_OK) {
    code = curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                             static_cast<long>(options.max_connections_per_host));
  }
  if (code == CURLM_OK) {
    code = curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMaxKeptConnections);
  }
  if (code == CURLM_OK) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("curl_multi_setopt: ", curl_multi_strerror(code)));
}

// Rounded up, so that the loop does not spin through a timer's last millisecond.
int ToPollMillis(absl::Duration timeout) {
  const int64_t millis = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(millis, 0, std::numeric_limits<int>::max()));
}

void LogIfFailed(absl::string_view call, CURLMcode code) {
  if (code == CURLM_OK) return;
  Log(LogLevel::kError, "curl_failed", {{"call", call}, {"error", curl_multi_strerror(code)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlTransport>> CurlTransport::Create(Options options,
                                                                     const Clock* clock) {
  RETURN_IF_ERROR(CheckOptions(options));
  if (const CURLcode code = InitCurlOnce(); code != CURLE_OK) {
    return absl::InternalError(absl::StrCat("curl_global_init: ", curl_easy_strerror(code)));
  }
  MultiPtr multi(curl_multi_init());
  if (multi == nullptr) return absl::ResourceExhaustedError("curl_multi_init failed");
  RETURN_IF_ERROR(ConfigureMulti(multi.get(), options));
  return std::unique_ptr<CurlTransport>(
      new CurlTransport(std::move(options), clock, std::move(multi)));
}

CurlTransport::CurlTransport(Options options, const Clock* clock, MultiPtr multi)
    : options_(std::move(options)), clock_(clock), multi_(std::move(multi)) {}

CurlTransport::~CurlTransport() {
  while (!transfers_.empty()) TakeTransfer(transfers_.begin()->first);
}

HttpTransport::RequestId CurlTransport::Send(HttpRequest request, Done done) {
  const RequestId id = ++last_id_;
  ++in_flight_;
  if (absl::Status status = Start(id, std::move(request), &done); !status.ok()) {
    HttpResult result;  // kNotSent
    result.error = std::move(status);
    finished_.push_back({std::move(result), std::move(done)});
  }
  return id;
}

// Takes `*done` only when the request is with curl.
absl::Status CurlTransport::Start(RequestId id, HttpRequest request, Done* done) {
  RETURN_IF_ERROR(Validate(request));
  const absl::Time deadline = clock_->MonotonicNow() + request.timeout;
  std::unique_ptr<CurlHandle> handle = TakeHandle();
  RETURN_IF_ERROR(handle->Prepare(options_, id, std::move(request)));
  if (const CURLMcode code = curl_multi_add_handle(multi_.get(), handle->easy());
      code != CURLM_OK) {
    return absl::InternalError(absl::StrCat("curl_multi_add_handle: ", curl_multi_strerror(code)));
  }
  transfers_.emplace(id, Transfer{std::move(handle), std::move(*done), deadline});
  deadlines_.emplace(deadline, id);
  return absl::OkStatus();
}

void CurlTransport::Cancel(RequestId id) {
  if (transfers_.contains(id)) Abandon(id, absl::CancelledError("cancelled"));
}

void CurlTransport::Poll(absl::Duration timeout) {
  Wait(timeout);
  int running = 0;
  LogIfFailed("curl_multi_perform", curl_multi_perform(multi_.get(), &running));
  CollectFinished();
  // After the answers: one that came while the loop was late is still good.
  AbandonOverdue();
  RunCallbacks();
}

void CurlTransport::Wakeup() { curl_multi_wakeup(multi_.get()); }

std::unique_ptr<CurlHandle> CurlTransport::TakeHandle() {
  if (idle_handles_.empty()) return std::make_unique<CurlHandle>();
  std::unique_ptr<CurlHandle> handle = std::move(idle_handles_.back());
  idle_handles_.pop_back();
  return handle;
}

void CurlTransport::KeepHandle(std::unique_ptr<CurlHandle> handle) {
  if (idle_handles_.size() < kMaxIdleHandles) idle_handles_.push_back(std::move(handle));
}

CurlTransport::Transfer CurlTransport::TakeTransfer(RequestId id) {
  const auto it = transfers_.find(id);
  Transfer transfer = std::move(it->second);
  transfers_.erase(it);
  deadlines_.erase({transfer.deadline, id});
  // Closes the connection, or resets the stream, if the exchange is not over.
  LogIfFailed("curl_multi_remove_handle",
              curl_multi_remove_handle(multi_.get(), transfer.handle->easy()));
  return transfer;
}

void CurlTransport::Abandon(RequestId id, const absl::Status& why) {
  Transfer transfer = TakeTransfer(id);
  finished_.push_back({transfer.handle->Abandon(why), std::move(transfer.done)});
  KeepHandle(std::move(transfer.handle));
}

void CurlTransport::Wait(absl::Duration timeout) {
  if (!deadlines_.empty()) {
    timeout = std::min(timeout, deadlines_.begin()->first - clock_->MonotonicNow());
  }
  if (!finished_.empty()) timeout = absl::ZeroDuration();
  LogIfFailed("curl_multi_poll", curl_multi_poll(multi_.get(), nullptr, 0, ToPollMillis(timeout),
                                                 /*numfds=*/nullptr));
}

void CurlTransport::CollectFinished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // the message goes with the handle
    Transfer transfer = TakeTransfer(CurlHandle::IdOf(message->easy_handle));
    finished_.push_back({transfer.handle->Finish(code), std::move(transfer.done)});
    KeepHandle(std::move(transfer.handle));
  }
}

// Not left to curl (7.88): it watches no time-out of a request that waits for a
// connection, and starts the time anew when it gets one.
void CurlTransport::AbandonOverdue() {
  const absl::Time now = clock_->MonotonicNow();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    Abandon(deadlines_.begin()->second, absl::DeadlineExceededError("no answer in time"));
  }
}

void CurlTransport::RunCallbacks() {
  // What a callback ends (a refused Send, a Cancel) is told at the next Poll,
  // which will not wait.
  std::vector<Finished> batch = std::move(finished_);
  finished_.clear();
  for (Finished& finished : batch) {
    --in_flight_;
    std::exchange(finished.done, nullptr)(std::move(finished.result));
  }
}

}  // namespace gcjobs
