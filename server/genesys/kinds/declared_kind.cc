#include "server/genesys/kinds/declared_kind.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "server/genesys/kinds/declared_call.h"
#include "server/genesys/kinds/results_page.h"
#include "server/genesys/kinds/synchronous_pages.h"
#include "server/genesys/kinds/upstream_fields.h"

namespace gcjobs {
namespace {

// `POST /api/v2/...`; "" for a call that the kind does not have.
std::string CallText(const CallSpec& call) {
  if (call.method.empty()) return "";
  return absl::StrCat(call.method, " ", call.path, call.query.empty() ? "" : "?", call.query);
}

v1::JobKind Describe(const KindSpec& spec) {
  v1::JobKind description;
  description.set_kind(spec.name);
  description.set_description(spec.description);
  description.set_submit_path(CallText(spec.submit));
  description.set_status_path(CallText(spec.status));
  description.set_results_path(CallText(spec.results.call));
  if (spec.cancel) description.set_cancel_path(CallText(*spec.cancel));
  if (spec.second_phase) description.set_second_phase_path(CallText(spec.second_phase->call));
  for (const auto& [status, state] : spec.states) {
    (*description.mutable_states())[status] = state;
  }
  description.set_inline_result(spec.results.mode == v1::RESULTS_MODE_INLINE);
  description.set_results_mode(spec.results.mode);
  description.set_default_guarantee(spec.guarantee);
  return description;
}

bool HasStatus(const std::vector<std::string>& statuses, absl::string_view folded) {
  return std::any_of(statuses.begin(), statuses.end(), [&](const std::string& status) {
    return FoldUpstreamStatus(status) == folded;
  });
}

class DeclaredKind final : public JobKind {
 public:
  explicit DeclaredKind(KindSpec spec)
      : spec_(std::move(spec)),
        description_(Describe(spec_)),
        results_fields_({spec_.results.mode, spec_.results.items, spec_.results.next,
                         spec_.status_field,
                         spec_.availability ? spec_.availability->field : JsonPath()}) {
    if (spec_.synchronous) synchronous_pages_.emplace(spec_.name, spec_.submit, *spec_.synchronous);
  }

  const v1::JobKind& description() const override { return description_; }

  ApiRequest BuildSubmit(const JobRef& job, const SubmissionRef& submission) const override {
    ApiRequest request = BuildCall(RequestClass::kSubmit, spec_.submit, job);
    request.body = std::string(submission.body);
    return request;
  }

  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse& response) const override {
    const std::string what = absl::StrCat(spec_.name, ": submit");
    Receipt found;
    const auto fields = ReadFields(what, response, {spec_.id, spec_.status_field});
    if (fields.ok()) {
      const auto& [id, status] = *fields;
      found.id = IdOf(id);
      found.names_work = !found.id.empty();
      found.status = StatusOf(what, status, spec_.status_field, response).value_or("");
      found.state = StateOf(found.status);
    }
    ASSIGN_OR_RETURN(SubmitReceipt receipt, JudgeReceipt(what, std::move(found), response));
    if (spec_.synchronous && !receipt.end) receipt.family = ApiFamily::kGuides;
    // What is no object comes from somebody in between.
    if (spec_.synchronous && receipt.end && fields.ok()) receipt.family = ApiFamily::kOfficial;
    return receipt;
  }

  const ResultPages* synchronous() const override {
    return synchronous_pages_ ? &*synchronous_pages_ : nullptr;
  }

  std::optional<ApiRequest> BuildAvailability() const override {
    if (!spec_.availability) return std::nullopt;
    return BuildCall(RequestClass::kManage, spec_.availability->call, {});
  }

  absl::StatusOr<absl::Time> ParseAvailability(const HttpResponse& response) const override {
    const std::string what = absl::StrCat(spec_.name, ": availability");
    const JsonPath& field = spec_.availability->field;
    ASSIGN_OR_RETURN(const auto found, ReadFields(what, response, {field}));
    return TimeOf(what, found.front(), field, response);
  }

  ApiRequest BuildPoll(const JobRef& job) const override {
    return BuildCall(RequestClass::kPoll, spec_.status, job);
  }

