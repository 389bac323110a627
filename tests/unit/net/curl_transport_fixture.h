#ifndef GCJOBS_TESTS_UNIT_NET_CURL_TRANSPORT_FIXTURE_H_
#define GCJOBS_TESTS_UNIT_NET_CURL_TRANSPORT_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "server/net/curl_transport.h"
#include "tests/fakes/fake_clock.h"

namespace gcjobs::testing {

// 20,000 times the letter a, compressed by gzip.
inline const std::string& GzipOf20000Bytes() {
  static const auto* const kBytes = new std::string(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xac\xeb\x5f"
      "\xc2\x1a\x1e\x40\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\xf0\x60\x31\x87\xbd\xca\x20\x4e\x00\x00",
      55);
  return *kBytes;
}

// What many threads tell and the test reads.
class Journal {
 public:
  void Add(std::string line) {
    MutexLock lock(&mu_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    MutexLock lock(&mu_);
    return lines_;
  }
  size_t size() const { return lines().size(); }

 private:
  mutable Mutex mu_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mu_);
};

// A transport on a loop that the test turns. Time-outs of whole requests follow
// a clock that stands still; sockets and connect time-outs are real.
class CurlTransportTest : public ::testing::Test {
 protected:
  explicit CurlTransportTest(CurlOptions options = {}) { Restart(std::move(options)); }

  void Restart(CurlOptions options) {
    loop_.reset();
    transport_ = *CurlTransport::Create(std::move(options), &clock_);
    loop_ = std::make_unique<EventLoop>(&clock_, transport_.get());
  }

  static HttpRequest Request(std::string method, std::string url, std::string body = "") {
    HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.body = std::move(body);
    return request;
  }

  // Sends; the result will be in the pointer.
  std::shared_ptr<std::optional<HttpResult>> Send(HttpRequest request) {
    auto slot = std::make_shared<std::optional<HttpResult>>();
    last_id_ =
        transport_->Send(std::move(request), [slot](HttpResult r) { slot->emplace(std::move(r)); });
    return slot;
  }

  // Turns the loop until `condition` holds; false when it takes absurdly long.
  bool TurnUntil(const std::function<bool()>& condition) {
    const absl::Time give_up = RealClock()->MonotonicNow() + absl::Seconds(30);
    while (!condition()) {
      if (RealClock()->MonotonicNow() > give_up) return false;
      loop_->Turn(absl::Milliseconds(20));
    }
    return true;
  }

  // Sends and waits for what becomes of it.
  HttpResult Fetch(HttpRequest request) {
    const auto slot = Send(std::move(request));
    if (!TurnUntil([&] { return slot->has_value(); })) {
      ADD_FAILURE() << "no callback";
      return {};
    }
    return **slot;
  }
  HttpResult Get(std::string url) { return Fetch(Request("GET", std::move(url))); }

  FakeClock clock_;
  std::unique_ptr<CurlTransport> transport_;
  std::unique_ptr<EventLoop> loop_;
  HttpTransport::RequestId last_id_ = 0;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_NET_CURL_TRANSPORT_FIXTURE_H_
