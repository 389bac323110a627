#ifndef GCJOBS_CLIENT_EVENT_STREAM_H_
#define GCJOBS_CLIENT_EVENT_STREAM_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"

#include "client/connection.h"
#include "client/interrupt.h"
#include "common/grpc_status.h"

namespace gcjobs {

// A stream of messages from the server. One thread reads; an interrupt from
// any thread ends it. Destroying it early cancels the stream.
template <typename Message>
class EventStream {
 public:
  EventStream(std::shared_ptr<Connection> connection, Interrupt* interrupt)
      : connection_(std::move(connection)), scope_(interrupt, &context_) {}

  ~EventStream() {
    if (reader_ == nullptr || finished_) return;
    context_.TryCancel();
    Finish().IgnoreError();  // ours: nobody asks any more
  }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  grpc::ClientContext* context() { return &context_; }

  // REQUIRES: called once, before the first Read.
  void Start(std::unique_ptr<grpc::ClientReader<Message>> reader) { reader_ = std::move(reader); }

  // Waits for the next message; false at the stream's end, whose reason Finish
  // tells.
  bool Read(Message* message) { return reader_->Read(message); }

  // REQUIRES: called once, after Read gave false.
  absl::Status Finish() {
    finished_ = true;
    return FromGrpc(reader_->Finish());
  }

 private:
  const std::shared_ptr<Connection> connection_;  // outlives the call
  grpc::ClientContext context_;
  Interrupt::Scope scope_;
  std::unique_ptr<grpc::ClientReader<Message>> reader_;
  bool finished_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_EVENT_STREAM_H_
