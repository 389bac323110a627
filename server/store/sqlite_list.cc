#include "server/store/sqlite_list.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/time_conversion.h"
#include "server/store/job_state.h"
#include "server/store/sqlite_rows.h"

namespace gcjobs {
namespace {

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
    AddCondition("state <= 3", {});  // as the partial index says it
    index_ = "jobs_live";
  }
  AddPosition(query);
  AddFilter(query.filter);
  const absl::string_view direction = order.descending ? " DESC" : "";
  sql_ = absl::StrCat("SELECT record FROM jobs INDEXED BY ", index_,
                      conditions_.empty() ? "" : " WHERE ", absl::StrJoin(conditions_, " AND "),
                      " ORDER BY ", order.column, direction, ", job_id", direction);
}

void ListStatement::BindTo(SqliteQuery* statement) const {
  for (const Value& value : values_) {
    std::visit([statement](const auto& v) { statement->Bind(v); }, value);
  }
}

void ListStatement::AddPosition(const JobQuery& query) {
  if (query.max_revision) AddCondition("revision <= ?", {*query.max_revision});
  if (!query.after) return;
  const Order order = OrderOf(query.order);
  const int64_t key =
      query.order == JobOrder::kRevision ? query.after->revision : ToColumn(query.after->time);
  AddCondition(
      absl::StrCat("(", order.column, ", job_id) ", order.descending ? "<" : ">", " (?, ?)"),
      {key, absl::string_view(query.after->job_id)});
}

void ListStatement::AddFilter(const v1::JobFilter& filter) {
  AddChoice("org", filter.orgs());
  AddChoice("state", filter.states());
  AddChoice("kind", filter.kinds());
  if (!filter.action_id().empty()) {
    AddCondition("action_id = ?", {absl::string_view(filter.action_id())});
  }
  if (filter.has_create_time_after()) {
    AddCondition("create_time >= ?", {ToColumn(FromProto(filter.create_time_after()))});
  }
  if (filter.has_create_time_before()) {
    // Not `<`: the column saturates; Matches has the last word.
    AddCondition("create_time <= ?", {ToColumn(FromProto(filter.create_time_before()))});
  }
}

template <typename List>
void ListStatement::AddChoice(absl::string_view column, const List& values) {
  if (values.empty()) return;
  std::vector<Value> choices;
  for (const auto& value : values) {
    if constexpr (std::is_integral_v<std::decay_t<decltype(value)>>) {
      choices.emplace_back(int64_t{value});
    } else {
      choices.emplace_back(absl::string_view(value));
    }
  }
  const std::vector<absl::string_view> marks(choices.size(), "?");
  AddCondition(absl::StrCat(column, " IN (", absl::StrJoin(marks, ","), ")"), std::move(choices));
}

void ListStatement::AddCondition(absl::string_view condition, std::vector<Value> values) {
  conditions_.emplace_back(condition);
  values_.insert(values_.end(), values.begin(), values.end());
}

}  // namespace gcjobs
