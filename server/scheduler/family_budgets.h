#ifndef GCJOBS_SERVER_SCHEDULER_FAMILY_BUDGETS_H_
#define GCJOBS_SERVER_SCHEDULER_FAMILY_BUDGETS_H_

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "server/scheduler/request_budget.h"
#include "server/scheduler/request_class.h"

namespace gcjobs {

// How many requests each family of endpoints may still get, beside the
// organisation's RequestBudget: a family has the budget that is configured for it,
// or all of the organisation's, and less where answers say so. A number in an
// answer counts for the family that it came from; what it says of the
// organisation is decided where all families are in view:
//
// - Genesys Cloud's headers name the number of whatever limit the endpoint met,
//   which may be its own. The organisation's falls only to a number that two
//   families name, and none exceeds.
// - A family that answers without a number names none, and so does not agree.
//
// Loop thread only.
class FamilyBudgets {
 public:
  struct Options {
    int limit = 300;                    // of a family that is not named in `limits`
    std::map<std::string, int> limits;  // by family
  };

  // `clock` must outlive this.
  FamilyBudgets(Options options, const Clock* clock)
      : options_(std::move(options)), clock_(clock) {}

  // Others from now on. What answers have told stands.
  void SetLimits(Options options);

  // As of the family's RequestBudget; an empty family has no budget. Where that is
  // no narrower than the organisation's, which knows more, nothing is in the way.
  absl::Time Earliest(absl::string_view family, RequestClass request_class) const;
  absl::Time ThrottledUntil(absl::string_view family, RequestClass request_class) const;
  void Start(absl::string_view family, RequestClass request_class);
  void End(absl::string_view family, RequestClass request_class);
  void GiveBack(absl::string_view family, RequestClass request_class);

  // Learns from an answer of the family: what it says. What it means for the
  // organisation is the same report with the number that all agree on: unset when
  // there is none and there was none; Options::limit when there is none any more.
  RateLimitReport OnReport(absl::string_view family, RequestClass request_class,
                           const RateLimitReport& report, absl::Time sent_at);

  // The family is to wait. `limit`: what it may send in a window, if it was told.
  void OnThrottled(absl::string_view family, RequestClass request_class, absl::Duration retry_after,
                   std::optional<int> limit);

  // Requests of a window that are believed to be allowed.
  int limit(absl::string_view family) const;

 private:
  struct Family {
    std::unique_ptr<RequestBudget> budget;
    // What its answers named last, by class; unset: nothing.
    std::array<std::optional<int>, kRequestClasses> named;

    std::optional<int> most_named() const;
  };

  Family& FamilyOf(absl::string_view name);
  int Configured(const std::string& name) const;
  const RequestBudget* Find(absl::string_view name) const;
  std::optional<int> Agreed() const;

  Options options_;
  const Clock* const clock_;
  std::map<std::string, Family, std::less<>> families_;  // those that were asked for anything
  bool had_agreed_ = false;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_SCHEDULER_FAMILY_BUDGETS_H_
