#ifndef GCJOBS_SERVER_JOBS_STORIES_H_
#define GCJOBS_SERVER_JOBS_STORIES_H_

#include <algorithm>
#include <cstddef>
#include <list>
#include <utility>

#include "common/task.h"

namespace gcjobs {

// Owns any number of stories, which end with it at the latest. Loop thread only.
class Stories {
 public:
  // Runs `task` up to its first wait.
  void Start(Task<> task) {
    // Those that are over go once they may be half of all: a constant cost for
    // each.
    if (stories_.size() >= sweep_at_) {
      stories_.remove_if([](const Story& story) { return story.is_over(); });
      sweep_at_ = std::max<size_t>(64, 2 * stories_.size());
    }
    stories_.emplace_back(std::move(task));
  }

  // Ends them all.
  void Clear() { stories_.clear(); }

 private:
  std::list<Story> stories_;
  size_t sweep_at_ = 64;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_STORIES_H_
