#include "client/result_session.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/exit_code.h"
#include "common/error_info.h"

namespace gcjobs {

ResultSession::ResultSession(JobClient* client, const CliIo* io, ResultObserver* observer,
                             Options options)
    : client_(*client),
      io_(*io),
      observer_(*observer),
      options_(options),
      retry_(io, options.reconnect_for) {}

absl::Status ResultSession::Read(const std::string& job_id, Position from) {
  position_ = std::move(from);
  for (;;) {
    const bool connected = client_.WaitForConnection();
    if (connected && retry_.in_outage()) observer_.OnConnectionRestored();
    retry_.OnTry(connected);
    absl::Status status = ReadStream(job_id);
    if (was_last_) return absl::OkStatus();
    if (failed_here_ || io_.interrupt->IsSet() || !MayPass(status)) return status;
    const auto on_outage = [&] { observer_.OnConnectionLost(status, position_.pages); };
    if (!retry_.BackOff(status, on_outage)) return status;
    client_.Reconnect();
  }
}

absl::Status ResultSession::ReadStream(const std::string& job_id) {
  v1::ReadResultsRequest request;
  request.set_job_id(job_id);
  request.set_cursor(position_.cursor);
  request.set_page_size(options_.page_size);
  const std::unique_ptr<ResultStream> stream = client_.ReadResults(request);
  v1::ResultPage page;  // used again: its buffers keep their size
  while (stream->Read(&page)) {
    if (was_last_) continue;
    if (absl::Status status = Deliver(&page); !status.ok()) {
      failed_here_ = true;
      return status;
    }
  }
  absl::Status status = stream->Finish();
  // After the last page it does not matter how the stream ends.
  if (was_last_ || !status.ok()) return status;
  return absl::UnavailableError("the stream ended before the last page");
}

absl::Status ResultSession::Deliver(v1::ResultPage* page) {
  if (absl::Status status = CheckPage(*page); !status.ok()) return status;
  if (absl::Status status = observer_.OnPage(page); !status.ok()) return status;
  retry_.OnProgress();
  position_ = {page->next_cursor(), page->page_number()};
  was_last_ = page->last();
  return absl::OkStatus();
}

absl::Status ResultSession::CheckPage(const v1::ResultPage& page) const {
  const bool number_is_known = position_.cursor.empty() || position_.pages > 0;
  if (number_is_known && page.page_number() != position_.pages + 1) {
    return absl::DataLossError(absl::StrCat("the server sent page ", page.page_number(),
                                            " where page ", position_.pages + 1, " was due"));
  }
  if (!page.last() && page.next_cursor().empty()) {
    return absl::DataLossError(absl::StrCat("page ", page.page_number(),
                                            " is not the last and has no cursor to the next"));
  }
  return absl::OkStatus();
}

bool ResultSession::MayPass(const absl::Status& status) {
  if (GetRetryDelay(status).has_value()) return true;
  // With an ErrorInfo the server has spoken of the request.
  if (GetErrorInfo(status).has_value()) return IsUnreachable(status);
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:       // gone, draining, restarting
    case absl::StatusCode::kCancelled:         // by the server: we read too slowly
    case absl::StatusCode::kInternal:          // a stream reset
    case absl::StatusCode::kUnknown:           // likewise, as proxies say it
    case absl::StatusCode::kDeadlineExceeded:  // a proxy's limit
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

}  // namespace gcjobs
