#ifndef GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_
#define GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_

#include <cstdint>
#include <optional>

#include "server/scheduler/poll_evidence.h"
#include "server/scheduler/survival_curve.h"

namespace gcjobs {

// Why a poll was taken when it was.
enum class PollKind {
  kDue,    // it was due by the law as believed
  kEarly,  // sooner than that, at random, to put the law to the test
};

// How long the jobs of one class last, as learned from polls of them. A poll
// shows only that a job ended between it and the poll before, so nothing else
// is asked for.
//
// Below some 30 ends a prior counts: the curve of the class above, and a
// lognormal of the scale seen so far. Old jobs fade with exp(-jobs/400). When
// what comes is better explained by what came lately than by the whole past,
// the past is dropped at once (E. S. Page, "Continuous inspection schemes",
// Biometrika 41, 1954): a law that changed tenfold is recognised within some
// ten jobs.
//
// Polls that are due by a law confirm it: of jobs that are said to last 60 s and
// are polled after 60 s, none will be seen to end after 6. So some polls are
// to be early, and a past that they contradict is dropped too.
//
// Loop thread only.
class SurvivalModel {
 public:
  // The scale of a class of which nothing is known.
  static constexpr double kDefaultMean = 30;

  // `parent`: the model of the class above, asked while this one knows little;
  // must outlive this. Null: there is none.
  explicit SurvivalModel(const SurvivalModel* parent);

  // A model that knows the law and will not learn: an oracle for tests and
  // benchmarks.
  static SurvivalModel Known(const SurvivalCurve& law);

  // A job of the class was seen unfinished at age `from` (0: when it was
  // accepted) and again at age `to`, in a poll of that kind.
  void Unfinished(double from, double to, PollKind poll);

  // A job was seen unfinished at `from`, and finished at `to`.
  void Ended(double from, double to, PollKind poll);

  // The law as now believed. The reference holds until the model learns.
  const SurvivalCurve& curve() const;

  // How many ends it rests on, after decay; without the prior.
  double samples() const { return settled_.jobs(); }

  // It rests on so many ends, with no sign of a change, that its word may be
  // taken for a long gap.
  bool proven() const;

  // Grows whenever curve() may have changed.
  uint64_t version() const { return version_; }

  // For persistence. What was kept and what comes back is the evidence alone:
  // the prior is made anew.
  const DurationHistogram& evidence() const { return settled_.histogram(); }
  void Restore(const DurationHistogram& evidence);

 private:
  // A prior costs a hundred logarithms: it is made anew when the scale has moved.
  struct ScaledPrior {
    double mean = 0;
    double sigma = 0;
    std::optional<SurvivalCurve> curve;
  };

  SurvivalCurve CurveOf(const DurationHistogram& evidence, ScaledPrior* prior) const;
  const SurvivalCurve& PriorOf(const DurationHistogram& evidence, ScaledPrior* prior) const;
  double ScaleOf(const DurationHistogram& evidence) const;
  double SigmaOf(const DurationHistogram& evidence) const;
  // What a poll has shown is weighed against the law before it is learned.
  void WatchForChange(double from, double to, bool ended);
  void ForgetRecent();
  void WeighEarlyPoll(double from, double to, bool ended);
  void Drop(PollEvidence successor);
  // Something was learned: the curve is made anew, once it is enough to matter.
  void Learned();

  const SurvivalModel* parent_;
  bool learns_ = true;

  PollEvidence settled_;    // the past, fading
  PollEvidence recent_;     // since the past last explained best what came
  PollEvidence early_;      // of early polls, since the past last explained those best
  double doubt_ = 0;        // evidence, in nats, that the law has changed
  double early_doubt_ = 0;  // the same, of early polls alone

  uint64_t version_ = 0;
  int news_ = 0;                                // observations that curve_ does not know of
  int unshared_ends_ = 0;                       // ends since settled_ was shared out
  mutable std::optional<SurvivalCurve> curve_;  // of settled_; made when asked for
  std::optional<SurvivalCurve>
      recent_curve_;  // of recent_, at its last end; it predicts what comes
  mutable ScaledPrior settled_prior_, recent_prior_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_
