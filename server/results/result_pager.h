#ifndef GCJOBS_SERVER_RESULTS_RESULT_PAGER_H_
#define GCJOBS_SERVER_RESULTS_RESULT_PAGER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/task.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/job_kind.h"
#include "server/net/event_loop.h"
#include "server/results/upstream_page.h"

namespace gcjobs {

// What results are read of: all that is needed of a job whose record is no
// longer at hand.
struct ResultSource {
  GenesysClient* client = nullptr;     // outlives every pager
  const ResultPages* pages = nullptr;  // outlives every pager
  std::string job_id;                  // for errors
  absl::Time ended_at;                 // time of day
  std::string action_id;
  std::string upstream_id;
  PathParameters path_parameters;
  int page_size = 0;  // as ResultPages::BuildResults takes it
  // Of a job that ran at once: what was submitted, and the answer, which is the
  // first page; empty when that was not kept.
  std::string submitted;
  std::string first_answer;
};

// Fetches the result pages of one job, one after another, with the permits of
// class kResults. What passes by itself is tried again a few times. What would
// never end, or must not be followed, is refused.
//
// Loop thread only, but for the constructor. It outlives the story that fetches.
class ResultPager {
 public:
  // `loop` outlives the pager.
  ResultPager(EventLoop* loop, ResultSource source, ResultPosition start);
  ResultPager(const ResultPager&) = delete;
  ResultPager& operator=(const ResultPager&) = delete;

  // Fetches the page at the position and moves on behind it. REQUIRES: no fetch
  // is under way, none has failed, and the last page has not been fetched.
  //
  // Errors name job and page, in metadata `job_id` and `page` too:
  // - NOT_FOUND/GENESYS_RESULT_EXPIRED: 404 or 410, or the kind says so.
  // - UNAVAILABLE/GENESYS_RESULTS_NOT_READY, with RetryInfo: 202, or, in the first
  //   30 s after the end, 404 or 409.
  // - ABORTED/GENESYS_EMPTY_PAGES: the last thousand pages had no items. Whoever
  //   begins anew behind the last of them may get as many more.
  // - INTERNAL/GENESYS_BAD_RESPONSE: the page is unreadable, or `problem` in
  //   the metadata is `repeated_cursor`, `long_cursor`, `foreign_link`, `page_too_large`, or
  //   `changed_page` (fewer items than were read of it before). Nothing of such a page is given.
  // - with RetryInfo: what failed each time it was tried again, or asks for a
  //   wait of more than a minute.
  // - the other errors of GenesysClient, at once.
  Task<absl::StatusOr<UpstreamPage>> Fetch();

 private:
  JobRef Ref() const;
  // What tells pages apart: cursors and links that mean the same request are
  // the same page.
  uint64_t IdOf(absl::string_view next) const;

  Task<absl::StatusOr<UpstreamPage>> RequestPage();
  bool IsNotReady(const ApiReply& reply) const;
  absl::Status NotReady(const ApiReply& reply) const;
  absl::Status TooManyEmptyPages() const;
  absl::StatusOr<UpstreamPage> Read(HttpResponse response);
  absl::StatusOr<std::string> Follow(const ResultsView& view, const HttpResponse& response) const;
  absl::Status Refuse(absl::string_view problem, absl::string_view text,
                      const HttpResponse& response) const;
  // The error as the reader gets it.
  absl::Status Explain(const absl::Status& status) const;

  EventLoop* const loop_;
  ResultSource source_;
  absl::BitGen random_;

  ResultPosition position_;
  // IdOf all pages up to the position. 64 bits: among a million pages the
  // chance of two alike is one to ten million.
  absl::flat_hash_set<uint64_t> seen_;

  ApiRequest request_;  // for the page at the position
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RESULTS_RESULT_PAGER_H_
