#ifndef GCJOBS_TESTS_FAKES_FAKE_HTTP_TRANSPORT_H_
#define GCJOBS_TESTS_FAKES_FAKE_HTTP_TRANSPORT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/net/event_loop.h"
#include "server/net/http_transport.h"

namespace gcjobs::testing {

// A transport without a wire: it keeps each request until the test answers it,
// in any order, or lets a handler answer at once. As with the real one, `done`
// runs from the loop and never within Send, Answer or Cancel, and not at all
// once the transport is gone. Time-outs are the test's to play. Loop thread
// only.
class FakeHttpTransport final : public HttpTransport {
 public:
  struct Pending {
    RequestId id = 0;
    HttpRequest request;
  };
  // The answer to a request, or nothing to leave it to the test.
  using Handler = std::function<std::optional<HttpResult>(const HttpRequest&)>;

  // `loop` must outlive the transport.
  explicit FakeHttpTransport(EventLoop* loop);
  ~FakeHttpTransport() override;

  // Requests that have no answer yet, in the order in which they were sent.
  std::vector<Pending> requests() const;

  // All requests ever sent, in order.
  const std::vector<HttpRequest>& history() const { return history_; }

  // Requests that were cancelled while they had no answer.
  const std::vector<RequestId>& cancelled() const { return cancelled_; }

  // Answers a request; fails the test when `id` has an answer already.
  void Answer(RequestId id, HttpResult result);

  // Answers the oldest request that has no answer; fails the test when there
  // is none.
  void AnswerNext(HttpResult result);

  // Asked first, from now on, about each request that is sent.
  void SetHandler(Handler handler) { handler_ = std::move(handler); }

  // What Cancel tells about the request; kBroken (it was sent) unless set.
  void SetCancelFate(HttpResult::Fate fate) { cancel_fate_ = fate; }

  // Results to answer with.
  static HttpResult Ok(int status, std::string body = "", HttpHeaders headers = {});
  static HttpResult NotSent();
  static HttpResult Broken(bool timed_out = false);
  static HttpResult TooLarge(int status, HttpHeaders headers = {});

  RequestId Send(HttpRequest request, Done done) override;
  void Cancel(RequestId id) override;
  size_t in_flight() const override { return unanswered_.size() + *delivering_; }

 private:
  struct Exchange {
    Pending pending;
    Done done;
  };

  std::vector<Exchange>::iterator Find(RequestId id);
  void Deliver(std::vector<Exchange>::iterator it, HttpResult result);

  EventLoop* const loop_;
  Handler handler_;
  HttpResult::Fate cancel_fate_ = HttpResult::Fate::kBroken;
  RequestId last_id_ = 0;
  std::vector<Exchange> unanswered_;
  std::vector<HttpRequest> history_;
  std::vector<RequestId> cancelled_;
  // Answers on their way through the loop, which look here whether the
  // transport still lives.
  std::shared_ptr<size_t> delivering_ = std::make_shared<size_t>(0);
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAKE_HTTP_TRANSPORT_H_
