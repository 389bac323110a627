#ifndef GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_
#define GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/map.h>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"
#include "server/genesys/api_family.h"
#include "server/genesys/genesys_client.h"
#include "server/genesys/kinds/upstream_status.h"

namespace gcjobs {

// Values for the `{name}` parts of paths.
using PathParameters = google::protobuf::Map<std::string, std::string>;

// What a job kind needs to know of a job to build its requests.
struct JobRef {
  absl::string_view action_id;
  absl::string_view upstream_id;
  const PathParameters* path_parameters = nullptr;  // null = none
  // What was submitted; only where results are read of a job that ran at once.
  absl::string_view submitted = {};
};

// What is submitted.
struct SubmissionRef {
  absl::string_view body;  // JSON text, spliced in verbatim; may be empty
};

// What one poll saw.
struct PollReport {
  std::string upstream_status;  // as spelt
  // The state that it means; unset when we do not know the status.
  std::optional<v1::JobState> state;
  // SUCCEEDED: the result's own bytes; empty when the kind has no inline
  // result.
  std::string result_json;
  // It had bytes that are not UTF-8, which are U+FFFD now.
  bool bytes_replaced = false;
  // SUCCEEDED, with a result too large to be read: its size, if that is known.
  int64_t unread_bytes = 0;
  // FAILED: why, with ErrorInfo (domain `genesys.cloud`).
  absl::Status failure;
  // Genesys Cloud waits for this request before it goes on. Sending it twice
  // does no harm: whoever sees the status again may send it again.
  std::optional<ApiRequest> follow_up;
};

// Genesys Cloud took the work.
struct SubmitReceipt {
  std::string upstream_id;      // never empty, unless `end` is set
  std::string upstream_status;  // as spelt; may be empty
  // Set if the work was done within the call: how it ended. Its state is
  // terminal.
  std::optional<PollReport> end = std::nullopt;
  // Which family of APIs answers like this; unset if any may.
  std::optional<ApiFamily> family = std::nullopt;
};

// One page of results, as spans of the answer's body, which must live on.
struct ResultsView {
  // A JSON array, or, when `is_single`, one value that is the only item.
  absl::string_view items;
  bool is_single = false;
  // How many elements the array has, where reading it has told.
  std::optional<size_t> item_count;
  // Where the next page is: what BuildResults takes as `next`. For kLink the
  // link as Genesys Cloud spelt it. Empty on the last page.
  std::string next;
  // The pages have numbers, which no answer tells: `next` is the number of this
  // one plus 1, where the first is 0, until a page has no items.
  bool is_numbered = false;
  // Up to when there were data, where the page says so.
  std::optional<absl::Time> data_available_until;
  // It had bytes that are not UTF-8, which are U+FFFD now.
  bool bytes_replaced = false;
};

// How pages of results are asked for and read. Stateless, thread-safe.
class ResultPages {
 public:
  virtual ~ResultPages() = default;

  // ResultsView::next is a link, and BuildResults takes the target that it leads
  // to (GenesysClient::ResolveLink).
  virtual bool follow_links() const = 0;

  // A page of results, of class kResults. `next` is empty for the first page;
  // else ResultsView::next of the page before. `page_size` 0 = the kind's
  // default; kinds that cannot choose ignore it.
  virtual ApiRequest BuildResults(const JobRef& job, absl::string_view next,
                                  int page_size) const = 0;

  // Reads a 2xx answer to BuildResults, without a tree. The view's spans are
  // of `response`'s body, which may be moved for it, and must stay where it
  // then is for as long as the view is used.
  // INTERNAL/GENESYS_BAD_RESPONSE when it is unreadable; NOT_FOUND/
  // GENESYS_RESULT_EXPIRED when it says that the results are gone.
  virtual absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const = 0;
};

// How one kind of upstream work is submitted, polled, cancelled and read.
// Knows the wire, decides nothing. Stateless, thread-safe.
//
// REQUIRES, of BuildResults and ParseResults: description().results_mode() is
// neither NONE nor, with holds_call(), INLINE.
class JobKind : public ResultPages {
 public:
  // For clients: name, paths, states, guarantee, where the results are.
  virtual const v1::JobKind& description() const = 0;
  const std::string& name() const { return description().kind(); }

  // The submission's call is held until the work is done, and its answer is
  // the result: there is nothing to poll, and an answer that says no is the
  // work's own.
  virtual bool holds_call() const { return false; }

  virtual ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const = 0;

  // Reads a 2xx answer, which proves that the work was taken, whatever cannot be
  // read in it:
  // - accepted, when it is a 202, or names the work (a Location, an id that only
  //   a receipt has), or tells one of the kind's statuses;
  // - anything else is the result of work that was done within the call.
  // INTERNAL/GENESYS_BAD_RESPONSE when it was accepted and cannot be followed.
  virtual absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const = 0;

  // How the results of a job are read that was done within the call of its
  // submission; null: the answer to that was all there is.
  virtual const ResultPages* synchronous() const { return nullptr; }

  // Asks up to when Genesys Cloud has the data that jobs of this kind read; unset
  // where it does not tell.
  virtual std::optional<ApiRequest> BuildAvailability() const { return std::nullopt; }

  // Reads a 2xx answer to it. INTERNAL/GENESYS_BAD_RESPONSE when it is
  // unreadable.
  virtual absl::StatusOr<absl::Time> ParseAvailability(const HttpResponse& response) const;

  // REQUIRES, as ParsePoll does: !holds_call().
  virtual ApiRequest BuildPoll(const JobRef& job) const = 0;

  // Reads a 2xx answer. INTERNAL/GENESYS_BAD_RESPONSE when it is unreadable.
  // `job` is the one that was polled: a follow-up needs it.
  virtual absl::StatusOr<PollReport> ParsePoll(const JobRef& job,
                                               const HttpResponse& response) const = 0;

  // Unset: Genesys Cloud has no cancel for this kind.
  virtual std::optional<ApiRequest> BuildCancel(const JobRef& job) const = 0;

  bool follow_links() const override {
    return description().results_mode() == v1::RESULTS_MODE_LINK;
  }
};

// The kinds that this server runs, by name. Read-only after construction,
// thread-safe.
class JobKindRegistry {
 public:
  explicit JobKindRegistry(std::vector<std::unique_ptr<JobKind>> kinds);

  // Null when there is none of that name. Lives as long as the registry.
  const JobKind* Find(absl::string_view name) const;

  // All descriptions, by name.
  std::vector<v1::JobKind> List() const;

 private:
  absl::flat_hash_map<std::string, std::unique_ptr<JobKind>> kinds_;
};

// The kinds that are more than data; all others are declared (kind_file.h).
inline constexpr absl::string_view kAsyncActionKind = "action.async";
std::unique_ptr<JobKind> MakeAsyncActionKind();
inline constexpr absl::string_view kDirectActionKind = "action.direct";
std::unique_ptr<JobKind> MakeDirectActionKind();

// Declared kinds that SubmitConversationQuery uses.
inline constexpr absl::string_view kConversationQueryKind = "analytics.conversations.details.query";
inline constexpr absl::string_view kConversationJobKind = "analytics.conversations.details.jobs";

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_JOB_KIND_H_
