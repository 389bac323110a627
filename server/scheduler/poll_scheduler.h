#ifndef GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/random/bit_gen_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/scheduler/poll_explanation.h"
#include "server/scheduler/poll_planner.h"
#include "server/scheduler/poll_price.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/survival_book.h"

namespace gcjobs {

// The caller's PollPolicy for one job: see v1.PollPolicy.
struct PollPolicy {
  std::optional<absl::Duration> initial_interval;
  std::optional<absl::Duration> max_interval;
};

// A job that is to be polled until it ends.
struct PollTask {
  std::string job_id;
  // Jobs of one class last about as long: `action.async/ID`, `query/7d`. The
  // part before the last slash names the class above, which speaks for classes
  // not seen before.
  std::string poll_class;
  // When Genesys Cloud accepted it, on the clock's monotonic scale. May lie before
  // the start of this process.
  absl::Time accepted_at;
  PollPolicy policy;
};

// Decides which job is polled next, and when. It sends nothing: whoever has a
// request to spend asks Take().
//
// Gives each request to the job with the largest expected waste: the seconds
// that have probably gone by since it ended, undetected (SurvivalCurve::Waste).
// When a poll of a job is due says the best plan for the present price of a poll
// (PollPlan, PollPrice), which is how scarcity spaces the polls of all jobs at
// once; where several are due, the one goes first that has wasted most since.
//
// Jobs of one class that were last seen at about the same age have the same
// future: they form a cohort, and the one whose poll is longest ago has the
// largest waste of them. So only the heads of cohorts are compared, and a
// decision costs O(log cohorts), whether there are ten jobs or a million; a
// job itself costs a list entry.
//
// A gap is at least `min_gap` and at most `max_gap`, varied by `jitter`. Where
// so many jobs live that even polling them in turn would take long, the cap
// gives way: it never takes more than a third of the budget, or an eighth where the
// class's law is well known, because then the cap guards against nothing and
// each poll it forces is missing elsewhere (docs/decisions/0006).
//
// Three files: waste_poll_cohorts.cc has the jobs and their cohorts,
// waste_poll_due.cc when a poll is due, poll_scheduler.cc the rest.
//
// Times are on the clock's monotonic scale. Loop thread only.
class PollScheduler {
 public:
  struct Options {
    // No poll sooner than this after the one before, unless the caller's
    // policy says so.
    absl::Duration min_gap = absl::Milliseconds(250);
    // No gap longer than this while the budget suffices: a wrong model would
    // cost too much.
    absl::Duration max_gap = absl::Seconds(30);
    // Each gap is varied by so much up or down, so that jobs submitted
    // together, replicas and restarts do not beat in step.
    double jitter = 0.1;
    // Of so many jobs one gets its first poll early, at a random part of its gap,
    // to find out whether the law still holds; of a class of which little is known
    // more of them. 0: none.
    int one_early_of = 16;
    // The waste of a watched job counts so many times where the budget is
    // short: its gaps are then half as long.
    double watched_weight = 4;
    PollPrice::Options price;
  };

  // All must outlive the scheduler. `book` is told what polls show.
  PollScheduler(Options options, const RequestBudget* budget, SurvivalBook* book,
                absl::BitGenRef random, absl::Time now);

  // Starts polling a job. REQUIRES: it is not known yet.
  void Add(PollTask task, absl::Time now);

  // The job that deserves the next poll, if one is due. It is under way from now
  // on, and not offered again until SeenUnfinished() or Postpone().
  std::optional<std::string> Take(absl::Time now);

  // What became of a job that was taken. All are harmless when it is unknown.
  //
  // The poll has seen it unfinished.
  void SeenUnfinished(absl::string_view job_id, absl::Time now);
  // The poll has failed (an error, not an unfinished job): not again before `until`.
  // Also holds back a job that was not taken.
  void Postpone(absl::string_view job_id, absl::Time until);
  // The poll has seen that it ended upstream, which teaches how long jobs of its
  // class last. It is forgotten.
  void SeenEnded(absl::string_view job_id, absl::Time now);

  // Forgets a job without learning from it: it was cancelled or given up.
  // Harmless when it is unknown.
  void Remove(absl::string_view job_id);

  // Lets the time pass and says when to come back: at `now` or earlier when a
  // poll is due, InfiniteFuture when there is no job to wait for. That may be before
  // anything is due, because the price of a poll may have fallen by then.
  absl::Time Refresh(absl::Time now);

  // When that job's next poll is due; InfiniteFuture when it is unknown or its
  // poll is under way.
  absl::Time NextDue(absl::string_view job_id) const;

  // Somebody watches the job, or nobody does any more: watched jobs may be
  // polled sooner where the budget is short.
  void SetWatched(absl::string_view job_id, bool watched);

  // Why the job's next poll is when it is; nothing when it is unknown.
  std::optional<PollExplanation> Explain(absl::string_view job_id, absl::Time now) const;

  // Live jobs, and the cohorts they form.
  size_t jobs() const { return by_id_.size(); }
  size_t cohorts() const { return cohorts_.size() - free_cohorts_.size(); }

 private:
  using JobIndex = uint32_t;
  using CohortIndex = uint32_t;
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Parts of a gap at whose ends early polls are.
  static constexpr int kEarlyParts = 8;

