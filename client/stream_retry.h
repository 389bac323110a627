#ifndef GCJOBS_CLIENT_STREAM_RETRY_H_
#define GCJOBS_CLIENT_STREAM_RETRY_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "client/cli_io.h"

namespace gcjobs {

// When to open a broken stream again: jittered backoff between tries, a bound
// on how long one outage may last, and an early end for a server that was
// never there. Which errors are worth it is the caller's business. For one
// thread.
class StreamRetry {
 public:
  // `io` must outlive it. `give_up_after`: how long one outage may last.
  StreamRetry(const CliIo* io, absl::Duration give_up_after);

  // Before each try; `connected`: the connection to the server stands.
  void OnTry(bool connected);

  // Something new came over the stream: the outage is over.
  void OnProgress();

  // Waits before the next try; false = give up with `status`, which ended the
  // last one. `on_outage` runs first when an outage begins, unless the server
  // was never reached.
  bool BackOff(const absl::Status& status, absl::FunctionRef<void()> on_outage);

  // Tries have failed, and nothing came since.
  bool in_outage() const { return outage_start_.has_value(); }

 private:
  const CliIo& io_;
  const absl::Duration give_up_after_;
  absl::BitGen random_;

  bool was_connected_ = false;  // the server has been reached at least once
  int failures_ = 0;            // in a row
  absl::Time try_start_;
  std::optional<absl::Time> outage_start_;
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_STREAM_RETRY_H_
