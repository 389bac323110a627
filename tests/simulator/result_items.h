#ifndef GCJOBS_TESTS_SIMULATOR_RESULT_ITEMS_H_
#define GCJOBS_TESTS_SIMULATOR_RESULT_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace gcjobs::sim {

// What the items of a result page are.
enum class ItemShape { kConversation, kUserDetail, kAggregate, kEntity };

// The shape of the items in the member of this name: "conversations" and "items"
// (the query endpoint's), "userDetails", "results"; anything else is entities.
ItemShape ShapeOf(absl::string_view member);

// Makes the items of result pages. They look like the platform's, and hold what
// careless JSON code loses or trips over: integers beyond 2^53 and 2^64,
// decimals such as 1.10, escapes, brackets in strings, letters beyond ASCII.
// Item N is the same for the same seed and job, whatever page it is on, and
// says N in its member "externalTag": "item-0000000N" (ten digits).
//
// Cheap: an item is a prepared text with some ids stamped into it, so that a
// benchmark measures its reader. A value type; const, thus safe for all threads.
class ItemMaker {
 public:
  // `item_bytes`: how long to make each item by a note; 0, or less than it has:
  // as it is.
  ItemMaker(ItemShape shape, uint64_t seed, absl::string_view job_id, int64_t item_bytes);

  // Adds items `first` to `first + count - 1`, with commas between, to `json`.
  void Append(int64_t first, int count, std::string* json) const;

 private:
  struct Template;
  static const Template& TemplateOf(ItemShape shape);

  void AppendOne(int64_t index, std::string* json) const;

  const Template& template_;
  uint64_t job_seed_;
  size_t note_bytes_;
};

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_RESULT_ITEMS_H_
