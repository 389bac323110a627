#ifndef GCJOBS_TESTS_FAKES_FAKE_GENESYS_CLIENT_H_
#define GCJOBS_TESTS_FAKES_FAKE_GENESYS_CLIENT_H_

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/error_info.h"

#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"

namespace gcjobs::testing {

// A GenesysClient whose permits and answers the test decides. Both come through
// the loop, as GenesysClient promises.
class FakeGenesysClient : public GenesysClient, private Permit::Issuer {
 public:
  struct Sent {
    ApiRequest request;
    absl::AnyInvocable<void(ApiReply)> done;
  };

  explicit FakeGenesysClient(EventLoop* loop) : loop_(loop) {}

  // Permits are granted at once, with this status, unless `hold_permits`.
  absl::Status permit_status;
  bool hold_permits = false;
  absl::Time throttled_until = absl::InfinitePast();

  // How long the budgets of families have no room.
  absl::flat_hash_map<std::string, absl::Duration> family_waits;

  Task<absl::StatusOr<Permit>> Acquire(RequestClass request_class, std::string /*family*/,
                                       absl::Duration /*max_wait*/) override {
    absl::StatusOr<Permit> permit = co_await Callback<absl::StatusOr<Permit>>([&](auto granted) {
      held_.push_back({request_class, std::move(granted)});
      if (!hold_permits) GrantHeld();
    });
    co_return permit;
  }

  absl::Duration FamilyWait(RequestClass /*request_class*/,
                            absl::string_view family) const override {
    const auto wait = family_waits.find(family);
    return wait == family_waits.end() ? absl::ZeroDuration() : wait->second;
  }

  // Answers all permits asked for with `permit_status`.
  void GrantHeld() {
    auto held = std::move(held_);
    held_.clear();
    for (auto& [request_class, granted] : held) {
      absl::StatusOr<Permit> permit = Permit();
      if (permit_status.ok()) {
        ++permits_out_;
        permit = Permit(issuer_, request_class);
      } else {
        permit = permit_status;
      }
      loop_->Post([granted = std::move(granted), permit = std::move(permit)]() mutable {
        granted(std::move(permit));
      });
    }
  }

  Task<ApiReply> Send(Permit permit, ApiRequest request) override {
    permit.GiveBack();
    ++sent_count_;
    ApiReply reply = co_await Callback<ApiReply>([&](auto done) {
      sent_.push_back({std::move(request), std::move(done)});
      OnSent();
    });
    co_return reply;
  }

  // A new token is good until `token_until`, or there is none.
  absl::StatusOr<absl::Time> token_until = absl::InfiniteFuture();
  Task<absl::StatusOr<absl::Time>> RenewToken() override { co_return token_until; }

  absl::Time ThrottledUntil(RequestClass /*request_class*/,
                            absl::string_view /*family*/) const override {
    return throttled_until;
  }

  // Relative links resolve by their simplest forms; absolute ones are foreign
  // unless they lead to https://api.example.com/.
  absl::StatusOr<std::string> ResolveLink(absl::string_view base,
                                          absl::string_view link) const override {
    constexpr absl::string_view kOrigin = "https://api.example.com";
    if (absl::StartsWith(link, absl::StrCat(kOrigin, "/"))) {
      return std::string(link.substr(kOrigin.size()));
    }
    if (absl::StartsWith(link, "http")) {
      absl::Status status = GenesysError(absl::StatusCode::kInternal, "GENESYS_BAD_RESPONSE");
      AddErrorMetadata(&status, "problem", "foreign_link");
      return status;
    }
    if (absl::StartsWith(link, "/")) return std::string(link);
    const absl::string_view path = base.substr(0, base.find('?'));
    if (absl::StartsWith(link, "?")) return absl::StrCat(path, link);
    return absl::StrCat(path.substr(0, path.rfind('/') + 1), link);
  }

  // Requests that wait for an answer, oldest first.
  const std::deque<Sent>& sent() const { return sent_; }
  int sent_count() const { return sent_count_; }
  // Permits granted and neither used nor given back.
  int permits_out() const { return permits_out_; }

  // Answers the oldest request, or that with `index` younger than it.
  void Answer(ApiReply reply, size_t index = 0) {
    auto done = std::move(sent_[index].done);
    sent_.erase(sent_.begin() + static_cast<ptrdiff_t>(index));
    loop_->Post(
        [done = std::move(done), reply = std::move(reply)]() mutable { done(std::move(reply)); });
  }

  static ApiReply Ok(std::string body, int status = 200) {
    ApiReply reply;
    reply.fate = HttpResult::Fate::kAnswered;
    reply.response.status = status;
    reply.response.body = std::move(body);
    return reply;
  }

  static ApiReply Error(int status, absl::StatusCode code, absl::string_view reason) {
    ApiReply reply;
    reply.fate = HttpResult::Fate::kAnswered;
    reply.response.status = status;
    reply.status = GenesysError(code, reason);
    return reply;
  }

  static ApiReply NotSent() { return Lost(HttpResult::Fate::kNotSent); }
  static ApiReply Broken() { return Lost(HttpResult::Fate::kBroken); }

  static absl::Status GenesysError(absl::StatusCode code, absl::string_view reason) {
    absl::Status status(code, "upstream said no");
    google::rpc::ErrorInfo info;
    info.set_reason(std::string(reason));
    info.set_domain(std::string(kDomainGenesys));
    SetErrorInfo(&status, info);
    return status;
  }

 protected:
  // A request was sent: the youngest of sent().
  virtual void OnSent() {}

 private:
  using Granted = absl::AnyInvocable<void(absl::StatusOr<Permit>)>;

  void TakeBack(RequestClass /*request_class*/, const std::string& /*family*/) override {
    --permits_out_;
  }

  static ApiReply Lost(HttpResult::Fate fate) {
    ApiReply reply;
    reply.fate = fate;
    reply.status = GenesysError(absl::StatusCode::kUnavailable, "GENESYS_UNAVAILABLE");
    return reply;
  }

  EventLoop* const loop_;
  const std::shared_ptr<Permit::Issuer> issuer_{static_cast<Permit::Issuer*>(this),
                                                [](Permit::Issuer*) {}};
  std::vector<std::pair<RequestClass, Granted>> held_;
  std::deque<Sent> sent_;
  int sent_count_ = 0;
  int permits_out_ = 0;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_FAKES_FAKE_GENESYS_CLIENT_H_
