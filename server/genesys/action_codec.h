#ifndef GCJOBS_SERVER_GENESYS_ACTION_CODEC_H_
#define GCJOBS_SERVER_GENESYS_ACTION_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/json.h"
#include "gcjobs/v1/action_service.pb.h"
#include "server/genesys/genesys_client.h"

namespace gcjobs {

// Which data action.
struct ActionRef {
  std::string action_id;
  std::string flow_id;  // empty: an integration action
};

// An action as it was read.
struct ActionRecord {
  std::string id;
  std::string name;
  std::string type;                       // flow data action
  std::string flow_id;                    // flow data action, if it says so
  std::string category;                   // integration action
  std::string integration_id;             // integration action
  std::optional<absl::Duration> timeout;  // unset: it states none
  std::optional<int64_t> version;
  std::string body;  // the whole answer, for the write
  // The first of these members that cannot be used and is left unset; OK when
  // there is none. INVALID_ARGUMENT.
  absl::Status problem;
};

// The wire of one family of data actions: how one is read and listed, and how
// its time limit is written. Stateless, thread-safe.
class ActionCodec {
 public:
  virtual ~ActionCodec() = default;

  virtual ApiRequest BuildRead(const ActionRef& action) const = 0;

  // Reads a 2xx answer to BuildRead; GENESYS_BAD_RESPONSE when it is not an
  // action, or when something about it cannot be used.
  absl::StatusOr<ActionRecord> ParseRead(const HttpResponse& response) const;

  // One entity of a listing; unset when it cannot be one, for it has no id.
  // What cannot be used is left out.
  std::optional<v1::Action> ParseEntity(const JsonValue& entity) const;

  // INVALID_ARGUMENT/TIMEOUT_OUT_OF_RANGE when no action of the family can
  // have that limit.
  virtual absl::Status CheckRange(const ActionRef& action, absl::Duration timeout) const = 0;

  // The same for the action at hand.
  virtual absl::Status CheckRangeOf(const ActionRecord& record, const ActionRef& action,
                                    absl::Duration timeout) const = 0;

  // The limit in force for an action that states none.
  virtual absl::Duration default_timeout() const = 0;

  // What else a reader of the action's limit should know; sentences.
  virtual std::vector<std::string> NotesOn(const ActionRecord& record) const = 0;

  // The write that sets the limit and leaves all else as it was read.
  // GENESYS_BAD_RESPONSE when what was read has no place for it.
  virtual absl::StatusOr<ApiRequest> BuildWrite(const ActionRef& action, const ActionRecord& record,
                                                absl::Duration timeout) const = 0;

 protected:
  // Reads what is the family's own: `record` has the rest, but for `body`.
  virtual void ReadOwn(const JsonValue& action, ActionRecord* record) const = 0;

  // How errors name the call.
  virtual absl::string_view read_name() const = 0;

 private:
  ActionRecord ReadRecord(const JsonValue& action) const;
};

// The codec of a flow's data actions (`flow_id` is set) and of integration
// actions. They live for ever.
const ActionCodec& FlowActionCodec();
const ActionCodec& IntegrationActionCodec();
const ActionCodec& CodecOf(absl::string_view flow_id);
const ActionCodec& CodecOf(v1::ActionFamily family);

// TIMEOUT_OUT_OF_RANGE: the action's limit must be `min` to `max`, in whole
// `unit`s.
absl::Status CheckTimeout(const ActionRef& action, absl::Duration timeout, absl::Duration min,
                          absl::Duration max, absl::Duration unit);

// GENESYS_BAD_RESPONSE: the action was read, but `problem`.
absl::Status BadAction(const ActionRef& action, absl::string_view problem);

// Sets the record's timeout to a JSON number of `unit`s; null is none. Anything
// else than a number that a time limit could be is a problem.
void ReadTimeout(const std::optional<JsonValue>& value, absl::Duration unit, ActionRecord* record);

// What is told of an action that was read.
v1::ActionTimeout DescribeAction(const ActionRef& action, const ActionRecord& record);

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_ACTION_CODEC_H_
