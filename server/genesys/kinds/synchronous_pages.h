#ifndef GCJOBS_SERVER_GENESYS_KINDS_SYNCHRONOUS_PAGES_H_
#define GCJOBS_SERVER_GENESYS_KINDS_SYNCHRONOUS_PAGES_H_

#include <string>
#include <utility>

#include "server/genesys/kinds/job_kind.h"
#include "server/genesys/kinds/kind_spec.h"

namespace gcjobs {

// The result pages of work that is done within the call of its submission: each
// comes by submitting the same again with the number of the page, until one has
// no items. Their `next` counts from the first page (ResultsView::is_numbered).
class SynchronousPages final : public ResultPages {
 public:
  // `kind` is its name, for errors.
  SynchronousPages(std::string kind, CallSpec submit, SynchronousSpec spec)
      : kind_(std::move(kind)), submit_(std::move(submit)), spec_(std::move(spec)) {}

  bool follow_links() const override { return false; }

  // REQUIRES: `job.submitted` is set. The size of a page is a part of it.
  ApiRequest BuildResults(const JobRef& job, absl::string_view next, int page_size) const override;

  absl::StatusOr<ResultsView> ParseResults(HttpResponse* response) const override;

 private:
  const std::string kind_;
  const CallSpec submit_;
  const SynchronousSpec spec_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_SYNCHRONOUS_PAGES_H_
