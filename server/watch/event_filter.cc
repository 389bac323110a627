#include "server/watch/event_filter.h"

#include <algorithm>

#include "server/store/job_query.h"

namespace gcjobs {
namespace {

v1::JobFilter WithoutStates(v1::JobFilter filter) {
  filter.clear_states();
  return filter;
}

}  // namespace

EventFilter::EventFilter(const v1::JobFilter& filter)
    : filter_(filter),
      matches_all_(filter.ByteSizeLong() == 0),
      but_for_states_(WithoutStates(filter)) {}

bool EventFilter::Matches(const LoggedEvent& event) const {
  return matches_all_ || (MatchesStates(event) && gcjobs::Matches(but_for_states_, event.key()));
}

bool EventFilter::MatchesStates(const LoggedEvent& event) const {
  const auto& states = filter_.states();
  const auto asked = [&states](v1::JobState state) {
    return std::find(states.begin(), states.end(), state) != states.end();
  };
  return states.empty() || asked(event.key().state()) ||
         (event.type() == v1::EVENT_TYPE_TRANSITION && asked(event.previous_state()));
}

}  // namespace gcjobs
