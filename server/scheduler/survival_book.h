#ifndef GCJOBS_SERVER_SCHEDULER_SURVIVAL_BOOK_H_
#define GCJOBS_SERVER_SCHEDULER_SURVIVAL_BOOK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "server/scheduler/survival_model.h"

namespace gcjobs {

// The models of an organisation's classes of jobs, in a hierarchy: the class
// above `action.async/ID` is `action.async`, above that is the class of
// everything, whose name is empty. What is learned of a class is learned of
// those above it too, so that a class not seen before begins with what its
// likes have shown.
//
// Loop thread only.
class SurvivalBook {
 public:
  // Stands for a class while it is held; small and cheap to copy.
  using ClassId = uint32_t;

  struct Options {
    // Classes with a model of their own. Later ones share the model above
    // them. Each costs up to 10 KB.
    size_t max_classes = 10'000;
  };

  SurvivalBook() : SurvivalBook(Options()) {}
  explicit SurvivalBook(Options options);

  // The class of that name, or the one above it when there are too many.
  ClassId ClassOf(absl::string_view name);

  const std::string& NameOf(ClassId id) const { return classes_[id].name; }
  const SurvivalModel& ModelOf(ClassId id) const { return *classes_[id].model; }
  size_t size() const { return classes_.size(); }

  // What a poll of a job of the class has shown; see SurvivalModel.
  void Unfinished(ClassId id, double from, double to, PollKind poll);
  void Ended(ClassId id, double from, double to, PollKind poll);

  // Replaces a class's model by one that knows the law: for tests and
  // benchmarks.
  void SetKnown(absl::string_view name, const SurvivalCurve& law);

  // All that was learned, as bytes of a gcjobs.scheduler.SurvivalState.
  std::string Save() const;

  // Takes up what Save() gave, in this or an earlier version. DATA_LOSS when
  // the bytes are not that, or not on this grid; then nothing has changed, and
  // going on without is safe: it only costs learning anew. Classes of it that
  // make no sense are left out.
  // REQUIRES: nothing was learned yet.
  absl::Status Load(absl::string_view bytes);

  // Grows whenever something was learned: when it differs from what was saved
  // last, it is time to save.
  uint64_t version() const { return version_; }

 private:
  struct Class {
    std::string name;
    ClassId parent = kNone;
    std::unique_ptr<SurvivalModel> model;  // its address is the children's parent
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