  absl::StatusOr<PollReport> ParsePoll(const JobRef& job,
                                       const HttpResponse& response) const override {
    const std::string what = absl::StrCat(spec_.name, ": poll");
    ASSIGN_OR_RETURN(const auto found,
                     ReadFields(what, response, {spec_.status_field, inline_field_}));
    const auto& [status, result] = found;
    PollReport report;
    ASSIGN_OR_RETURN(report.upstream_status, StatusOf(what, status, spec_.status_field, response));
    report.state = StateOf(report.upstream_status);
    if (report.state == v1::JOB_STATE_SUCCEEDED && IsInline() && result) {
      report.result_json = ToValidUtf8(result->raw(), &report.bytes_replaced);
    }
    if (report.state == v1::JOB_STATE_FAILED) {
      report.failure = JobFailure(report.upstream_status, IsExpired(report.upstream_status),
                                  spec_.error_fields, response);
    }
    report.follow_up = FollowUp(report.upstream_status, job);
    return report;
  }

  std::optional<ApiRequest> BuildCancel(const JobRef& job) const override {
    if (!spec_.cancel) return std::nullopt;
    return BuildCall(RequestClass::kCancel, *spec_.cancel, job);
  }

  ApiRequest BuildResults(const JobRef& job, absl::string_view next, int page_size) const override {
    ApiRequest request = BuildCall(RequestClass::kResults, spec_.results.call, job);
    if (spec_.results.mode == v1::RESULTS_MODE_LINK && !next.empty()) {
      request.target = std::string(next);
    }
    if (spec_.results.mode == v1::RESULTS_MODE_CURSOR) {
      absl::StrAppend(&request.target, PageQuery(next, page_size));
    }
    return request;
  }

  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override {
    return ReadResultsPage(
        absl::StrCat(spec_.name, ": results"), results_fields_,
        [this](absl::string_view status) { return IsExpired(status); }, response);
  }

 private:
  std::optional<v1::JobState> StateOf(absl::string_view status) const {
    const std::string folded = FoldUpstreamStatus(status);
    const auto state = std::find_if(
        spec_.states.begin(), spec_.states.end(),
        [&](const auto& candidate) { return FoldUpstreamStatus(candidate.first) == folded; });
    return state != spec_.states.end() ? state->second : StateOfUpstreamStatus(status);
  }

  bool IsExpired(absl::string_view status) const {
    const std::string folded = FoldUpstreamStatus(status);
    return folded == "expired" || HasStatus(spec_.expired, folded);
  }

  std::optional<ApiRequest> FollowUp(absl::string_view status, const JobRef& job) const {
    const bool is_due =
        spec_.second_phase && HasStatus(spec_.second_phase->when, FoldUpstreamStatus(status));
    if (!is_due) return std::nullopt;
    return BuildCall(RequestClass::kSubmit, spec_.second_phase->call, job);
  }

  // `?cursor=...&pageSize=...`, as far as there is something to say, behind the
  // query that the call has anyhow.
  std::string PageQuery(absl::string_view cursor, int page_size) const {
    std::string query;
    const auto append = [&](absl::string_view name, absl::string_view value) {
      const bool is_first = query.empty() && spec_.results.call.query.empty();
      absl::StrAppend(&query, is_first ? "?" : "&", PercentEncode(name), "=", PercentEncode(value));
    };
    if (!cursor.empty()) append(spec_.results.cursor_parameter, cursor);
    const int size = PageSize(page_size);
    if (size > 0) append(spec_.results.page_size_parameter, absl::StrCat(size));
    return query;
  }

  // What to ask for; 0 = nothing.
  int PageSize(int wanted) const {
    if (spec_.results.page_size_parameter.empty()) return 0;
    const int size = wanted > 0 ? wanted : spec_.results.default_page_size;
    const int max = spec_.results.max_page_size;
    return max > 0 ? std::min(size, max) : size;
  }

  bool IsInline() const { return spec_.results.mode == v1::RESULTS_MODE_INLINE; }

  const KindSpec spec_;
  // Where a status has the result; of no other kind's is it asked.
  const JsonPath inline_field_ = IsInline() ? spec_.results.items : spec_.status_field;
  const v1::JobKind description_;
  const ResultsFields results_fields_;
  std::optional<SynchronousPages> synchronous_pages_;  // set if the kind may run at once
};

}  // namespace

std::unique_ptr<JobKind> MakeDeclaredKind(KindSpec spec) {
  return std::make_unique<DeclaredKind>(std::move(spec));
}

}  // namespace gcjobs
