#ifndef GCJOBS_SERVER_GENESYS_KINDS_KIND_SPEC_H_
#define GCJOBS_SERVER_GENESYS_KINDS_KIND_SPEC_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "gcjobs/v1/job.pb.h"
#include "gcjobs/v1/job_service.pb.h"

namespace gcjobs {

// A job kind as data: what a kind file (kind_file.h) says of it, checked.
// Passive; the simulator serves the upstream's side of the same data.

// One call. `path` begins with `/api/`; its `{name}` parts are percent-encoded
// values: `{upstream_id}` the upstream's id, others the submission's path
// parameters.
struct CallSpec {
  std::string method;  // upper case
  std::string path;
  std::string query;  // such as `expand=messages`, sent as it is; empty = none
  std::string body;   // JSON, sent as it is; empty = none
};

struct ResultsSpec {
  v1::ResultsMode mode = v1::RESULTS_MODE_NONE;
  // CURSOR: the call of a page. URL: the call that gives the URLs. LINK and
  // INLINE: the status call (LINK: further pages by their links). A URL kind,
  // too, has the status call here unless its file names another.
  CallSpec call;
  // CURSOR, LINK: where a page's items are. INLINE: where the result is; empty
  // = the whole body. URL: where the URL, or an array of URLs, is.
  JsonPath items;
  // CURSOR, LINK: where the next cursor or link is; missing on the last page.
  // Empty (CURSOR only): there is one page.
  JsonPath next;
  // CURSOR: names of the query's parameters; page_size_parameter may be empty,
  // then the kind has no choice.
  std::string cursor_parameter;
  std::string page_size_parameter;
  int default_page_size = 0;  // 0 = the upstream's
  int max_page_size = 0;      // 0 = none
};

// Genesys Cloud gets ready, and goes on only when told to.
struct SecondPhaseSpec {
  std::vector<std::string> when;  // upstream statuses, as spelt
  CallSpec call;
};

// An upstream of the official family runs the work within the submission's call:
// it answers with the first page of results. Further pages come by submitting the
// same again for the next page, which is why this is for work that only reads.
struct SynchronousSpec {
  JsonPath items;  // in such an answer: the array of the page's items
  // In what is submitted: the number of the page, 1 if it says nothing.
  JsonPath page_number;
};

// Work that reads data which arrive late.
struct AvailabilitySpec {
  CallSpec call;  // its path has no `{name}` parts
  // In the answer to `call`, and in each page of results: up to when there were
  // data.
  JsonPath field;
};

struct KindSpec {
  std::string name;         // such as `recording.jobs`
  std::string declared_at;  // FILE:LINE, for errors
  std::string description;
  CallSpec submit;
  JsonPath id;  // in the answer to `submit`
  v1::SubmitGuarantee guarantee = v1::SUBMIT_GUARANTEE_AT_MOST_ONCE;
  CallSpec status;
  JsonPath status_field;
  // Where a failed job's reasons are (UpstreamReasons); empty where upstream tells
  // none.
  std::vector<JsonPath> error_fields;
  // Upstream statuses as spelt, and what they mean. Others mean what
  // StateOfUpstreamStatus says.
  std::vector<std::pair<std::string, v1::JobState>> states;
  // Of those, the ones that mean that the results are gone: FAILED with
  // GENESYS_RESULT_EXPIRED.
  std::vector<std::string> expired;
  ResultsSpec results;
  std::optional<CallSpec> cancel;
  std::optional<SecondPhaseSpec> second_phase;
  std::optional<SynchronousSpec> synchronous;
  std::optional<AvailabilitySpec> availability;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_GENESYS_KINDS_KIND_SPEC_H_
