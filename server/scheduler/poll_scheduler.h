#ifndef GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
#define GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/random/bit_gen_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "server/scheduler/poll_explanation.h"
#include "server/scheduler/poll_plan.h"
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
  // When Genesys Cloud accepted the job, on the clock's monotonic scale. May lie
  // before the start of this process.
  absl::Time accepted_at;
  PollPolicy policy;
};

// Decides which job is polled next, and when. It sends nothing: whoever has a
// request to spend asks Take().
//
// Each request goes to the job with the largest expected waste: the seconds that
// have probably gone by since it ended, undetected (SurvivalCurve::Waste). When a
// job's next poll is due is told by the best plan for the present price of a poll
// (PollPlan, PollPrice); the price is how scarcity spaces the polls of all jobs at
// once. Where several are due, the one that has wasted most since then is first.
//
// A gap is at least `min_gap` and at most `max_gap`, varied by `jitter`. Where so
// many jobs live that even polling them in turn would take long, the cap gives
// way: it never takes more than a third of the budget, or an eighth where the
// class's law is well known, because then the cap guards against nothing and each
// poll it forces is missing elsewhere (docs/decisions/0006).
//
// Made for 100,000 live jobs and five decisions a second: a decision takes some
// tens of microseconds, a job some 200 bytes.
//
// Times are on the clock's monotonic scale. Loop thread only.
class PollScheduler {
 public:
  struct Options {
    // No poll sooner than this after the one before, unless the caller's policy
    // says so.
    absl::Duration min_gap = absl::Milliseconds(250);
    // No gap longer than this while the budget suffices: a wrong model would cost
    // too much.
    absl::Duration max_gap = absl::Seconds(30);
    // Each gap is varied by so much up or down (a share of it), so that jobs
    // submitted together, replicas and restarts do not beat in step.
    double jitter = 0.1;
    // One job in so many gets its first poll early, at a random part of its gap, to
    // find out whether the law still holds; of a class of which little is known,
    // more of them. 0: none.
    int one_early_of = 16;
    // The waste of a watched job counts so many times where the budget is short:
    // its gaps are then half as long. At least 1.
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

  // What became of a job that was taken; harmless when it is unknown.
  //
  // The poll has seen it unfinished; with kChanged, in another status than the poll
  // before.
  enum class Status { kSame, kChanged };
  void SeenUnfinished(absl::string_view job_id, absl::Time now, Status status = Status::kSame);
  // The poll has failed (an error, not an unfinished job): not again before
  // `until`. Also holds back a job that was not taken.
  void Postpone(absl::string_view job_id, absl::Time until);
  // The poll has seen that it ended upstream, which teaches how long jobs of its
  // class last. It is forgotten.
  void SeenEnded(absl::string_view job_id, absl::Time now);

  // The caller has another policy for the job from now on. Harmless when it is
  // unknown.
  void SetPolicy(absl::string_view job_id, const PollPolicy& policy);

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

  // Somebody watches the job, or nobody does any more: watched jobs may be polled
  // sooner where the budget is short.
  void SetWatched(absl::string_view job_id, bool watched);

  // Why the job's next poll is when it is; nothing when it is unknown.
  std::optional<PollExplanation> Explain(absl::string_view job_id, absl::Time now) const;

  // The organisation's budget, for what waits for it before it is polled.
  const RequestBudget& budget() const { return *budget_; }

  // Jobs whose next poll is due and has not been sent. Looks at each of them: for
  // whoever asks now and then.
  size_t CountDue(absl::Time now) const;

  // Live jobs.
  size_t jobs() const { return jobs_.size(); }

  // Those that are older at `now` than 99 % of their class become. Looks at each.
  size_t CountOverdue(absl::Time now) const;

 private:
  struct Job {
    std::string id;
    absl::Time accepted_at;
    absl::Time seen_at;                            // last seen unfinished; accepted_at when never
    absl::Time due;                                // its place in waiting_
    absl::Time not_before = absl::InfinitePast();  // of the next poll; see Postpone
    std::unique_ptr<const PollPolicy> policy;      // null: the caller has none
    SurvivalBook::ClassId poll_class = 0;
    float jitter = 0;           // of its next gap, from -1 to 1
    float changed_at = -1;      // its age when its status was last seen to change; -1: never
    uint8_t early_eighths = 0;  // of its gap, after which it is polled; 0: after all of it
    bool watched = false;

    // In seconds; never negative.
    double AgeAt(absl::Time time) const;
  };

  // The law that tells how long a job takes, and the age at which it begins to count.
  struct Law {
    SurvivalBook::ClassId id;
    double begins_at = 0;
  };

  // When a poll is due and what says so.
  struct Due {
    absl::Time time;
    PollLimit limit = PollLimit::kWaste;
  };

  Job* Find(absl::string_view job_id) const;
  uint8_t DrawEarlyEighths(SurvivalBook::ClassId poll_class);

  // A gap of the job begins: it waits for its next poll.
  void StartGap(Job* job);
  // The job waits no longer, or its poll is not under way any more.
  void Withdraw(Job* job);
  // Moves a job that waits to where it belongs now.
  void Reschedule(Job* job);

  void Advance(absl::Time now);
  void RescheduleSome();
  double RankOf(const Job& job, const Due& due) const;

  const SurvivalCurve& CurveOf(const Job& job) const;
  Law LawOf(const Job& job) const;
  void Learn(const Job& job, double seen, bool ended);
  PollKind KindOfPoll(const Job& job) const;
  double WeightOf(const Job& job) const;
  double PriceFor(const Job& job) const;
  absl::Duration MaxGap(const Job& job) const;
  Due DueOf(const Job& job) const;
  Due DueByModel(const Job& job, absl::Duration max_gap) const;
  static Due DueByPolicy(const Job& job, const Due& due);

  const Options options_;
  const RequestBudget* const budget_;
  SurvivalBook* const book_;
  absl::BitGenRef random_;
  PollPrice price_;
  mutable PollPlanner planner_;
  absl::Time now_;

  struct IdHash {
    using is_transparent = void;
    size_t operator()(absl::string_view id) const { return absl::Hash<absl::string_view>{}(id); }
    size_t operator()(const std::unique_ptr<Job>& job) const { return (*this)(job->id); }
  };
  struct IdEqual {
    using is_transparent = void;
    static absl::string_view IdOf(absl::string_view id) { return id; }
    static absl::string_view IdOf(const std::unique_ptr<Job>& job) { return job->id; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return IdOf(a) == IdOf(b);
    }
  };
  // By the time when the next poll is due; of several, by their ids.
  using Place = std::pair<absl::Time, absl::string_view>;
  struct DueOrder {
    using is_transparent = void;
    static Place PlaceOf(const Job* job) { return {job->due, job->id}; }
    static Place PlaceOf(const Place& place) { return place; }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      const Place left = PlaceOf(a), right = PlaceOf(b);
      return left.first != right.first ? left.first < right.first : left.second < right.second;
    }
  };

  absl::flat_hash_set<std::unique_ptr<Job>, IdHash, IdEqual> jobs_;
  // Each job is in one of these.
  std::set<Job*, DueOrder> waiting_;
  absl::flat_hash_map<const Job*, absl::Time> under_way_;  // when the poll was taken

  // The last job whose turn it was in RescheduleSome, and when that was.
  std::pair<absl::Time, std::string> last_in_turn_{absl::InfinitePast(), ""};
  absl::Time rescheduled_at_ = absl::InfinitePast();
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_POLL_SCHEDULER_H_
