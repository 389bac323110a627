#include "tests/fakes/fake_http_transport.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace gcjobs::testing {
namespace {

HttpResult Failure(HttpResult::Fate fate, absl::Status error) {
  HttpResult result;
  result.fate = fate;
  result.error = std::move(error);
  return result;
}

}  // namespace

FakeHttpTransport::FakeHttpTransport(EventLoop* loop) : loop_(loop) {}

FakeHttpTransport::~FakeHttpTransport() = default;

std::vector<FakeHttpTransport::Pending> FakeHttpTransport::requests() const {
  std::vector<Pending> requests;
  for (const Exchange& exchange : unanswered_) requests.push_back(exchange.pending);
  return requests;
}

void FakeHttpTransport::Answer(RequestId id, HttpResult result) {
  const auto it = Find(id);
  if (it == unanswered_.end()) {
    ADD_FAILURE() << "request " << id << " is not waiting for an answer";
    return;
  }
  Deliver(it, std::move(result));
}

void FakeHttpTransport::AnswerNext(HttpResult result) {
  if (unanswered_.empty()) {
    ADD_FAILURE() << "no request is waiting for an answer";
    return;
  }
  Deliver(unanswered_.begin(), std::move(result));
}

HttpResult FakeHttpTransport::Ok(int status, std::string body, HttpHeaders headers) {
  HttpResult result;
  result.fate = HttpResult::Fate::kAnswered;
  result.response.status = status;
  result.response.headers = std::move(headers);
  result.response.body = std::move(body);
  return result;
}

HttpResult FakeHttpTransport::NotSent() {
  return Failure(HttpResult::Fate::kNotSent, absl::UnavailableError("connection refused"));
}

HttpResult FakeHttpTransport::Broken(bool timed_out) {
  HttpResult result = Failure(HttpResult::Fate::kBroken,
                              timed_out ? absl::DeadlineExceededError("no answer in time")
                                        : absl::UnavailableError("connection reset"));
  result.timed_out = timed_out;
  return result;
}

HttpResult FakeHttpTransport::TooLarge(int status, HttpHeaders headers) {
  HttpResult result = Failure(HttpResult::Fate::kBodyTooLarge,
                              absl::ResourceExhaustedError("the answer is too long"));
  result.response.status = status;
  result.response.headers = std::move(headers);
  return result;
}

HttpTransport::RequestId FakeHttpTransport::Send(HttpRequest request, Done done) {
  const RequestId id = ++last_id_;
  history_.push_back(request);
  unanswered_.push_back({{id, std::move(request)}, std::move(done)});
  if (handler_ == nullptr) return id;
  if (std::optional<HttpResult> result = handler_(history_.back())) Answer(id, *std::move(result));
  return id;
}

void FakeHttpTransport::Cancel(RequestId id) {
  const auto it = Find(id);
  if (it == unanswered_.end()) return;
  cancelled_.push_back(id);
  Deliver(it, Failure(cancel_fate_, absl::CancelledError("cancelled")));
}

std::vector<FakeHttpTransport::Exchange>::iterator FakeHttpTransport::Find(RequestId id) {
  return std::find_if(unanswered_.begin(), unanswered_.end(),
                      [&](const Exchange& exchange) { return exchange.pending.id == id; });
}

void FakeHttpTransport::Deliver(std::vector<Exchange>::iterator it, HttpResult result) {
  Done done = std::move(it->done);
  unanswered_.erase(it);
  ++*delivering_;
  loop_->Post([alive = std::weak_ptr<size_t>(delivering_), done = std::move(done),
               result = std::move(result)]() mutable {
    const std::shared_ptr<size_t> delivering = alive.lock();
    if (delivering == nullptr) return;
    --*delivering;
    done(std::move(result));
  });
}

}  // namespace gcjobs::testing
