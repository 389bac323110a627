#include "server/store/store_sql.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/job_state.h"
#include "common/time_conversion.h"
#include "gcjobs/v1/job.pb.h"

namespace gcjobs {
namespace {

// `state <= 3` is how the index of live jobs says "not terminal".
static_assert(v1::JOB_STATE_QUEUED == 1 && v1::JOB_STATE_PENDING == 2 &&
                  v1::JOB_STATE_RUNNING == 3 && v1::JOB_STATE_SUCCEEDED == 4,
              "the live states are 1 to 3, the terminal ones come after them");

// An order of jobs: its column and the index that has it.
struct Order {
  absl::string_view column;
  absl::string_view index;
  bool descending;
};

Order OrderOf(JobOrder order) {
  switch (order) {
    case JobOrder::kCreateTime:
      return {"create_time", "jobs_by_create_time", false};
    case JobOrder::kCreateTimeDesc:
      return {"create_time", "jobs_by_create_time", true};
    case JobOrder::kUpdateTime:
      return {"update_time", "jobs_by_update_time", false};
    case JobOrder::kUpdateTimeDesc:
      return {"update_time", "jobs_by_update_time", true};
    case JobOrder::kRevision:
      break;
  }
  return {"revision", "jobs_by_revision", false};
}

// Whether only live jobs are asked for: few among many that are done.
bool WantsLiveOnly(const v1::JobFilter& filter) {
  return !filter.states().empty() &&
         std::all_of(filter.states().begin(), filter.states().end(),
                     [](int state) { return !IsTerminal(static_cast<v1::JobState>(state)); });
}

}  // namespace

ListStatement::ListStatement(const JobQuery& query) {
  const Order order = OrderOf(query.order);
  index_ = order.index;
  if (order.column == "create_time" && WantsLiveOnly(query.filter)) {
    conditions_.push_back("state <= 3");  // as the partial index says it
    index_ = "jobs_live";
  }
  AddPosition(query);
  AddFilter(query.filter);
  const absl::string_view direction = order.descending ? " DESC" : "";
  // INDEXED BY is SQLite's: without it, statistics that it lacks would decide.
  text_ = absl::StrCat("SELECT record FROM jobs INDEXED BY ", index_,
                       conditions_.empty() ? "" : " WHERE ", absl::StrJoin(conditions_, " AND "),
                       " ORDER BY ", order.column, direction, ", job_id", direction);
}

std::string ListStatement::Mark(Value value) {
  values_.push_back(value);
  return absl::StrCat("$", values_.size());
}

void ListStatement::AddPosition(const JobQuery& query) {
  if (query.max_revision) {
    conditions_.push_back(absl::StrCat("revision <= ", Mark(*query.max_revision)));
  }
  if (!query.after) return;
  const Order order = OrderOf(query.order);
  const std::string key = Mark(query.order == JobOrder::kRevision ? query.after->revision
                                                                  : ToColumn(query.after->time));
  conditions_.push_back(absl::StrCat("(", order.column, ", job_id) ", order.descending ? "<" : ">",
                                     " (", key, ", ", Mark(absl::string_view(query.after->job_id)),
                                     ")"));
}

void ListStatement::AddFilter(const v1::JobFilter& filter) {
  AddChoice("org", filter.orgs());
  AddChoice("state", filter.states());
  AddChoice("kind", filter.kinds());
  if (!filter.action_id().empty()) {
    conditions_.push_back(
        absl::StrCat("action_id = ", Mark(absl::string_view(filter.action_id()))));
  }
  if (filter.has_create_time_after()) {
    const int64_t after = ToColumn(FromProto(filter.create_time_after()));
    conditions_.push_back(absl::StrCat("create_time >= ", Mark(after)));
  }
  if (filter.has_create_time_before()) {
    // Not `<`: the column saturates; Matches has the last word.
    const int64_t before = ToColumn(FromProto(filter.create_time_before()));
    conditions_.push_back(absl::StrCat("create_time <= ", Mark(before)));
  }
}

template <typename List>
void ListStatement::AddChoice(absl::string_view column, const List& values) {
  if (values.empty()) return;
  std::vector<std::string> marks;
  for (const auto& value : values) {
    if constexpr (std::is_integral_v<std::decay_t<decltype(value)>>) {
      marks.push_back(Mark(int64_t{value}));
    } else {
      marks.push_back(Mark(absl::string_view(value)));
    }
  }
  conditions_.push_back(absl::StrCat(column, " IN (", absl::StrJoin(marks, ","), ")"));
}

}  // namespace gcjobs
