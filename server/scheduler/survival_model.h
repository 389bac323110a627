#ifndef GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_
#define GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_

#include <cstdint>
#include <optional>

#include "server/scheduler/poll_evidence.h"
#include "server/scheduler/survival_curve.h"

namespace gcjobs {

// Why a poll was made when it was.
enum class PollKind {
  kDue,    // it was due by the law as believed
  kEarly,  // sooner than that, at random, to put the law to the test
};

// How long the jobs of one class last, as learned from polls. A poll shows only
// that a job ended, or did not, between it and the poll before; nothing else is
// known. Ages are in seconds since the job was accepted.
//
// - Up to some 30 ends a prior counts as well: the curve of the class above, and a
//   lognormal law of the scale seen so far.
// - The past fades: a job counts exp(-n/400) after n later ones.
// - When new polls are explained better by recent ones than by the whole past, the
//   past is dropped at once (a CUSUM test: E. S. Page, "Continuous inspection
//   schemes", Biometrika 41, 1954). A law that has changed tenfold is recognised
//   within some ten jobs.
// - Polls that are due by a law confirm it: of jobs believed to last 60 s and polled
//   after 60 s, none will be seen to end after 6 s. So some polls have to be early
//   (PollKind::kEarly), and a past that contradicts them is dropped too.
//
// Loop thread only.
class SurvivalModel {
 public:
  // The mean duration, in seconds, of a class of which nothing is known.
  static constexpr double kDefaultMean = 30;

  // `parent`: the model of the class above, consulted while this one knows little;
  // must outlive this. Null: there is none. `usual_mean`: the mean duration, in seconds,
  // if one is known before any job was seen; it counts instead of what the class above
  // says.
  explicit SurvivalModel(const SurvivalModel* parent, std::optional<double> usual_mean = {});

  // A model that knows the law and will not learn: an oracle for tests and
  // benchmarks.
  static SurvivalModel Known(const SurvivalCurve& law);

  // A poll of that kind saw a job unfinished at age `to`; it had been seen so at age
  // `from` before (0: when it was accepted).
  void Unfinished(double from, double to, PollKind poll);

  // The poll saw it finished.
  void Ended(double from, double to, PollKind poll);

  // The law as now believed. The reference is valid until the model learns.
  const SurvivalCurve& curve() const;

  // How many ends it rests on, after decay; without the prior.
  double samples() const { return settled_.jobs(); }

  // It rests on so many ends, with no sign of a change, that it can be trusted for a
  // long gap between polls.
  bool proven() const;

  // Grows whenever curve() may have changed.
  uint64_t version() const { return version_; }

  // For the store: the evidence alone, since the prior can be made anew.
  const DurationHistogram& evidence() const { return settled_.histogram(); }
  void Restore(const DurationHistogram& evidence);

 private:
  // A prior costs a hundred logarithms, so it is kept until its scale has moved.
  struct ScaledPrior {
    double mean = 0;
    double sigma = 0;
    std::optional<SurvivalCurve> curve;
  };

  SurvivalCurve CurveOf(const DurationHistogram& evidence, ScaledPrior* prior) const;
  const SurvivalCurve& PriorOf(const DurationHistogram& evidence, ScaledPrior* prior) const;
  double ScaleOf(const DurationHistogram& evidence) const;
  double SigmaOf(const DurationHistogram& evidence) const;
  // Asked before the poll is learned from.
  void WatchForChange(double from, double to, bool ended);
  void ForgetRecent();
  void WeighEarlyPoll(double from, double to, bool ended);
  // The past is dropped, and this takes its place.
  void ReplacePast(PollEvidence successor);
  // Has the curve made anew once enough has been learned to matter.
  void CountNews();

  const SurvivalModel* parent_;
  std::optional<double> usual_mean_;
  bool learns_ = true;

  PollEvidence settled_;    // the past, fading
  PollEvidence recent_;     // since the past last was the better explanation
  PollEvidence early_;      // the same, of early polls alone
  double doubt_ = 0;        // evidence that the law has changed, in nats (see Page)
  double early_doubt_ = 0;  // the same, of early polls alone

  uint64_t version_ = 0;
  int news_ = 0;                                // polls that curve_ does not know of
  int unspread_ends_ = 0;                       // ends since settled_ was last spread
  mutable std::optional<SurvivalCurve> curve_;  // of settled_; made when asked for
  std::optional<SurvivalCurve>
      recent_curve_;  // of recent_, at its last end; it predicts what comes
  mutable ScaledPrior settled_prior_, recent_prior_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_SURVIVAL_MODEL_H_
