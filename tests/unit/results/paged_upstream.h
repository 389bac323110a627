#ifndef GCJOBS_TESTS_UNIT_RESULTS_PAGED_UPSTREAM_H_
#define GCJOBS_TESTS_UNIT_RESULTS_PAGED_UPSTREAM_H_

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/mutex.h"
#include "tests/fakes/fake_genesys_client.h"
#include "tests/unit/results/paged_kind.h"

namespace gcjobs::testing {

// A client whose upstream has pages for PagedKind, and gives them at once
// unless it is held. Cursors are numbers: page 0, 1, 2 ... The loop's, but for
// what says otherwise.
class PagedUpstream final : public FakeGenesysClient {
 public:
  using FakeGenesysClient::FakeGenesysClient;

  // The items of the pages of a job, by its upstream id.
  using Pages = std::vector<std::string>;
  void AddJob(const std::string& upstream_id, Pages pages) {
    pages_[upstream_id] = std::move(pages);
  }

  // No answers until Release.
  bool holds_answers = false;
  void ReleaseAnswers() {
    holds_answers = false;
    while (!sent().empty()) Answer(ReplyTo(sent().front().request.target));
  }

  // Pages asked for, by upstream id. Any thread.
  int fetches(const std::string& upstream_id) const {
    MutexLock lock(&mu_);
    const auto it = fetches_.find(upstream_id);
    return it == fetches_.end() ? 0 : it->second;
  }

  // Any thread.
  int permits_asked() const { return permits_asked_; }

  Task<absl::StatusOr<Permit>> Acquire(RequestClass request_class, std::string family,
                                       absl::Duration max_wait) override {
    ++permits_asked_;
    return FakeGenesysClient::Acquire(request_class, std::move(family), max_wait);
  }

 private:
  void OnSent() override {
    const std::string target = sent().back().request.target;
    {
      MutexLock lock(&mu_);
      ++fetches_[Split(target).first];
    }
    if (!holds_answers) Answer(ReplyTo(target), sent().size() - 1);
  }

  // Upstream id and cursor of `/api/v2/paged/ID?cursor=C&pageSize=S`.
  static std::pair<std::string, int> Split(absl::string_view target) {
    absl::ConsumePrefix(&target, "/api/v2/paged/");
    const std::vector<std::string> parts = absl::StrSplit(target, absl::ByAnyChar("?=&"));
    int cursor = 0;
    if (!absl::SimpleAtoi(parts.at(2), &cursor)) cursor = 0;  // the first page has none
    return {parts[0], cursor};
  }

  ApiReply ReplyTo(const std::string& target) const {
    const auto [id, cursor] = Split(target);
    const Pages& pages = pages_.at(id);
    const size_t number = static_cast<size_t>(cursor);
    if (number >= pages.size()) {
      return Error(404, absl::StatusCode::kNotFound, "GENESYS_NOT_FOUND");
    }
    const bool is_last = number + 1 == pages.size();
    return Ok(PageBody(pages[number], is_last ? "" : absl::StrCat(number + 1)));
  }

  std::map<std::string, Pages> pages_;
  std::atomic<int> permits_asked_{0};
  mutable Mutex mu_;  // leaf
  std::map<std::string, int> fetches_ ABSL_GUARDED_BY(mu_);
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RESULTS_PAGED_UPSTREAM_H_
