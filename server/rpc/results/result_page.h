#ifndef GCJOBS_SERVER_RPC_RESULTS_RESULT_PAGE_H_
#define GCJOBS_SERVER_RPC_RESULTS_RESULT_PAGE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/results/upstream_page.h"

namespace gcjobs {

// The gcjobs.v1.ResultPage that a part of a page is, serialised. The items are
// not copied: the message refers to the page's body and keeps it alive.
// `next_cursor` is empty for the last part.
grpc::ByteBuffer MakeResultMessage(const UpstreamPage& page, const ResultPart& part,
                                   std::string next_cursor);

// Where a reader goes on, and how large its pages are.
struct ResultCursor {
  ResultPosition position;
  int page_size = 0;
};

// More than any cursor that the server makes: upstream's part of it is bounded
// by ResultPager.
inline constexpr size_t kMaxResultCursorBytes = 32 << 10;

// Makes the cursors of one job's results, and reads them: page tokens
// (page_token.h) that are bound to the job. They hold all there is to know, so
// that they outlive the server. Immutable, thread-safe.
class ResultCursorCodec {
 public:
  // `key` is the server's secret, the same after a restart and on each replica:
  // a cursor names a path of Genesys Cloud, and one made up by a client could
  // name any. Another key makes all cursors invalid.
  ResultCursorCodec(absl::string_view key, absl::string_view job_id);

  std::string Encode(const ResultPosition& position, int page_size) const;

  // INVALID_ARGUMENT/INVALID_CURSOR for anything that Encode has not made.
  absl::StatusOr<ResultCursor> Decode(absl::string_view text) const;

 private:
  std::string scope_;
};

absl::Status InvalidCursorError();

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_RESULTS_RESULT_PAGE_H_
