#ifndef GCJOBS_SERVER_NET_CURL_TRANSPORT_H_
#define GCJOBS_SERVER_NET_CURL_TRANSPORT_H_

#include <curl/curl.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/net/curl_handle.h"
#include "server/net/event_loop.h"
#include "server/net/http_transport.h"

namespace gcjobs {

// HTTP/1.1 and HTTP/2 by libcurl, on the loop thread: it is the loop's poller,
// so that one wait serves sockets, timers and posted tasks.
//
// A request is written to a server at most once, whatever happens to the
// connection; only GET and HEAD are sent again (at most five times) when a kept
// connection turns out to be dead before the first byte of an answer.
//
// Callbacks run in Poll. They may call Send and Cancel; they must not destroy
// the transport. Everything is for the loop thread, but for Wakeup.
class CurlTransport final : public HttpTransport, public Poller {
 public:
  using Options = CurlOptions;

  // `clock` measures the requests' time-outs; it must outlive the transport.
  // INVALID_ARGUMENT when an option makes no sense or `ca_file` cannot be read.
  static absl::StatusOr<std::unique_ptr<CurlTransport>> Create(Options options,
                                                               const Clock* clock = RealClock());
  ~CurlTransport() override;

  RequestId Send(HttpRequest request, Done done) override;
  void Cancel(RequestId id) override;
  size_t in_flight() const override { return in_flight_; }

  void Poll(absl::Duration timeout) override;
  void Wakeup() override;

 private:
  struct Transfer {
    std::unique_ptr<CurlHandle> handle;
    Done done;
    absl::Time deadline;
  };
  struct Finished {
    HttpResult result;
    Done done;
  };
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  using MultiPtr = std::unique_ptr<CURLM, FreeMulti>;

  CurlTransport(Options options, const Clock* clock, MultiPtr multi);

  absl::Status Start(RequestId id, HttpRequest request, Done* done);
  std::unique_ptr<CurlHandle> TakeHandle();
  void KeepHandle(std::unique_ptr<CurlHandle> handle);
  Transfer TakeTransfer(RequestId id);
  void Abandon(RequestId id, const absl::Status& why);

  void Wait(absl::Duration timeout);
  void CollectFinished();
  void AbandonOverdue();
  void RunCallbacks();

  const Options options_;
  const Clock* const clock_;
  const MultiPtr multi_;

  RequestId last_id_ = 0;
  size_t in_flight_ = 0;                                  // whose callback has not begun
  absl::flat_hash_map<RequestId, Transfer> transfers_;    // with curl
  std::set<std::pair<absl::Time, RequestId>> deadlines_;  // of transfers_
  std::vector<Finished> finished_;                        // waiting for RunCallbacks
  std::vector<std::unique_ptr<CurlHandle>> idle_handles_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_CURL_TRANSPORT_H_
