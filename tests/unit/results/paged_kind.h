#ifndef GCJOBS_TESTS_UNIT_RESULTS_PAGED_KIND_H_
#define GCJOBS_TESTS_UNIT_RESULTS_PAGED_KIND_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/errors.h"
#include "common/json.h"
#include "server/genesys/error_mapping.h"
#include "server/genesys/kinds/job_kind.h"

namespace gcjobs::testing {

// A job kind whose pages are `{"items":[...],"next":"..."}`; with `"gone"` in
// it the results are gone. It is never submitted or polled.
class PagedKind final : public JobKind {
 public:
  explicit PagedKind(v1::ResultsMode mode = v1::RESULTS_MODE_CURSOR, std::string name = "paged",
                     bool holds_call = false)
      : holds_call_(holds_call) {
    description_.set_kind(std::move(name));
    description_.set_results_mode(mode);
  }

  const v1::JobKind& description() const override { return description_; }
  bool holds_call() const override { return holds_call_; }

  // `/api/v2/paged/UPSTREAM_ID/AREA?cursor=NEXT&pageSize=SIZE`.
  ApiRequest BuildResults(const JobRef& job, absl::string_view next, int page_size) const override {
    ApiRequest request;
    request.request_class = RequestClass::kResults;
    request.method = "GET";
    request.target = absl::StrCat("/api/v2/paged/", PercentEncode(job.upstream_id));
    for (const auto& [name, value] : *job.path_parameters) {
      absl::StrAppend(&request.target, "/", value);
    }
    absl::StrAppend(&request.target, "?cursor=", PercentEncode(next), "&pageSize=", page_size);
    const bool is_link = description_.results_mode() == v1::RESULTS_MODE_LINK;
    if (is_link && !next.empty()) request.target = std::string(next);
    return request;
  }

  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override {
    ResultsView view;
    const auto found =
        FindJsonInPlace(&response->body, {{"items"}, {"next"}, {"gone"}}, &view.bytes_replaced);
    if (!found.ok()) return BadResponse("page", found.status().message(), *response);
    const auto& [items, next, gone] = *found;
    if (gone) return MakeError(errors::kGenesysResultExpired, "gone");
    if (items) view.items = items->raw();
    view.is_single = items && !items->Is(JsonValue::Type::kArray);
    if (next) view.next = StringOf(next);
    return view;
  }

  ApiRequest BuildSubmit(const JobRef&, const SubmissionRef&) const override { return {}; }
  absl::StatusOr<SubmitReceipt> ParseSubmit(const HttpResponse&) const override {
    return absl::UnimplementedError("not submitted");
  }
  ApiRequest BuildPoll(const JobRef&) const override { return {}; }
  absl::StatusOr<PollReport> ParsePoll(const JobRef&, const HttpResponse&) const override {
    return absl::UnimplementedError("not polled");
  }
  std::optional<ApiRequest> BuildCancel(const JobRef&) const override { return std::nullopt; }

 private:
  v1::JobKind description_;
  const bool holds_call_;
};

// A page's body.
inline std::string PageBody(absl::string_view items, absl::string_view next = "") {
  if (next.empty()) return absl::StrCat(R"({"items":)", items, "}");
  return absl::StrCat(R"({"items":)", items, R"(,"next":)", JsonQuote(next), "}");
}

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_RESULTS_PAGED_KIND_H_