  struct Job {
    std::string id;
    absl::Time accepted_at;
    absl::Time seen_at;  // last seen unfinished; accepted_at when never
    SurvivalBook::ClassId poll_class = 0;
    JobIndex before = kNone, after = kNone;  // in its cohort
    CohortIndex cohort = kNone;              // kNone: in under_way_
    bool watched = false;
    // Its next poll is at so many parts of its gap, of kEarlyParts; 0: at its end.
    uint8_t early = 0;
    bool has_policy = false;  // is in policies_
    bool postponed = false;   // is in postponed_

    // In seconds; never negative.
    double AgeAt(absl::Time time) const {
      return std::max(absl::ToDoubleSeconds(time - accepted_at), 0.0);
    }
  };

  struct CohortKey {
    SurvivalBook::ClassId poll_class;
    uint32_t age;  // of the last poll, log-spaced; 0: never polled
    uint8_t early;
    template <typename H>
    friend H AbslHashValue(H h, const CohortKey& key) {
      return H::combine(std::move(h), key.poll_class, key.age, key.early);
    }
    bool operator==(const CohortKey& other) const {
      return poll_class == other.poll_class && age == other.age && early == other.early;
    }
  };

  struct Cohort {
    CohortKey key{};
    bool shared = false;  // in by_key_
    JobIndex head = kNone, tail = kNone;
    float jitter = 0;       // of the head's gap, in [-1, 1]
    uint32_t ripe = kNone;  // its place in ripe_, if it is there
    absl::Time due;         // its place in waiting_, otherwise
  };

  struct Ranked {
    CohortIndex cohort;
    double rank;  // seconds, at least the price
  };

  // When a poll is due and what says so.
  struct Due {
    absl::Time time;
    PollLimit limit = PollLimit::kWaste;
  };

  JobIndex Find(absl::string_view job_id) const;
  JobIndex NewJob(PollTask task);
  void Forget(JobIndex index);
  uint8_t EarlyParts(SurvivalBook::ClassId poll_class);

  // Puts a job that is in no cohort into the one where it belongs: that of its
  // class and age, or one of its own where something about it is special.
  void Join(JobIndex index);
  bool JoinShared(JobIndex index);
  void InsertAfter(JobIndex index, JobIndex before, CohortIndex cohort);
  // Takes it out again.
  void Leave(JobIndex index);
  CohortKey KeyOf(const Job& job) const;
  CohortIndex NewCohort();
  void Dissolve(CohortIndex index);

  const SurvivalCurve& CurveOf(const Job& job) const;
  PollKind KindOfPoll(const Job& job) const;
  double WeightOf(const Job& job) const;
  double PriceFor(const Job& job) const;
  absl::Duration MaxGap(const Job& job) const;
  Due DueOf(JobIndex index, double jitter) const;
  Due DueByModel(const Job& job, double jitter, absl::Duration max_gap) const;
  static Due DueByPolicy(const Job& job, const Due& due, const PollPolicy& policy);

  void Advance(absl::Time now);
  absl::Time NextDue() const;
  bool IsStale() const;
  void GatherRipe();
  // Gives a cohort its place among the waiting or the ripe ones.
  void Schedule(CohortIndex index);
  void Unschedule(CohortIndex index);
  // Puts it in the other place when its head is not due any more.
  double RankOrReturn(CohortIndex index);
  std::optional<Ranked> MostWasteful();

  const Options options_;
  const RequestBudget* const budget_;
  SurvivalBook* const book_;
  absl::BitGenRef random_;
  PollPrice price_;
  mutable PollPlanner planner_;
  absl::Time now_;

  // A deque: growing moves nothing, and wastes no half of the memory.
  std::deque<Job> jobs_;
  std::vector<JobIndex> free_jobs_;
  absl::flat_hash_map<JobIndex, PollPolicy> policies_;
  absl::flat_hash_map<JobIndex, absl::Time> postponed_;
  absl::flat_hash_map<JobIndex, absl::Time> under_way_;  // when the poll was taken

  struct IdHash {
    using is_transparent = void;
    const std::deque<Job>* jobs;
    size_t operator()(absl::string_view id) const { return absl::Hash<absl::string_view>{}(id); }
    size_t operator()(JobIndex job) const { return (*this)((*jobs)[job].id); }
  };
  struct IdEqual {
    using is_transparent = void;
    const std::deque<Job>* jobs;
    bool operator()(JobIndex a, JobIndex b) const { return a == b; }
    bool operator()(JobIndex a, absl::string_view b) const { return (*jobs)[a].id == b; }
    bool operator()(absl::string_view a, JobIndex b) const { return (*jobs)[b].id == a; }
  };
  absl::flat_hash_set<JobIndex, IdHash, IdEqual> by_id_;

  std::vector<Cohort> cohorts_;
  std::vector<CohortIndex> free_cohorts_;
  absl::flat_hash_map<CohortKey, CohortIndex> by_key_;
  absl::btree_set<std::pair<absl::Time, CohortIndex>> waiting_;  // by due time
  std::vector<CohortIndex> ripe_;                                // due, in no order
  size_t next_ripe_ = 0;                                         // where the next comparison begins

  // Due times were computed at this price and this knowledge.
  double scheduled_price_ = 0;
  uint64_t scheduled_version_ = 0;
  absl::Time rescheduled_at_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
