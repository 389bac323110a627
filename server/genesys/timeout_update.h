#ifndef GCJOBS_SERVER_GENESYS_TIMEOUT_UPDATE_H_
#define GCJOBS_SERVER_GENESYS_TIMEOUT_UPDATE_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/action_codec.h"
#include "server/genesys/action_timeouts.h"
#include "server/genesys/genesys_client.h"
#include "server/net/event_loop.h"

namespace gcjobs {

// How long a call of ActionTimeouts waits for the request budget: somebody
// waits for the answer.
inline constexpr absl::Duration kMaxPermitWait = absl::Seconds(25);

// One change of one action's time limit, a chain of calls:
//
//   read -> (already set: done) -> write -> read back -> done
//     ^                              |
//     +--- wait <---- conflict ------+
//
// A write whose outcome is not known is decided by the read-back. Keeps itself
// alive until `done` has run. Loop thread only.
class TimeoutUpdate : public std::enable_shared_from_this<TimeoutUpdate> {
 public:
  using Done = ActionTimeouts::Done<v1::ActionTimeout>;

  // Runs `done` exactly once, never from within. `client` and `loop` must
  // outlive the chain.
  static void Start(GenesysClient* client, EventLoop* loop, ActionTimeouts::Update update,
                    Done done);

 private:
  TimeoutUpdate(GenesysClient* client, EventLoop* loop, ActionTimeouts::Update update, Done done);

  void Read();
  void OnRead(ApiReply reply);
  absl::Status CheckRecord() const;
  void Write();
  void OnWritten(ApiReply reply);
  void OnConflict(absl::Status status);
  void ReadBack(absl::Status write_status);
  void OnReadBack(const absl::Status& write_status, const ApiReply& reply);
  void Finish(absl::StatusOr<v1::ActionTimeout> result);
  // What is told of the action: `record` now, `record_` before.
  v1::ActionTimeout Describe(const ActionRecord& record) const;

  GenesysClient* const client_;
  EventLoop* const loop_;
  const ActionRef action_;
  const ActionTimeouts::Update update_;
  const ActionCodec& codec_;
  absl::BitGen random_;
  Done done_;
  ActionRecord record_;  // as last read before a write
  int conflicts_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_TIMEOUT_UPDATE_H_
