#ifndef GCJOBS_SERVER_RPC_UNARY_CALL_H_
#define GCJOBS_SERVER_RPC_UNARY_CALL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/errors.h"
#include "common/grpc_status.h"
#include "common/log.h"
#include "server/rpc/auth/authenticator.h"

namespace gcjobs {

// A unary RPC that is being served: it must be finished exactly once. Handlers
// hand it from thread to thread as a shared_ptr; one thread at a time may use it.
//
// gRPC keeps context, request, response and reactor alive until Finish, even if
// the client has gone; it then drops the answer. Hence a handler needs no
// OnCancel, and a client that goes away changes nothing in what was begun for
// it.
//
// A call that nobody finishes, because a loop or a pool that closes destroyed
// the task that held it, is answered with UNAVAILABLE/SERVER_DRAINING; without
// that, the server's Shutdown would wait for ever.
template <typename Response>
class UnaryCall {
 public:
  // Only from the handler, once.
  // `method` is its name, for the log; lives for ever.
  UnaryCall(grpc::CallbackServerContext* context, Response* response, const char* method)
      : method_(method),
        begin_(absl::Now()),
        response_(response),
        reactor_(context->DefaultReactor()) {}
  ~UnaryCall() {
    if (reactor_ != nullptr) Refuse(ServerDrainingError());
  }
  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

  // What the handler returns. Valid until the call is finished.
  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // Each ends the call; request, response and context may not be used after.
  void Answer(Response response) {
    if (reactor_ == nullptr) return;
    *response_ = std::move(response);
    Finish(grpc::Status::OK);
  }
  void Refuse(const absl::Status& status) {
    if (reactor_ != nullptr) Finish(ToGrpc(status));
  }
  void AnswerOrRefuse(absl::StatusOr<Response> response) {
    return response.ok() ? Answer(*std::move(response)) : Refuse(response.status());
  }

 private:
  void Finish(grpc::Status status) {
    if (IsLogged(LogLevel::kDebug)) {
      Log(LogLevel::kDebug, "call",
          {{"method", method_},
           {"error_code", static_cast<int>(status.error_code())},
           {"error", status.error_message()},
           {"took", absl::Now() - begin_}});
    }
    std::exchange(reactor_, nullptr)->Finish(std::move(status));
  }

  const char* const method_;
  const absl::Time begin_;

  Response* const response_;
  grpc::ServerUnaryReactor* reactor_;  // null when finished
};

template <typename Response>
using CallPtr = std::shared_ptr<UnaryCall<Response>>;

// A callback that ends the call with what it gets.
template <typename Response>
auto FinishWith(CallPtr<Response> call) {
  return [call = std::move(call)](absl::StatusOr<Response> answer) {
    call->AnswerOrRefuse(std::move(answer));
  };
}

// The frame of every unary handler: authenticates, then runs
// `begin(call, principal)`, which validates the request and hands the call on;
// when it returns an error instead, the call is refused with that error. Runs
// `begin` before it returns. Returns what the handler returns. `method` is the name of
// the handler that calls it.
template <typename Response, typename Begin>
grpc::ServerUnaryReactor* ServeUnary(const Authenticator& authenticator,
                                     grpc::CallbackServerContext* context, Response* response,
                                     Begin begin, const char* method = __builtin_FUNCTION()) {
  const auto call = std::make_shared<UnaryCall<Response>>(context, response, method);
  grpc::ServerUnaryReactor* const reactor = call->reactor();
  const absl::StatusOr<std::string> principal = authenticator.Authenticate(*context);
  const absl::Status status = principal.ok() ? begin(call, *principal) : principal.status();
  if (!status.ok()) call->Refuse(status);
  return reactor;
}

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_UNARY_CALL_H_
