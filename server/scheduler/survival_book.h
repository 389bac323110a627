#ifndef GCJOBS_SERVER_SCHEDULER_SURVIVAL_BOOK_H_
#define GCJOBS_SERVER_SCHEDULER_SURVIVAL_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/scheduler/survival_model.h"

namespace gcjobs {

// The models of an organisation's classes of jobs, in a hierarchy: the class above
// `action.async/ID` is `action.async`, and above that is the class of all jobs,
// whose name is empty. What is learned of a class is learned of those above it too,
// so that a new class begins with what similar ones have shown.
//
// Loop thread only.
class SurvivalBook {
 public:
  // Names a class within this book.
  using ClassId = uint32_t;

  struct Options {
    // Classes with a model of their own; later ones share the model above them.
    // Each costs up to 10 KB of memory.
    size_t max_classes = 10'000;
    // The mean duration, in seconds, of classes of which it is known before any job was
    // seen, by the last part of their names (`31d` of `query/31d`).
    absl::flat_hash_map<std::string, double> usual_means = {};
  };

  SurvivalBook() : SurvivalBook(Options()) {}
  explicit SurvivalBook(Options options);

  // The class of that name, which is added when it is new; the one above it when
  // there are too many.
  ClassId ClassOf(absl::string_view name);

  const std::string& NameOf(ClassId id) const { return classes_[id].name; }
  const SurvivalModel& ModelOf(ClassId id) const { return *classes_[id].model; }
  size_t size() const { return classes_.size(); }

  // What a poll of a job of the class has shown; see SurvivalModel.
  void Unfinished(ClassId id, double from, double to, PollKind poll);
  void Ended(ClassId id, double from, double to, PollKind poll);

  // What a poll of a job has shown that was seen to change its status at age
  // `changed_at`, from waiting to running, say. How long such jobs take may depend on
  // the time since then rather than on their age: where they wait for one another it
  // does. So their class has a second law, whose ages count from the change; it learns
  // beside the first, and the one that has foretold the polls better is believed. The
  // second one is learned anew after each start. Tell the first law as well, afterwards.
  void SinceChange(ClassId id, double changed_at, double from, double to, bool ended);

  // The class whose model is that second law, if it is to be believed.
  std::optional<ClassId> BelievedSinceChange(ClassId id) const;

  // Replaces a class's model by one that knows the law: for tests and
  // benchmarks.
  void SetKnown(absl::string_view name, const SurvivalCurve& law);

  // All that was learned, as bytes of a gcjobs.scheduler.SurvivalState.
  std::string Save() const;

  // Restores what Save() gave. DATA_LOSS when the bytes are something else, or on
  // another grid of ages: then nothing has changed, and it is safe to go on without
  // them, since all can be learned anew. Classes with impossible counts are left out.
  // REQUIRES: nothing was learned yet.
  absl::Status Load(absl::string_view bytes);

  // Grows whenever something is learned.
  uint64_t version() const { return version_; }

 private:
  struct Class {
    std::string name;
    ClassId parent = kNone;
    std::unique_ptr<SurvivalModel> model;  // its address is the children's parent
    ClassId since_change = kNone;          // its second law
    double change_lead = 0;                // of that over the first, in nats
    bool is_second_law = false;
  };
  static constexpr ClassId kNone = ~ClassId{0};
  static constexpr ClassId kEverything = 0;

  ClassId Add(absl::string_view name, ClassId parent);

  const Options options_;
  std::vector<Class> classes_;
  absl::flat_hash_map<std::string, ClassId> by_name_;
  uint64_t version_ = 0;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_SURVIVAL_BOOK_H_
