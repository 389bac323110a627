#include "server/store/job_query.h"

#include <algorithm>

#include "common/time_conversion.h"

namespace gcjobs {
namespace {

// Whether `list` is empty, which allows everything, or has `value`.
template <typename List, typename Value>
bool Allows(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool HasLabels(const v1::JobFilter& filter, const v1::Job& job) {
  return std::all_of(filter.labels().begin(), filter.labels().end(), [&job](const auto& wanted) {
    const auto label = job.labels().find(wanted.first);
    return label != job.labels().end() && label->second == wanted.second;
  });
}

bool IsCreatedWithin(const v1::JobFilter& filter, const v1::Job& job) {
  const absl::Time created = FromProto(job.create_time());
  if (filter.has_create_time_after() && created < FromProto(filter.create_time_after())) {
    return false;
  }
  return !filter.has_create_time_before() || created < FromProto(filter.create_time_before());
}

}  // namespace

bool Matches(const v1::JobFilter& filter, const v1::Job& job) {
  return Allows(filter.orgs(), job.org()) && Allows(filter.states(), job.state()) &&
         Allows(filter.kinds(), job.kind()) &&
         (filter.action_id().empty() || filter.action_id() == job.action_id()) &&
         HasLabels(filter, job) && IsCreatedWithin(filter, job);
}

}  // namespace gcjobs
