#ifndef GCJOBS_CLIENT_RESUMABLE_STREAM_H_
#define GCJOBS_CLIENT_RESUMABLE_STREAM_H_

#include <memory>
#include <optional>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "client/cli_io.h"
#include "client/rpc_client.h"
#include "common/status_macros.h"

namespace gcjobs {

// What is to be read over a ResumableStream: knows the point to resume from and
// what to do with each message. Called on the thread that reads.
template <typename Message>
class StreamReader {
 public:
  enum class Next { kDone, kResumeAtOnce };

  virtual ~StreamReader() = default;

  // Opens a stream that goes on after the last message that was taken.
  virtual std::unique_ptr<ServerStream<Message>> Open() = 0;

  // Takes the next message; its content may be moved away. False: no more are
  // wanted. An error ends the reading, since a resumed stream would meet it
  // again.
  virtual absl::StatusOr<bool> OnMessage(Message* message) = 0;

  // What follows from the end of a stream. An error that may pass has the
  // stream resumed after a while; any other is the end of the reading.
  virtual absl::StatusOr<Next> OnStreamEnd(const absl::Status& end) = 0;

  // The stream broke and will be resumed. Once an outage, and not for a server
  // that was never reached.
  virtual void OnConnectionLost(const absl::Status& why) = 0;

  // The server is back. More than once an outage when it goes away again before
  // a message came.
  virtual void OnConnectionRestored() = 0;
};

// Reads a stream of messages over as many RPCs as it takes: when one breaks,
// the next goes on from the reader's resume point, after a jittered backoff.
// Gives up when an outage lasts too long, and early on a server that was never
// there. For one thread and one reading.
class ResumableStream {
 public:
  // Both must outlive it. `reconnect_for`: how long one outage may last.
  ResumableStream(RpcClient* client, const CliIo* io, absl::Duration reconnect_for)
      : client_(*client), io_(*io), reconnect_for_(reconnect_for) {}

  // Until the reader is done (OK). Errors: the reader's, what the last try met
  // before giving up, CANCELLED after an interrupt.
  template <typename Message>
  absl::Status Read(StreamReader<Message>* reader);

  // Whether a later try may not meet the error again: the server was not
  // reached, the stream was cut, or the server says that a retry is worth it.
  static bool MayPass(const absl::Status& status);

 private:
  void BeginTry(bool connected);
  void OnProgress();
  // Takes note of a stream that failed; true when it begins an outage that is
  // worth telling.
  bool BeginsOutage();
  // Waits before the next try; false: give up with `status`.
  bool BackOff(const absl::Status& status);

  RpcClient& client_;
  const CliIo& io_;
  const absl::Duration reconnect_for_;
  absl::BitGen random_;

  bool was_connected_ = false;  // the server has been reached at least once
  int failures_ = 0;            // in a row
  absl::Time try_start_;
  std::optional<absl::Time> outage_start_;  // tries have failed, and nothing came since
};

template <typename Message>
absl::Status ResumableStream::Read(StreamReader<Message>* reader) {
  using Next = typename StreamReader<Message>::Next;
  Message message;  // used again: its buffers keep their size
  for (;;) {
    const bool connected = client_.WaitForConnection();
    if (connected && outage_start_.has_value()) reader->OnConnectionRestored();
    BeginTry(connected);

    const std::unique_ptr<ServerStream<Message>> stream = reader->Open();
    while (stream->Read(&message)) {
      ASSIGN_OR_RETURN(const bool wants_more, reader->OnMessage(&message));
      if (!wants_more) return absl::OkStatus();
      OnProgress();
    }

    const absl::StatusOr<Next> next = reader->OnStreamEnd(stream->Finish());
    if (next.ok() && *next == Next::kDone) return absl::OkStatus();
    if (io_.interrupt->IsSet()) return absl::CancelledError("interrupted");
    if (next.ok()) continue;
    if (!MayPass(next.status())) return next.status();
    if (BeginsOutage()) reader->OnConnectionLost(next.status());
    if (!BackOff(next.status())) return next.status();
    client_.Reconnect();
  }
}

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_RESUMABLE_STREAM_H_
