#include "server/scheduler/family_budgets.h"

#include <algorithm>
#include <utility>

namespace gcjobs {

void FamilyBudgets::SetLimits(Options options) {
  options_ = std::move(options);
  for (auto& [name, family] : families_) family.budget->SetLimit(Configured(name));
}

absl::Time FamilyBudgets::Earliest(absl::string_view family, RequestClass request_class) const {
  const RequestBudget* const budget = Find(family);
  if (budget == nullptr) return absl::InfinitePast();
  const bool is_narrower = budget->limit() < options_.limit;
  return is_narrower ? budget->Earliest(request_class) : budget->ThrottledUntil(request_class);
}

absl::Time FamilyBudgets::ThrottledUntil(absl::string_view family,
                                         RequestClass request_class) const {
  const RequestBudget* const budget = Find(family);
  return budget == nullptr ? absl::InfinitePast() : budget->ThrottledUntil(request_class);
}

void FamilyBudgets::Start(absl::string_view family, RequestClass request_class) {
  if (!family.empty()) FamilyOf(family).budget->Start(request_class);
}

void FamilyBudgets::End(absl::string_view family, RequestClass request_class) {
  if (!family.empty()) FamilyOf(family).budget->End(request_class);
}

void FamilyBudgets::GiveBack(absl::string_view family, RequestClass request_class) {
  if (!family.empty()) FamilyOf(family).budget->GiveBack(request_class);
}

RateLimitReport FamilyBudgets::OnReport(absl::string_view family, RequestClass request_class,
                                        const RateLimitReport& report, absl::Time sent_at) {
  Family& answered = FamilyOf(family);
  const bool names_one = report.allowed.has_value() && *report.allowed > 0;
  answered.named[static_cast<size_t>(request_class)] = names_one ? report.allowed : std::nullopt;
  RateLimitReport of_family = report;
  // Calls of one family may name different limits: the family's own is the
  // largest of them.
  if (names_one) of_family.allowed = answered.most_named();
  answered.budget->OnReport(of_family, sent_at);

  const std::optional<int> agreed = Agreed();
  RateLimitReport of_organisation = report;
  of_organisation.allowed = agreed;
  if (!agreed && had_agreed_) of_organisation.allowed = options_.limit;
  had_agreed_ = agreed.has_value();
  return of_organisation;
}

void FamilyBudgets::OnThrottled(absl::string_view family, RequestClass request_class,
                                absl::Duration retry_after, std::optional<int> limit) {
  RequestBudget& budget = *FamilyOf(family).budget;
  if (limit) {
    RateLimitReport named;
    named.allowed = limit;
    budget.OnReport(named);
  }
  budget.OnThrottled(request_class, retry_after);
}

int FamilyBudgets::limit(absl::string_view family) const {
  const RequestBudget* const budget = Find(family);
  return budget == nullptr ? options_.limit : budget->limit();
}

std::optional<int> FamilyBudgets::Family::most_named() const {
  return *std::max_element(named.begin(), named.end());  // unset is less than any number
}

FamilyBudgets::Family& FamilyBudgets::FamilyOf(absl::string_view name) {
  const auto known = families_.find(name);
  if (known != families_.end()) return known->second;
  RequestBudget::Options options;
  options.limit = Configured(std::string(name));
  options.results_share = 1;  // it is the organisation's that is shared with others
  Family& family = families_[std::string(name)];
  family.budget = std::make_unique<RequestBudget>(options, clock_);
  return family;
}

int FamilyBudgets::Configured(const std::string& name) const {
  const auto configured = options_.limits.find(name);
  return configured == options_.limits.end() ? options_.limit : configured->second;
}

const RequestBudget* FamilyBudgets::Find(absl::string_view name) const {
  const auto family = families_.find(name);
  return family == families_.end() ? nullptr : family->second.budget.get();
}

std::optional<int> FamilyBudgets::Agreed() const {
  std::optional<int> most;
  int agreeing = 0;
  for (const auto& [name, family] : families_) {
    const std::optional<int> named = family.most_named();
    if (!named) return std::nullopt;
    if (named == most) ++agreeing;
    if (named > most) {
      most = named;
      agreeing = 1;
    }
  }
  return agreeing >= 2 ? most : std::nullopt;
}

}  // namespace gcjobs
