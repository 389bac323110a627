#ifndef GCJOBS_TESTS_UNIT_RPC_FAKE_ACTION_BACKEND_H_
#define GCJOBS_TESTS_UNIT_RPC_FAKE_ACTION_BACKEND_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"

#include "common/error_info.h"
#include "common/time_conversion.h"
#include "server/rpc/action_backend.h"

namespace gcjobs::testing {

// Data actions in memory. The test fills it before the server starts, and
// looks at it when the calls have ended.
class FakeActionBackend final : public ActionBackend {
 public:
  void List(ListQuery query, Done<ListPage> done) override {
    const size_t first = static_cast<size_t>(query.page_size) * (query.page_number - 1);
    const size_t end = std::min(names.size(), first + query.page_size);
    ListPage page;
    for (size_t i = first; i < end; ++i) {
      v1::Action action;
      action.set_name(names[i]);
      page.actions.push_back(action);
    }
    if (end < names.size()) page.next_page_number = query.page_number + 1;
    queries.push_back(std::move(query));
    done(std::move(page));
  }

  void Get(std::string action_id, std::string flow_id, Done<v1::ActionTimeout> done) override {
    if (!refusal.ok()) return done(refusal);
    v1::ActionTimeout timeout;
    timeout.set_action_id(action_id);
    timeout.set_flow_id(flow_id);
    done(timeout);
  }

  void Set(Update update, Done<v1::ActionTimeout> done) override {
    updates.push_back(update);
    if (holds_updates) {
      held_update = std::move(done);
      update_came.Notify();
      return;
    }
    v1::ActionTimeout timeout;
    timeout.set_action_id(update.action_id);
    *timeout.mutable_timeout() = ToProto(update.timeout);
    timeout.set_verified(true);
    done(timeout);
  }

  std::vector<std::string> names;  // what List pages through
  absl::Status refusal;            // not OK: what Get answers
  bool holds_updates = false;      // Set answers when the test runs held_update

  std::vector<ListQuery> queries;
  std::vector<Update> updates;
  absl::Notification update_came;
  Done<v1::ActionTimeout> held_update;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RPC_FAKE_ACTION_BACKEND_H_
