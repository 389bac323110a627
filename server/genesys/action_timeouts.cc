#include "server/genesys/action_timeouts.h"

#include <utility>

#include "server/genesys/action_codec.h"
#include "server/genesys/action_listing.h"
#include "server/genesys/api_call.h"
#include "server/genesys/timeout_update.h"

namespace gcjobs {

ActionTimeouts::ActionTimeouts(GenesysClient* client, EventLoop* loop)
    : client_(client), loop_(loop) {}

void ActionTimeouts::List(ListQuery query, Done<ListPage> done) {
  ApiRequest request = BuildListRequest(query);
  CallApi(client_, std::move(request), kMaxPermitWait,
          [query = std::move(query), done = std::move(done)](const ApiReply& reply) mutable {
            if (reply.status.ok()) {
              done(ParseListPage(query, reply.response));
            } else {
              done(reply.status);
            }
          });
}

void ActionTimeouts::Get(std::string action_id, std::string flow_id, Done<v1::ActionTimeout> done) {
  ActionRef action{std::move(action_id), std::move(flow_id)};
  const ActionCodec& codec = CodecOf(action.flow_id);
  CallApi(client_, codec.BuildRead(action), kMaxPermitWait,
          [action, &codec, done = std::move(done)](const ApiReply& reply) mutable {
            if (!reply.status.ok()) return done(reply.status);
            const absl::StatusOr<ActionRecord> record = codec.ParseRead(reply.response);
            if (!record.ok()) return done(record.status());
            done(DescribeAction(action, *record));
          });
}

void ActionTimeouts::Set(Update update, Done<v1::ActionTimeout> done) {
  TimeoutUpdate::Start(client_, loop_, std::move(update), std::move(done));
}

}  // namespace gcjobs
